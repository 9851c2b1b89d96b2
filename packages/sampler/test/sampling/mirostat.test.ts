// Mirostat by its definitions, as llama.cpp's src/llama-sampling.cpp has them.

import { describe, expect, it } from "vitest";
import { LogitsSampler } from "../../src/index.js";

/** Different logits for each token. */
const logitsAt = (i: number) =>
  Float32Array.from(
    { length: 300 },
    (_, id) => 6 * Math.exp(-((id * 7 + i * 13) % 300) / 40) - id / 90,
  );

function* steps(version: 1 | 2, tau: number, eta: number, temperature: number) {
  const sampler = new LogitsSampler({
    ...{ seed: 9, temperature, mirostat: version, mirostatTau: tau, mirostatEta: eta },
    ...{ logprobs: 300, processedLogprobs: true },
  });
  const state = sampler.start();
  for (let i = 0; i < 400; i++) {
    const bound = state.surpriseBound;
    const { token, top = [] } = sampler.sample(logitsAt(i), state);
    const sorted = Array.from(logitsAt(i), (logit, id) => ({ id, x: logit / temperature }));
    sorted.sort((a, b) => b.x - a.x || a.id - b.id);
    yield { token, top, bound, next: state.surpriseBound, sorted };
  }
}

describe("version 2", () => {
  it("keeps tokens whose surprise is below a bound, which learns", () => {
    expect([...steps(2, 3, 0.2, 0.8)][0]?.bound).toBe(6);
    let surprises = 0;
    for (const { token, top, bound, next, sorted } of steps(2, 3, 0.2, 0.8)) {
      const all = sorted.reduce((sum, { x }) => sum + Math.exp(x), 0);
      const within = sorted.filter(({ x }) => -Math.log2(Math.exp(x) / all) <= bound);
      const kept = within.length > 0 ? within : sorted.slice(0, 1);
      expect(top.map((one) => one.token)).toEqual(kept.map(({ id }) => id));
      const total = kept.reduce((sum, { x }) => sum + Math.exp(x), 0);
      const chosen = kept.find(({ id }) => id === token)?.x as number;
      const surprise = -Math.log2(Math.exp(chosen) / total);
      expect(next).toBeCloseTo(bound - 0.2 * (surprise - 3), 6);
      surprises += surprise;
    }
    expect(surprises / 400).toBeCloseTo(3, 0);
  });
});

describe("version 1", () => {
  it("keeps as many tokens as Zipf's law has within the bound", () => {
    const counts = new Set<number>();
    for (const { top, bound, next, token, sorted } of steps(1, 4, 0.1, 0.9)) {
      let products = 0;
      let squares = 0;
      for (let i = 0; i < 99; i++) {
        const t = Math.log((i + 2) / (i + 1));
        products += t * ((sorted[i]?.x as number) - (sorted[i + 1]?.x as number));
        squares += t * t;
      }
      const s = products / squares;
      const k = (((s - 1) * 2 ** bound) / (1 - 300 ** (1 - s))) ** (1 / s);
      const kept = sorted.slice(0, Math.max(1, Math.floor(k)));
      counts.add(kept.length);
      expect(top.map((one) => one.token)).toEqual(kept.map(({ id }) => id));
      const total = kept.reduce((sum, { x }) => sum + Math.exp(x), 0);
      const chosen = kept.find(({ id }) => id === token)?.x as number;
      expect(next).toBeCloseTo(bound - 0.1 * (-Math.log2(Math.exp(chosen) / total) - 4), 6);
    }
    expect(counts.size).toBeGreaterThan(5);
  });

  it("takes what it can of a few equal tokens", () => {
    const sampler = new LogitsSampler({ temperature: 1, mirostat: 1 });
    const state = sampler.start();
    const drawn = [Float32Array.of(1), Float32Array.of(1, 1), new Float32Array(300)].map(
      (logits) => sampler.sample(logits, state).token,
    );
    expect(drawn.every((token) => token >= 0)).toBe(true);
  });
});

it("leaves its bound as it is for tokens that were chosen elsewhere", () => {
  const sampler = new LogitsSampler({ temperature: 1, mirostat: 2, mirostatTau: 3 });
  const state = sampler.start([1]);
  state.push(5);
  expect(state.surpriseBound).toBe(6);
  sampler.sample(Float32Array.of(1, 2), state);
  expect(state.surpriseBound).not.toBe(6);
});
