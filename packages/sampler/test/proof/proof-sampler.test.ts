// Lines that are taken back, what goes back with them, and what a run tells.

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  compileGrammar,
  LogitsSampler,
  ProofSampler,
  type ProofSamplerOptions,
  type ProofSession,
  Vocabulary,
} from "../../src/index.js";
import type { ProofEvent } from "../../src/proof/events.js";
import { listTokenizer, logitsFor, scriptedEngine } from "./support/scripted-engine.js";

const texts = [
  "?",
  "",
  "\n",
  "a",
  "b",
  "c",
  "2 + 2 = ",
  "4",
  "5",
  "6",
  "\\boxed{4}",
  "4\n2",
  "<<2*3=",
  ">>",
  " is ",
  "\u00e9",
  "=",
];
const id = (text: string) => texts.indexOf(text);
const tokenizer = listTokenizer(texts);
const stop = id("");

/** Says these texts, the likeliest first, after a text; anything else ends. */
function scripted(says: Record<string, readonly string[]>, options = {}) {
  return scriptedEngine((held) => {
    const text = held
      .slice(1)
      .map((token) => texts[token])
      .join("");
    const next = says[text] ?? [""];
    return logitsFor(texts.length, new Map(next.map((each, i) => [id(each), 0.5 ** (i + 1)])));
  }, options);
}

async function run(
  says: Record<string, readonly string[]>,
  options: ProofSamplerOptions = {},
  more: { readonly maxNewTokens?: number; readonly signal?: AbortSignal } = {},
) {
  const engine = scripted(says);
  const session = engine.session();
  const events: ProofEvent[] = [];
  const sampler = new ProofSampler(tokenizer, { stopTokens: [stop], seed: 1, ...options });
  const running = sampler.sample(session, [0], more);
  for await (const event of running) events.push(event);
  const result = await running;
  expect(session.length).toBe(0);
  expect(engine.open).toBe(1);
  return { events, result, engine };
}

const wrongThenRight = {
  "": ["2 + 2 = "],
  "2 + 2 = ": ["5", "6", "4"],
  "2 + 2 = 5": ["\n"],
  "2 + 2 = 6": ["\n"],
  "2 + 2 = 4": ["\n"],
  "2 + 2 = 4\n": ["\\boxed{4}"],
  "2 + 2 = 5\n": ["a"],
};

describe("a false line", () => {
  it("is written anew without the choices that failed, and told", async () => {
    const { events, result } = await run(wrongThenRight);
    expect(result.text).toBe("2 + 2 = 4\n\\boxed{4}");
    expect(result.answer).toBe("4");
    expect(events).toEqual([
      {
        type: "backtrack",
        line: 0,
        text: "2 + 2 = 5",
        reason: expect.stringContaining("is 4"),
        attempt: 1,
        discarded: 2,
      },
      {
        type: "backtrack",
        line: 0,
        text: "2 + 2 = 6",
        reason: expect.stringContaining("is 4"),
        attempt: 2,
        discarded: 2,
      },
      { type: "text", text: "2 + 2 = 4\n", tokens: [id("2 + 2 = "), id("4"), id("\n")] },
      {
        type: "step",
        line: 0,
        text: "2 + 2 = 4",
        status: "corrected",
        reason: expect.any(String),
        retries: 2,
      },
      { type: "text", text: "\\boxed{4}", tokens: [id("\\boxed{4}")] },
      {
        type: "step",
        line: 1,
        text: "\\boxed{4}",
        status: "unchecked",
        reason: expect.any(String),
        retries: 0,
      },
      { type: "answer", text: "4" },
    ]);
    expect(result.usage).toMatchObject({ prompt: 1, kept: 5, discarded: 4, forced: 0 });
  });

  it("stays as it was when no retry is left", async () => {
    const { events, result } = await run(wrongThenRight, { backtrack: { retries: 1 } });
    expect(result.text).toBe("2 + 2 = 5\na");
    expect(result.steps[0]).toMatchObject({ status: "false", text: "2 + 2 = 5" });
    expect(events.filter(({ type }) => type === "backtrack")).toHaveLength(1);
    expect(result.usage.discarded).toBe(3); // the last retry begins with the line
  });

  it("stays as it was when all else is banned", async () => {
    const { result } = await run({ ...wrongThenRight, "2 + 2 = ": ["5", "6"] });
    expect(result.text).toBe("2 + 2 = 5\na");
  });

  it("stays when the budget is spent", async () => {
    const { result } = await run(
      wrongThenRight,
      { backtrack: { budget: 0.05 } },
      { maxNewTokens: 20 },
    );
    expect(result.text).toBe("2 + 2 = 5\na");
    expect(result.usage.discarded).toBe(0);
  });

  it("stays without backtracking, and its text comes at once", async () => {
    const { events, result } = await run(wrongThenRight, { backtrack: false });
    expect(result.text).toBe("2 + 2 = 5\na");
    const parts = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
    expect(parts).toEqual(["2 + 2 = ", "5", "\n", "a"]);
    expect(result.steps[0]?.status).toBe("false");
  });

  it("isn't replaced by one that says nothing", async () => {
    const says = { ...wrongThenRight, "2 + 2 = ": ["5", "a", "4"], "2 + 2 = a": ["\n"] };
    const { result } = await run(says);
    expect(result.text).toBe("2 + 2 = 4\n\\boxed{4}");
  });

  it("is corrected by the calculator if that is wanted", async () => {
    const { result } = await run(
      { ...wrongThenRight, "2 + 2 = ": ["5"] },
      { calculator: "results" },
    );
    expect(result.text).toBe("2 + 2 = 4\n\\boxed{4}");
    expect(result.steps[0]?.status).toBe("corrected");
    expect(result.usage).toMatchObject({ kept: 5, forced: 1, discarded: 2 });
  });

  it("is found where a token ends a line and begins the next", async () => {
    const says = {
      "": ["2 + 2 = "],
      "2 + 2 = ": ["5", "4\n2"],
      "2 + 2 = 5": ["\n"],
      "2 + 2 = 4\n2": [" is "],
      "2 + 2 = 4\n2 is ": ["a"],
    };
    const { result } = await run(says);
    expect(result.steps.map(({ text, status }) => [text, status])).toEqual([
      ["2 + 2 = 4", "corrected"],
      ["2 is a", "unchecked"],
    ]);
  });
});

it("a calculator span gets its result", async () => {
  const { result } = await run({ "": ["<<2*3="], "<<2*3=6>>": ["6"] });
  expect(result.text).toBe("<<2*3=6>>6");
  expect(result.usage.forced).toBe(2);
  const { result: without } = await run(
    { "": ["<<2*3="], "<<2*3=": ["5"] },
    { calculator: false, backtrack: false },
  );
  expect(without.text).toBe("<<2*3=5");
});

it("a verifier of one's own takes lines back", async () => {
  const seen: unknown[] = [];
  const { result } = await run(
    { "": ["a", "b"], a: ["\n"], b: ["\n"], "b\n": ["c"] },
    {
      verifiers: [
        async (line, { before, line: number }) => {
          seen.push([line, before, number]);
          return line === "a" ? { verdict: "false", reason: "no a", start: 0 } : "uncheckable";
        },
      ],
    },
  );
  expect(result.text).toBe("b\nc");
  expect(result.steps.map(({ retries }) => retries)).toEqual([1, 0]);
  expect(seen).toEqual([
    ["a", "", 0],
    ["b", "", 0],
    ["c", "b\n", 1],
  ]);
});

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

it("what goes back with a line is everything: the rest is chosen as if it never had been", async () => {
  const words = [id("a"), id("b"), id("c"), id("\n")];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 64, maxLength: 64 }),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 1 }),
      async (weights, rejected, drawn) => {
        const logitsOf = (held: readonly number[]) => {
          const hash = held.reduce((all, token, i) => (all * 31 + token * (i + 7)) % 61, 7);
          const logits = new Float32Array(texts.length).fill(-Infinity);
          for (const [i, word] of words.entries())
            logits[word] = weights[(hash + i) % 64] as number;
          return logits;
        };
        const options = {
          temperature: drawn,
          repetitionPenalty: 1.3,
          frequencyPenalty: 0.4,
          dryMultiplier: 0.5,
          seed: 5,
        };
        let calls = 0;
        const engine = scriptedEngine(logitsOf);
        const sampler = new ProofSampler(tokenizer, {
          ...options,
          mode: drawn === 0 ? "greedy" : "sample",
          backtrack: { temperature: drawn, heat: 0, budget: 100, retries: 2 },
          checkSteps: false,
          verifiers: [() => (calls++ === rejected ? "false" : "true")],
        });
        const { text, tokens, steps } = await sampler.sample(engine.session(), [0], {
          maxNewTokens: 24,
        });
        // From the line after the one that was written anew, a fresh sampler says the same.
        const rewritten = steps.findIndex(({ retries }) => retries > 0);
        let step = -1;
        const lines = text.split("\n");
        const from = lines.findIndex((each) => each.trim() !== "" && ++step === rewritten) + 1;
        const fresh = new LogitsSampler(options);
        const state = fresh.start([0]);
        let line = 0;
        for (const token of tokens) {
          if (line >= from) {
            const { token: chosen } = fresh.sample(
              logitsOf([0, ...state.tokens.slice(1, state.length)]),
              state,
            );
            expect(chosen).toBe(token);
          } else state.push(token);
          if (texts[token] === "\n") line++;
        }
        expect(engine.open).toBe(1);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

it("a line that stays after all retries leaves everything as if none had been tried", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 64, maxLength: 64 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      async (weights, refused, mirostat) => {
        const words = [id("a"), id("b"), id("c"), id("\n"), stop];
        const logitsOf = (held: readonly number[]) => {
          const hash = held.reduce((all, token, i) => (all * 31 + token * (i + 7)) % 61, 7);
          const logits = new Float32Array(texts.length).fill(-Infinity);
          for (const [i, word] of words.entries())
            logits[word] = weights[(hash + i) % 64] as number;
          return logits;
        };
        const say = async (backtrack: ProofSamplerOptions["backtrack"] & {}) => {
          const sampler = new ProofSampler(tokenizer, {
            mode: "sample",
            temperature: 1,
            mirostat: mirostat as 0 | 1 | 2,
            frequencyPenalty: 0.5,
            seed: 7,
            stopTokens: [stop],
            backtrack,
            checkSteps: false,
            verifiers: [(_, { line }) => (line === refused ? "false" : "true")],
          });
          const engine = scriptedEngine(logitsOf);
          const { tokens, text, steps } = await sampler.sample(engine.session(), [0], {
            maxNewTokens: 20,
          });
          return { tokens, text, said: steps.map((step) => step.text) };
        };
        expect(await say({ retries: 3, budget: 100 })).toEqual(await say(false));
      },
    ),
    { numRuns: 80, seed: 2 },
  );
});

it("a retry without text, or one that stops at once, is no retry", async () => {
  const { result } = await run({
    "": ["2 + 2 = ", ""],
    "2 + 2 = ": ["5", ""],
    "2 + 2 = 5": ["\n", ""],
    "2 + 2 = 5\n": ["a"],
  });
  expect(result.text).toBe("2 + 2 = 5\na");
  expect(result.steps[0]).toMatchObject({ status: "false" });
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

it("text that a grammar is against isn't forced", async () => {
  const encoder = new TextEncoder();
  const bytes = texts.map((text, i) => (i < 2 ? undefined : encoder.encode(text)));
  const vocabulary = new Vocabulary({ tokens: bytes, endTokens: [stop] });
  const grammar = await compileGrammar({ type: "regex", pattern: "<<2\\*3=[45]a" }, vocabulary);
  const says = { "": ["<<2*3="], "<<2*3=": ["4"], "<<2*3=4": ["a"] };
  const { result } = await run(says, { mode: "constrained", grammar, backtrack: false });
  expect(result.text).toBe("<<2*3=4a");
  expect(result.usage.forced).toBe(0);
});

it("a number with a digit too many is mended by the calculator too", async () => {
  const says = {
    ...wrongThenRight,
    "2 + 2 = 4": ["5", "\n"],
    "2 + 2 = ": ["4"],
    "2 + 2 = 45": ["\n"],
  };
  const { result } = await run(says, { calculator: "results" });
  expect(result.text).toBe("2 + 2 = 4\n\\boxed{4}");
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

it("a grammar holds through retries, and ends the text", async () => {
  const encoder = new TextEncoder();
  const bytes = texts.map((text, i) => (i < 2 ? undefined : encoder.encode(text)));
  const vocabulary = new Vocabulary({ tokens: bytes, endTokens: [stop] });
  const grammar = await compileGrammar({ type: "regex", pattern: "(a[bc]\\n){3}b" }, vocabulary);
  const logits = () => logitsFor(texts.length, new Map(texts.map((_, i) => [i, 1 / (i + 1)])));
  for (const drawn of [0, 1]) {
    let refused = 0;
    const engine = scriptedEngine(logits);
    const sampler = new ProofSampler(tokenizer, {
      mode: "constrained",
      temperature: drawn,
      seed: 3,
      grammar,
      stopTokens: [stop],
      checkSteps: false,
      verifiers: [() => (refused++ % 2 === 0 ? "false" : "true")],
    });
    const { text, finish } = await sampler.sample(engine.session(), [0], { maxNewTokens: 40 });
    expect(text).toMatch(/^(a[bc]\n){3}b$/);
    expect(finish).toBe("stop");
    expect(refused).toBeGreaterThan(4);
  }
});

it("the same seed gives the same bytes, another one others", async () => {
  const says = { "": ["a", "b", "c"], a: ["b", "c"], b: ["a", "c"], c: ["a", "b"] };
  const texts = await Promise.all(
    [1, 1, ...Array.from({ length: 20 }, (_, i) => i + 2)].map(
      async (seed) => (await run(says, { mode: "sample", temperature: 1, seed })).result.text,
    ),
  );
  expect(texts[0]).toBe(texts[1]);
  expect(new Set(texts).size).toBeGreaterThan(2);
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

describe("refuses", () => {
  it.each<[string, object]>([
    ["an unknown mode", { mode: "beam" }],
    ["constraints without a grammar", { mode: "constrained" }],
    ["a temperature with greedy", { mode: "greedy", temperature: 1 }],
    ["retries below 0", { backtrack: { retries: -1 } }],
    ["a calculator that isn't known", { calculator: "all" }],
    ["verifiers that aren't functions", { verifiers: [1] }],
    ["no chains", { mode: "vote", chains: 0 }],
    ["a top-p of 0", { mode: "sample", topP: 0 }],
  ])("%s", (_, options) => {
    expect(() => new ProofSampler(tokenizer, options as ProofSamplerOptions)).toThrow(
      expect.objectContaining({ code: "ERR_ARGUMENT" }),
    );
  });

  it("an empty prompt, and no tokens", () => {
    const sampler = new ProofSampler(tokenizer);
    const engine = scripted({});
    const code = expect.objectContaining({ code: "ERR_ARGUMENT" });
    expect(() => sampler.sample(engine.session(), [])).toThrow(code);
    expect(() => sampler.sample(engine.session(), [0], { maxNewTokens: 0 })).toThrow(code);
    expect(() => new ProofSampler({} as never)).toThrow(code);
  });
});
