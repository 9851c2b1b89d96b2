// What a sampler does besides its stages: state, masks, replay, refusals.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EngineLogits,
  LogitsSampler,
  type SampleOptions,
  type SamplingOptions,
  type SamplingState,
} from "../../src/index.js";
import { code, distribution } from "./support.js";

const seed = 20261201;

/** Logits that follow from a sequence, as a model's do. */
function model(state: SamplingState, size: number): Float32Array {
  let hash = 17;
  for (let i = Math.max(0, state.length - 3); i < state.length; i++) {
    hash = Math.imul(hash ^ (state.tokens[i] as number), 0x9e3779b1);
  }
  return Float32Array.from({ length: size }, (_, id) => {
    const mixed = Math.imul(hash ^ id, 0x85ebca6b);
    return ((mixed ^ (mixed >>> 15)) >>> 8) / 2 ** 21 - 4;
  });
}

const everything: SamplingOptions = {
  seed: 11,
  temperature: 0.9,
  topK: 30,
  topP: 0.95,
  minP: 0.02,
  repetitionPenalty: 1.1,
  frequencyPenalty: 0.2,
  presencePenalty: 0.1,
  dryMultiplier: 0.8,
  noRepeatNgram: 4,
  xtcProbability: 0.5,
  xtcThreshold: 0.05,
  mirostat: 2,
  mirostatTau: 3,
  minTokens: 5,
  stopTokens: [0],
};

function run(sampler: LogitsSampler, state: SamplingState, count: number, options?: SampleOptions) {
  const sampled = Array.from({ length: count }, () => {
    const { token } = sampler.sample(model(state, 60), state, options);
    return `${token} ${state.surpriseBound}`;
  });
  return sampled.join();
}

describe("replay", () => {
  it("gives the same tokens for the same seed, whatever was sampled before", () => {
    const sampler = new LogitsSampler(everything);
    const first = run(sampler, sampler.start([1, 2, 3]), 80);
    run(sampler, sampler.start([9]), 20);
    expect(run(sampler, sampler.start([1, 2, 3]), 80)).toBe(first);
    const other = new LogitsSampler(everything);
    expect(run(other, other.start([1, 2, 3]), 80)).toBe(first);
    const differs = new LogitsSampler({ ...everything, seed: 12 });
    expect(run(differs, differs.start([1, 2, 3]), 80)).not.toBe(first);
    expect(run(sampler, sampler.start([1, 2, 3], 1), 80)).not.toBe(first);
  });

  it("needs no seed to be given", () => {
    const sampler = new LogitsSampler({ temperature: 1 });
    const again = new LogitsSampler({ temperature: 1, seed: sampler.seed });
    expect(run(again, again.start(), 30)).toBe(run(sampler, sampler.start(), 30));
    expect(new LogitsSampler({}).seed).not.toBe(sampler.seed);
  });

  it("doesn't depend on others in between", () => {
    const sampler = new LogitsSampler(everything);
    const alone = [0, 1, 2].map((sequence) => run(sampler, sampler.start([4], sequence), 30));
    const states = [0, 1, 2].map((sequence) => sampler.start([4], sequence));
    const together = states.map((): string[] => []);
    for (let i = 0; i < 30; i++) {
      states.forEach((state, s) => {
        together[s]?.push(run(sampler, state, 1));
      });
    }
    expect(together.map((all) => all.join())).toEqual(alone);
  });
});

describe("rollback", () => {
  it("takes everything back together", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(40), (before, after) => {
        const sampler = new LogitsSampler(everything);
        const straight = sampler.start([1, 2]);
        const expected = run(sampler, straight, before + 30);
        const state = sampler.start([1, 2]);
        const begin = run(sampler, state, before);
        const mark = state.mark();
        for (let i = 0; i < after; i++) {
          if (i % 3 === 0) state.push(i);
          else sampler.sample(model(state, 60), state, { attempt: 5 });
        }
        state.rollback(mark);
        const end = run(sampler, state, 30);
        expect(before === 0 ? end : `${begin},${end}`).toBe(expected);
      }),
      { seed, numRuns: 40 },
    );
  });

  it("draws anew with another attempt", () => {
    const sampler = new LogitsSampler({ seed: 5, temperature: 1 });
    const state = sampler.start();
    const mark = state.mark();
    const tries = [0, 1, 2, 0].map((attempt) => {
      state.rollback(mark);
      return run(sampler, state, 20, { attempt });
    });
    expect(new Set(tries).size).toBe(3);
    expect(tries[3]).toBe(tries[0]);
  });

  it("takes text back, with what was held and what stopped it", () => {
    const sampler = new LogitsSampler({ stop: ["</a>", "ab"] });
    const state = sampler.start();
    expect(state.text("x</")).toBe("x");
    const mark = state.mark();
    expect([state.text("a>y"), state.stoppedBy, state.text("more")]).toEqual(["", "</a>", ""]);
    state.rollback(mark);
    expect([state.heldText, state.stoppedBy]).toEqual(["</", undefined]);
    expect(state.text("a")).toBe("");
    expect(state.text("b")).toBe("</");
    expect(state.stoppedBy).toBe("ab");
    state.rollback(mark);
    expect(state.text("c") + state.endText()).toBe("</c");
  });

  it("takes less than ten microseconds", () => {
    const sampler = new LogitsSampler(everything);
    const state = sampler.start(new Array(2000).fill(3));
    const times = Array.from({ length: 200 }, () => {
      const begin = performance.now();
      const mark = state.mark();
      const marked = performance.now();
      for (let i = 0; i < 200; i++) state.push(i % 50);
      state.text("some text");
      const full = performance.now();
      state.rollback(mark);
      return marked - begin + (performance.now() - full);
    });
    expect(times.sort((a, b) => a - b)[100]).toBeLessThan(0.01);
  });

  it("refuses marks of what isn't there", () => {
    const state = new LogitsSampler().start([1, 2]);
    const { text } = state.mark();
    for (const length of [1, 3, Number.NaN]) {
      expect(() => state.rollback({ length, text })).toThrow(
        code("ERR_ARGUMENT", /mark: .* 2 to 2/),
      );
    }
  });
});

it("a fork goes on by itself", () => {
  const sampler = new LogitsSampler(everything);
  const state = sampler.start([1, 2, 3]);
  run(sampler, state, 20);
  const [same, other] = [state.fork(0), state.fork(1)];
  const expected = run(sampler, state.fork(0), 300);
  expect(run(sampler, other, 300)).not.toBe(expected);
  expect(run(sampler, same, 300)).toBe(expected);
  expect(run(sampler, state, 300)).toBe(expected);
  expect(() => state.fork(-1)).toThrow(code("ERR_ARGUMENT", /sequence/));
});

describe("a mask", () => {
  const maskOf = (ids: readonly number[]) => {
    const mask = new Uint32Array(Math.max(0, ...ids.map((id) => (id >> 5) + 1)));
    for (const id of ids) mask[id >> 5] = (mask[id >> 5] as number) | (1 << (id & 31));
    return mask;
  };

  it("leaves the tokens whose bits are set, with their probabilities", () => {
    const size = 700;
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        fc.constantFrom<SamplingOptions>(
          { temperature: 0.8 },
          { temperature: 1, topK: 7, topP: 0.9 },
          { temperature: 1, topP: 0.9 },
          { temperature: 1, minP: 0.1, penaltyWindow: 9, repetitionPenalty: 1.4 },
        ),
        (ids, isWithout, options) => {
          const logits = model(new LogitsSampler().start([ids.length]), size);
          const all = Array.from({ length: size }, (_, id) => id);
          const allowed = isWithout ? all.filter((id) => !ids.includes(id)) : ids;
          const masked = logits.map((logit, id) => (allowed.includes(id) ? logit : -Infinity));
          const sequence = { generated: ids.slice(0, 5) };
          const found = distribution(options, logits, sequence, { mask: maskOf(allowed) });
          expect(found.size).toBeGreaterThan(0);
          const expected = distribution(options, masked, sequence);
          expect([...found.keys()]).toEqual([...expected.keys()]);
          for (const [id, p] of expected) expect(found.get(id)).toBeCloseTo(p, 7);
          const list = distribution({ ...options, allowedTokens: allowed }, logits, sequence);
          expect([...list]).toEqual([...found]);
        },
      ),
      { seed, numRuns: 150 },
    );
  });

  it("has bits beyond the vocabulary, or too few words", () => {
    const logits = Float32Array.of(1, 5, 3);
    expect(distribution({}, logits, {}, { mask: Uint32Array.of((-8 >>> 0) | 1, 9) }).size).toBe(1);
    const long = new Float32Array(100).fill(1);
    const found = distribution({ temperature: 1 }, long, {}, { mask: Uint32Array.of(-1 >>> 0) });
    expect(found.size).toBe(32);
  });

  it("may leave nothing", () => {
    const sampler = new LogitsSampler({ temperature: 1 });
    const state = sampler.start([1]);
    const draw = (options: SampleOptions) => () =>
      sampler.sample(Float32Array.of(1, 2, -Infinity), state, options);
    expect(draw({ mask: new Uint32Array(1) })).toThrow(code("ERR_DEAD_END", /forbidden/));
    expect(draw({ mask: Uint32Array.of(4) })).toThrow(code("ERR_DEAD_END"));
    expect(draw({ mask: Uint32Array.of(3), ban: [0, 1] })).toThrow(code("ERR_DEAD_END"));
    expect(state.length).toBe(1);
    expect(draw({ mask: Uint32Array.of(3), ban: [1] })().token).toBe(0);
  });
});

describe("an engine's own top-k", () => {
  const size = 400;
  /** @param asked  gets what was asked for. */
  const engine = (values: Float32Array, asked: (number | "values")[]): EngineLogits => ({
    size: values.length,
    get values() {
      asked.push("values");
      return values;
    },
    topK(count) {
      asked.push(count);
      const ids = Int32Array.from(values.keys());
      ids.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
      const top = ids.slice(0, count);
      return { ids: top, values: Float32Array.from(top, (id) => values[id] as number) };
    },
  });

  const cases: readonly (readonly [name: string, options: SamplingOptions, isNative: boolean])[] = [
    ["greedy", {}, true],
    ["greedy with penalties", { repetitionPenalty: 1.8, stopTokens: [3], minTokens: 50 }, true],
    ["top-k", { temperature: 0.9, topK: 20 }, true],
    [
      "a chain",
      { temperature: 0.7, topK: 20, topP: 0.8, minP: 0.05, repetitionPenalty: 1.3 },
      true,
    ],
    ["llama.cpp", { preset: "llama.cpp", temperature: 0.8, topK: 9, topP: 0.9, minP: 0.05 }, true],
    ["all edits", { ...everything, logitBias: [[2, -1]], badWords: [[1, 2]] }, true],
    [
      "top-p first",
      { temperature: 1, topP: 0.9, topK: 5, order: ["temperature", "topP", "topK"] },
      false,
    ],
    ["no top-k", { temperature: 1, topP: 0.9 }, false],
    ["what raises", { temperature: 1, topK: 5, repetitionPenalty: 0.7 }, false],
    ["a bias that raises", { temperature: 1, topK: 5, logitBias: [[9, 2]] }, false],
    ["log-probabilities", { temperature: 1, topK: 5, logprobs: 2 }, false],
  ];

  it.each(cases)("%s: the same choice to the bit, by it or not", (_, options, isNative) => {
    const sampler = new LogitsSampler({ ...options, seed: 4 });
    for (const mask of [undefined, new Uint32Array(13).fill(0x55555555), Uint32Array.of(0x8000)]) {
      const [straight, native] = [sampler.start([5, 6, 5]), sampler.start([5, 6, 5])];
      const asked: (number | "values")[] = [];
      const sample = mask === undefined ? {} : { mask };
      const count = mask?.length === 1 ? 4 : 40; // a token alone soon repeats itself
      for (let i = 0; i < count; i++) {
        const logits = model(straight, size).map((x) => Math.round(8 * x) / 8);
        const expected = sampler.sample(logits, straight, sample);
        expect(sampler.sample(engine(logits, asked), native, sample)).toEqual(expected);
        expect(native.surpriseBound).toBe(straight.surpriseBound);
      }
      if (mask?.length === 1) expect(asked).toContain("values"); // one token is too few
      if (mask === undefined) expect(asked.includes("values")).toBe(!isNative);
    }
  });

  it("must be what it says", () => {
    const sampler = new LogitsSampler({ temperature: 1, topK: 2 });
    const values = Float32Array.of(1, 2, 3);
    const sample = (ids: number[], top: number[]) => () => {
      const topK = () => ({ ids: Int32Array.from(ids), values: Float32Array.from(top) });
      return sampler.sample({ size: 3, values, topK }, sampler.start());
    };
    expect(sample([2, 1], [3, 2])().token).toBeGreaterThan(0);
    expect(sample([1, 2], [2, 3])).toThrow(code("ERR_LOGITS", /descending, found 3 of 2 after 2/));
    expect(sample([2], [3])).toThrow(code("ERR_LOGITS", /topK\(2\)/));
    expect(sample([2, 1], [Number.NaN, 2])).toThrow(code("ERR_LOGITS"));
    const wrong = { size: 4, values, topK: () => ({ ids: new Int32Array(), values }) };
    const other = new LogitsSampler({ temperature: 1 });
    expect(() => other.sample(wrong, other.start())).toThrow(
      code("ERR_LOGITS", /4 numbers, found 3/),
    );
  });
});

describe("log-probabilities", () => {
  const logits = Float32Array.of(1, 3, 2, 3, -Infinity);
  const total = Math.log(Math.exp(1) + Math.exp(2) + 2 * Math.exp(3));

  it("are those of the logits as they came, the likeliest first", () => {
    const sampler = new LogitsSampler({
      temperature: 0.1,
      topK: 1,
      logprobs: 3,
      presencePenalty: 9,
    });
    const state = sampler.start();
    state.push(1);
    const { token, logprob, top = [] } = sampler.sample(logits, state);
    expect(token).toBe(3);
    expect(logprob).toBeCloseTo(3 - total, 7);
    expect(top.map((one) => one.token)).toEqual([1, 3, 2]);
    expect(top[2]?.logprob).toBeCloseTo(2 - total, 7);
  });

  it("are of the token alone, of all, or none", () => {
    const sample = (logprobs?: number) => {
      const sampler = new LogitsSampler(logprobs === undefined ? {} : { logprobs });
      return sampler.sample(logits, sampler.start());
    };
    expect(sample()).toEqual({ token: 1 });
    expect(sample(0).top).toEqual([]);
    expect(sample(9).top?.map(({ token }) => token)).toEqual([1, 3, 2, 0]);
  });
});

describe("greedy", () => {
  it("takes the largest, of equals the lowest id, after edits and without filters", () => {
    const greedy = (options: SamplingOptions, ...logits: number[]) => {
      const sampler = new LogitsSampler(options);
      return sampler.sample(Float32Array.from(logits), sampler.start([1])).token;
    };
    expect(greedy({}, 1, 3, 2, 3)).toBe(1);
    expect(greedy({ temperature: 9e-6 }, 1, 3, 2, 3)).toBe(1);
    expect(greedy({ repetitionPenalty: 2 }, 1, 3, 2, 3)).toBe(3);
    expect(greedy({ xtcProbability: 1, typicalP: 0.1 }, 1, 3, 2, 3)).toBe(1);
    expect(greedy({}, -Infinity, -1e30)).toBe(1);
  });
});

describe("refusals", () => {
  it("are of logits that no token can be chosen from", () => {
    const ways: SamplingOptions[] = [
      {},
      { temperature: 1 },
      { temperature: 1, topP: 0.5 },
      { temperature: 1, topK: 1 },
      { temperature: 1, minP: 0.5 },
      { temperature: 1, typicalP: 0.5 },
      { temperature: 1, topNSigma: 1 },
      { temperature: 1, epsilonCutoff: 0.1 },
      { temperature: 1, etaCutoff: 0.1 },
      { temperature: 1, xtcProbability: 1 },
      { temperature: 1, mirostat: 1 },
      { temperature: 1, mirostat: 2 },
    ];
    for (const options of ways) {
      const sampler = new LogitsSampler(options);
      const draw = (...logits: number[]) => {
        const state = sampler.start();
        return () => sampler.sample(Float32Array.from(logits), state);
      };
      expect(draw(1, Number.NaN), JSON.stringify(options)).toThrow(
        code("ERR_LOGITS", /logits\[1\]: .*found NaN/),
      );
      expect(draw(Infinity, 1)).toThrow(code("ERR_LOGITS", /logits\[0\]/));
      expect(draw(...new Array(200).fill(0), Infinity)).toThrow(
        code("ERR_LOGITS", /logits\[200\]/),
      );
      expect(draw(-Infinity, -Infinity)).toThrow(code("ERR_LOGITS", /2 times -Infinity/));
      expect(draw()).toThrow(code("ERR_LOGITS", /1 to 2\^24 tokens, found 0/));
      expect(draw(1, -Infinity)().token).toBe(0);
    }
  });

  it.each<[string, unknown]>([
    ["temperature", -1],
    ["temperature", Infinity],
    ["temperature", "1"],
    ["topK", -1],
    ["topK", 1.5],
    ["topP", 0],
    ["topP", 1.01],
    ["minP", -0.1],
    ["minP", Number.NaN],
    ["typicalP", 0],
    ["topNSigma", -1],
    ["epsilonCutoff", 1],
    ["etaCutoff", -1],
    ["xtcProbability", 2],
    ["xtcThreshold", 0],
    ["mirostat", 3],
    ["mirostatTau", 0],
    ["mirostatEta", -1],
    ["repetitionPenalty", 0],
    ["frequencyPenalty", Infinity],
    ["presencePenalty", Number.NaN],
    ["penaltyWindow", -1],
    ["penalizePrompt", 1],
    ["noRepeatNgram", -1],
    ["dryMultiplier", -1],
    ["dryBase", 0.5],
    ["dryAllowedLength", 0],
    ["dryWindow", 0.5],
    ["dryBreakers", [[]]],
    ["logitBias", [[1, Infinity]]],
    ["logitBias", [[-1, 1]]],
    ["logitBias", [3]],
    ["allowedTokens", []],
    ["allowedTokens", [-1]],
    ["allowedTokens", 5],
    ["badWords", [[]]],
    ["badWords", [[1, -2]]],
    ["stopTokens", [0.5]],
    ["minTokens", -1],
    ["stop", ""],
    ["stop", [1]],
    ["logprobs", -1],
    ["processedLogprobs", "yes"],
    ["seed", 2 ** 53],
    ["preset", "toString"],
    ["order", ["topK", "topK"]],
    ["order", ["top-k"]],
    ["order", "vllm"],
  ])("are of %s %j", (name, value) => {
    expect(() => new LogitsSampler({ [name]: value })).toThrow(
      code("ERR_ARGUMENT", new RegExp(`^${name}.*: expected .*found `)),
    );
  });

  it("are of options whose stage the order lacks", () => {
    const order = ["temperature"] as const;
    expect(() => new LogitsSampler({ order, topK: 5 })).toThrow(
      code("ERR_ARGUMENT", /order: expected "topK"/),
    );
    expect(() => new LogitsSampler({ order: [], temperature: 1 })).toThrow(code("ERR_ARGUMENT"));
    const sampler = new LogitsSampler({ order: [] });
    const sample = () => sampler.sample(Float32Array.of(1), sampler.start(), { temperature: 1 });
    expect(sample).toThrow(code("ERR_ARGUMENT", /temperature/));
  });

  it("are of tokens, sequences and attempts that are none", () => {
    const sampler = new LogitsSampler();
    expect(() => sampler.start([1, -1])).toThrow(code("ERR_ARGUMENT", /prompt\[1\]/));
    expect(() => sampler.start([], 2 ** 32)).toThrow(code("ERR_ARGUMENT", /sequence/));
    expect(() => sampler.start().push(1.5)).toThrow(code("ERR_ARGUMENT", /token/));
    const sample = () => sampler.sample(Float32Array.of(1), sampler.start(), { attempt: -1 });
    expect(sample).toThrow(code("ERR_ARGUMENT", /attempt/));
  });
});

it("works with sequences of tokens that the vocabulary lacks", () => {
  const options: SamplingOptions = {
    ...everything,
    temperature: 0,
    xtcProbability: 0,
    logitBias: [[99, 1]],
  };
  const sampler = new LogitsSampler({ ...options, badWords: [[1, 99]] });
  const state = sampler.start([50, 99, 50, 99, 2 ** 31 - 1]);
  expect(sampler.sample(Float32Array.of(0, 2, 1), state).token).toBe(1);
});
