// Where runs end, what they cost, several chains at once, and failures.

import { describe, expect, it, vi } from "vitest";
import { LogitsSampler, ProofSampler, type ProofSession } from "../../src/index.js";
import { logitsFor, scriptedEngine } from "./support/scripted-engine.js";
import {
  id,
  run,
  scripted,
  stop,
  texts,
  tokenizer,
  wrongThenRight,
} from "./support/scripted-run.js";

it("stop strings end the text before them, and what could begin one is held back", async () => {
  const says = { "": ["a"], a: ["b"], ab: ["c"], abc: ["\n"] };
  const { result, events } = await run(says, { backtrack: false, stop: ["bc"] });
  expect(result.text).toBe("a");
  expect(result.finish).toBe("stop");
  expect(events.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("")).toBe("a");
});

it("a stop string may begin in the line before", async () => {
  const says = { "": ["a"], a: ["\n"], "a\n": ["\n"], "a\n\n": ["b"] };
  for (const backtrack of [true, false]) {
    const { result, events } = await run(says, { backtrack, stop: ["\n\n"] });
    expect(result).toMatchObject({ text: "a", finish: "stop" });
    const parts = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
    expect(parts.join("")).toBe("a");
  }
});

it("ends at the most tokens and where the session is full", async () => {
  const endless = (held: readonly number[]) =>
    logitsFor(texts.length, new Map([[held.length % 2 === 0 ? id("\n") : id("a"), 1]]));
  for (const maxLength of [undefined, 6]) {
    const engine = scriptedEngine(endless, maxLength === undefined ? {} : { maxLength });
    const sampler = new ProofSampler(tokenizer);
    const result = await sampler.sample(engine.session(), [0], { maxNewTokens: 7 });
    expect(result.finish).toBe("length");
    expect(result.tokens).toHaveLength(maxLength === undefined ? 7 : 5);
  }
});

it("retries throw away no more than the budget", async () => {
  const says: Record<string, string[]> = { "": ["a"], a: ["b", "c"] };
  for (let text = "ac"; text.length < 60; text += "c") says[text] = ["c"];
  const { result } = await run(
    { ...says, ab: ["\n"] },
    {
      backtrack: { budget: 0.25 },
      checkSteps: false,
      verifiers: [(line) => (line === "ab" ? "false" : "true")],
    },
    { maxNewTokens: 40 },
  );
  expect(result.text).toBe("ab\n");
  expect(result.usage.discarded).toBeLessThanOrEqual(10);
});

it("a verifier that says something else is refused", async () => {
  const engine = scripted({ "": ["a"] });
  const verifiers = [() => false as never];
  const sampler = new ProofSampler(tokenizer, { stopTokens: [stop], verifiers });
  await expect(sampler.sample(engine.session(), [0])).rejects.toMatchObject({
    code: "ERR_ARGUMENT",
    message: expect.stringContaining("found false"),
  });
});

it("chains that fail before those that are awaited fail with the run, and forks that throw leave nothing open", async () => {
  const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
  let appends = 0;
  const failing = scriptedEngine(() => logitsFor(texts.length, new Map([[id("a"), 1]])), {
    delay: async () => {
      const now = appends++;
      await sleep(now === 1 ? 60 : 1);
      if (now === 3) throw new Error("engine failed");
    },
  });
  const sampler = new ProofSampler(tokenizer, { mode: "vote", chains: 4 });
  const running = sampler.sample(failing.session(), [0], { maxNewTokens: 3 });
  await expect(running).rejects.toThrow();
  expect(failing.open).toBe(1);

  const full = scripted({ "": ["a"] });
  let forks = 0;
  const limited = (session: ProofSession): ProofSession => ({
    ...session,
    get length() {
      return session.length;
    },
    fork() {
      if (++forks === 4) throw new Error("no room");
      return limited(session.fork());
    },
    [Symbol.dispose]: () => session[Symbol.dispose]?.(),
  });
  const voting = new ProofSampler(tokenizer, { mode: "vote", chains: 5, stopTokens: [stop] });
  await expect(voting.sample(limited(full.session()), [0])).rejects.toThrow("no room");
  expect(full.open).toBe(1);
});

it("tokens that are told are those that were sampled or forced", async () => {
  const spy = vi.spyOn(LogitsSampler.prototype, "sample");
  const says = { ...wrongThenRight, "2 + 2 = 4\n\\boxed{4}": ["\n", ""] };
  for (const options of [
    {},
    { backtrack: { retries: 1 } },
    { mode: "sample", temperature: 1 },
    { calculator: "results" },
    { mode: "vote", chains: 4, temperature: 1 },
    { mode: "search", chains: 2, branches: 3, temperature: 1 },
  ] as const) {
    spy.mockClear();
    const { result } = await run(says, options);
    const { kept, discarded, forced } = result.usage;
    // A calculator's number is forced in place of what was sampled.
    expect(kept + discarded - forced).toBe(spy.mock.calls.length);
  }
  spy.mockRestore();
});

describe("vote", () => {
  const says = {
    "": ["2 + 2 = "],
    "2 + 2 = ": ["4", "5"],
    "2 + 2 = 4": ["\n"],
    "2 + 2 = 5": ["\n"],
    "2 + 2 = 4\n": ["\\boxed{4}"],
    "2 + 2 = 5\n": ["a"],
  };

  it("takes the answer that most chains have, and stops when it can't lose", async () => {
    const { result, events } = await run(says, { mode: "vote", chains: 9, temperature: 1 });
    expect(result.answer).toBe("4");
    expect(result.votes).toBe(5);
    expect(result.chains).toHaveLength(5);
    expect(events.filter(({ type }) => type === "chain")).toHaveLength(5);
    expect(events.at(-1)).toMatchObject({ type: "answer", text: "4", votes: 5, chains: 5 });
  });

  it("without any answer gives the first chain", async () => {
    const { result } = await run(
      { "": [" is ", "\u00e9"] },
      { mode: "vote", chains: 3, temperature: 1 },
    );
    expect(result.answer).toBeUndefined();
    expect([" is ", "\u00e9"]).toContain(result.text);
  });
});

it("search drops lines that are false and goes on with the likeliest", async () => {
  const { result } = await run(wrongThenRight, {
    mode: "search",
    backtrack: false,
    temperature: 1,
    branches: 12,
    chains: 2,
  });
  expect(result.text).toBe("2 + 2 = 4\n\\boxed{4}");
  expect(result.usage.discarded).toBeGreaterThan(0);
});

describe("a run that is ended", () => {
  it("by its signal rejects with the reason and leaves nothing open", async () => {
    for (const mode of ["greedy", "vote", "search"] as const) {
      const controller = new AbortController();
      let steps = 0;
      const engine = scriptedEngine(
        () => {
          if (++steps === 5) controller.abort(new Error("enough"));
          return logitsFor(
            texts.length,
            new Map([
              [id("a"), 0.5],
              [id("\n"), 0.5],
            ]),
          );
        },
        { delay: () => Promise.resolve() },
      );
      const sampler = new ProofSampler(tokenizer, { mode });
      const running = sampler.sample(engine.session(), [0], { signal: controller.signal });
      await expect(running).rejects.toThrow("enough");
      expect(engine.open).toBe(1);
    }
  });

  it("by a break leaves nothing open", async () => {
    const engine = scripted({ "": ["a"], a: ["\n"], "a\n": ["b"], "a\nb": ["\n"] });
    const running = new ProofSampler(tokenizer, { stopTokens: [stop] }).sample(
      engine.session(),
      [0],
    );
    for await (const _ of running) break;
    expect(engine.open).toBe(1);
    await expect(running).rejects.toThrow(/ended before/);
  });

  it("by a verifier that throws rejects with that", async () => {
    const says = { "": ["a"] };
    const engine = scripted(says);
    const verifiers = [
      () => {
        throw new Error("mine");
      },
    ];
    const sampler = new ProofSampler(tokenizer, { stopTokens: [stop], verifiers });
    await expect(sampler.sample(engine.session(), [0])).rejects.toThrow("mine");
    expect(engine.open).toBe(1);
  });
});
