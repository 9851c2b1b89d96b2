// Lines that are taken back, and what a run tells of them.

import { describe, expect, it } from "vitest";
import {
  compileGrammar,
  ProofSampler,
  type ProofSamplerOptions,
  Vocabulary,
} from "../../src/index.js";
import {
  id,
  run,
  scripted,
  stop,
  texts,
  tokenizer,
  wrongThenRight,
} from "./support/scripted-run.js";

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
