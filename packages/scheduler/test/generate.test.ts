// Generation: which tokens, which text, how it ends, and what the session holds then.

import { describe, expect, it } from "vitest";
import {
  type GeneratedToken,
  type GenerateOptions,
  type Generation,
  type GenerationSession,
  generate,
  logProbability,
  type Session,
} from "../src/index.js";
import { code, gate, settled, setup, tokensOf } from "./support/engines.js";
import { logitsAfter } from "./support/hash-model.js";

/** Token 0 is "a", 1 is "b" … and every tenth is the first half of the token after it. */
const tokenizer = {
  decodeStream() {
    let half = "";
    return {
      push(id: number) {
        if (id % 10 === 9) {
          half += "h";
          return "";
        }
        const text = half + String.fromCharCode(97 + (id % 26));
        half = "";
        return text;
      },
      end: () => (half === "" ? "" : "\ufffd"),
    };
  },
};

async function collect(generation: Generation): Promise<GeneratedToken[]> {
  const all: GeneratedToken[] = [];
  for await (const token of generation) all.push(token);
  return all;
}

const ids = (all: readonly GeneratedToken[]) => all.map(({ token }) => token);
const textOf = (all: readonly GeneratedToken[]) => all.map(({ text }) => text).join("");

/** What greedy decoding gives, straight from the definition. */
function greedy(prompt: ArrayLike<number>, count: number): number[] {
  const tokens = Array.from(prompt);
  for (let i = 0; i < count; i++) {
    const logits = logitsAfter(tokens, 50);
    tokens.push(logits.indexOf(Math.max(...logits)));
  }
  return tokens.slice(prompt.length);
}

/** A session that gives these tokens, one after another. */
function scripted(tokens: readonly number[]): GenerationSession {
  let at = 0;
  return {
    length: 0,
    async append() {
      return {
        last: Float32Array.from({ length: 60 }, (_, id) => (id === tokens[at] ? 1 : 0)),
        at: at++,
      };
    },
  };
}

describe("tokens", () => {
  it("are the likeliest by default", async () => {
    using engine = setup().engine;
    const all = await collect(generate(engine.createSession(), [1, 2, 3], { maxTokens: 20 }));
    expect(ids(all)).toEqual(greedy([1, 2, 3], 20));
    expect(all.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(all.map(({ finishReason }) => finishReason)).toEqual([...Array(19), "length"]);
  });

  it("of a seed are the same, whatever else runs", async () => {
    const options = { maxTokens: 30, temperature: 1.5, seed: 42, topP: 0.95 };
    const prompt = tokensOf(30);
    using alone = setup().engine;
    const expected = ids(await collect(generate(alone.createSession(), prompt, options)));
    using busy = setup({ pages: 400, maxRows: 48, maxSequences: 7 }).engine;
    const strangers = Array.from({ length: 20 }, (_, i) =>
      collect(generate(busy.createSession(), tokensOf(5 * i + 1, i), { ...options, seed: i })),
    );
    const found = ids(await collect(generate(busy.createSession(), prompt, options)));
    await Promise.all(strangers);
    expect(found).toEqual(expected);
  });

  it("differ with seed, sequence and attempt, and a random seed is told", async () => {
    using engine = setup().engine;
    const run = async (options: GenerateOptions) => {
      const generation = generate(engine.createSession(), [1], {
        maxTokens: 20,
        temperature: 2,
        ...options,
      });
      return { all: ids(await collect(generation)).join(), seed: generation.seed };
    };
    const first = await run({});
    expect((await run({ seed: first.seed })).all).toBe(first.all);
    const base = { seed: 1 };
    const all = [base, { seed: 2 }, { ...base, sequence: 1 }, { ...base, attempt: 1 }];
    const runs = await Promise.all(all.map(run));
    expect(new Set(runs.map((each) => each.all)).size).toBe(4);
  });

  it("of 32 generations share every step", async () => {
    using engine = setup({ pages: 200 }).engine;
    await Promise.all(
      Array.from({ length: 32 }, (_, i) =>
        collect(generate(engine.createSession(), [i], { maxTokens: 15 })),
      ),
    );
    expect(engine.stats.steps).toBe(15);
  });

  it("are the same where memory is short and generations have to start over", async () => {
    const { engine, model } = setup({ pages: 12, maxLength: 150 });
    using held = engine;
    const prompts = Array.from({ length: 12 }, (_, i) => tokensOf(3 + i, i));
    let failures = 0;
    const found = await Promise.all(
      prompts.map(async (prompt) => {
        using session = held.createSession();
        const { append } = session;
        session.append = (...args) =>
          append.apply(session, args).catch((error: unknown) => {
            failures++;
            throw error;
          });
        return ids(await collect(generate(session, prompt, { maxTokens: 100 })));
      }),
    );
    expect(found).toEqual(prompts.map((prompt) => greedy(prompt, 100)));
    expect(failures).toBeGreaterThan(0);
    expect(model.runner.steps.length).toBe(held.stats.steps);
    expect(held.stats).toMatchObject({ usedPages: 0, waiting: 0 });
  });

  it("that start over leave alone what the session held before", async () => {
    using engine = setup({ pages: 8 }).engine;
    const prefix = tokensOf(20);
    using parent = engine.createSession();
    await parent.append(prefix, "none");
    const forks = [parent.fork(), parent.fork(), parent.fork()];
    parent[Symbol.dispose]();
    const found = await Promise.all(
      forks.map(async (session, i) => {
        const all = ids(await collect(generate(session, [i], { maxTokens: 50 })));
        session[Symbol.dispose]();
        return all;
      }),
    );
    expect(found).toEqual([0, 1, 2].map((i) => greedy([...prefix, i], 50)));
  });

  it("have the logprob of the model's logits, whatever is done to them", async () => {
    using engine = setup().engine;
    const processLogits = (logits: Float32Array, tokens: readonly number[]) => {
      logits.fill(-Infinity);
      logits[tokens.length] = 5;
    };
    const all = await collect(
      generate(engine.createSession(), [7], {
        maxTokens: 3,
        logprobs: true,
        processLogits,
        temperature: 3,
      }),
    );
    expect(ids(all)).toEqual([0, 1, 2]);
    expect(all.map(({ logprob }) => logprob)).toEqual([
      logProbability(logitsAfter([7], 50), 0),
      logProbability(logitsAfter([7, 0], 50), 1),
      logProbability(logitsAfter([7, 0, 1], 50), 2),
    ]);
  });
});

describe("the end", () => {
  /** A session holds the prompt and all tokens but the last, and goes on from there exactly. */
  async function expectHeld(session: Session, tokens: readonly number[]) {
    expect(session.length).toBe(tokens.length);
    expect((await session.append([3])).last).toEqual(logitsAfter([...tokens, 3], 50));
  }

  it("by maxTokens", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    const generation = generate(session, [1, 2], { maxTokens: 5 });
    const all = ids(await collect(generation));
    expect(generation.finishReason).toBe("length");
    await expectHeld(session, [1, 2, ...all.slice(0, -1)]);
  });

  it("by a session that is full", async () => {
    using engine = setup({ maxLength: 20 }).engine;
    const session = engine.createSession();
    const generation = generate(session, tokensOf(18));
    expect(await collect(generation)).toHaveLength(3);
    expect([generation.finishReason, session.length]).toEqual(["length", 20]);
  });

  it("by a stop token, which is given out without text", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    const expected = greedy([5], 10);
    const stop = expected.findIndex((id, i) => i > 2 && !expected.slice(0, i).includes(id));
    const token = expected[stop] as number;
    const generation = generate(session, [5], { stopTokens: [token], tokenizer });
    const all = await collect(generation);
    expect(ids(all)).toEqual(expected.slice(0, stop + 1));
    expect([generation.finishReason, generation.stoppedBy]).toEqual(["stop", token]);
    const stream = tokenizer.decodeStream();
    const text =
      expected
        .slice(0, stop)
        .map((id) => stream.push(id))
        .join("") + stream.end();
    expect(textOf(all)).toBe(text);
    await expectHeld(session, [5, ...expected.slice(0, stop)]);
  });

  it("by break", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    const generation = generate(session, [1, 2]);
    for await (const { index } of generation) if (index === 3) break;
    expect(generation.finishReason).toBe("closed");
    await expectHeld(session, [1, 2, ...greedy([1, 2], 3)]);
    expect(await generation.next()).toEqual({ done: true, value: undefined });
  });

  it("before it begins", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    const generation = generate(session, [1, 2]);
    await generation.return();
    expect([generation.finishReason, session.length]).toEqual(["closed", 0]);
  });

  it("by its signal, while a step runs", async () => {
    const abort = new AbortController();
    let steps = 0;
    const { engine } = setup({ onStep: () => ++steps === 4 && abort.abort() });
    using held = engine;
    const session = held.createSession();
    const generation = generate(session, [1, 2], { signal: abort.signal });
    const all: number[] = [];
    const run = async () => {
      for await (const { token } of generation) all.push(token);
    };
    await expect(run()).rejects.toThrow(/aborted/);
    expect([generation.finishReason, all.length]).toEqual(["abort", 3]);
    await expectHeld(session, [1, 2, ...all.slice(0, -1)]);
  });

  it("by its signal, between two tokens", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    const abort = new AbortController();
    const generation = generate(session, [1], { signal: abort.signal });
    await generation.next();
    abort.abort();
    await expect(generation.next()).rejects.toThrow(/aborted/);
    expect([generation.finishReason, session.length]).toEqual(["abort", 1]);
  });

  it.each([2, 5])("by an error after an append: of what chooses token %i", async (failing) => {
    using engine = setup().engine;
    const session = engine.createSession();
    const given: number[] = [];
    const processLogits = (_: Float32Array, tokens: readonly number[]) => {
      if (tokens.length === failing) throw new Error("no grammar");
    };
    const generation = generate(session, [1, 2], { processLogits });
    const run = async () => {
      for await (const { token } of generation) given.push(token);
    };
    await expect(run()).rejects.toThrow("no grammar");
    expect(given).toHaveLength(failing);
    expect(generation.finishReason).toBe("error");
    await expectHeld(session, [1, 2, ...given.slice(0, -1)]);
  });

  it("by an error after the prompt's append, which stays", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    const processLogits = (logits: Float32Array) => {
      logits[7] = Number.NaN;
    };
    const generation = generate(session, [1, 2], { processLogits });
    await expect(collect(generation)).rejects.toEqual(code("ERR_LOGITS"));
    await expectHeld(session, [1, 2]);
  });

  it("by its signal, once the append has ended", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    const other = engine.createSession();
    const abort = new AbortController();
    const given: number[] = [];
    const generation = generate(session, [1, 2], { signal: abort.signal });
    const run = async () => {
      for await (const { token, index } of generation) {
        given.push(token);
        // Its append settles before that of the generation's next token, in the same step.
        if (index === 3) void other.append([1]).then(() => abort.abort(new Error("enough")));
      }
    };
    await expect(run()).rejects.toThrow("enough");
    expect([given.length, generation.finishReason]).toEqual([4, "abort"]);
    await expectHeld(session, [1, 2, ...given.slice(0, -1)]);
  });

  it("by an error of the session", async () => {
    const { open, opened } = gate();
    const { engine } = setup({ onStep: () => opened });
    const generation = generate(engine.createSession(), [1]);
    const next = generation.next();
    await settled();
    engine[Symbol.dispose]();
    await expect(next).rejects.toEqual(code("ERR_DISPOSED"));
    expect(generation.finishReason).toBe("error");
    open();
    await engine[Symbol.asyncDispose]();
  });
});

describe("stop strings", () => {
  const tokens = [...("abcabd" as const)].map((letter) => letter.charCodeAt(0) - 97);
  const run = async (stop: string | string[], list: readonly number[] = tokens) => {
    const generation = generate(scripted(list), [0], { stop, tokenizer, maxTokens: list.length });
    const all = await collect(generation);
    return {
      texts: all.map(({ text }) => text),
      reason: generation.finishReason,
      by: generation.stoppedBy,
    };
  };

  it("end the text right before them, and what could be one is held back", async () => {
    expect(await run("cabd")).toEqual({
      texts: ["a", "b", "", "", "", ""],
      reason: "stop",
      by: "cabd",
    });
    expect(await run("bd")).toEqual({
      texts: ["a", "", "bc", "a", "", ""],
      reason: "stop",
      by: "bd",
    });
  });

  it("that don't come give back what was held", async () => {
    const found = await run(["abdz", "q"]);
    expect(found).toMatchObject({ reason: "length", by: undefined });
    expect(found.texts.join("")).toBe("abcabd");
    expect(found.texts.slice(0, 3)).toEqual(["", "", "abc"]);
  });

  it("count from the first that is complete, of several the longest", async () => {
    expect(await run(["abca", "bc", "c"])).toMatchObject({ texts: ["", "", "a"], by: "bc" });
  });

  it("may end inside a token's text", async () => {
    // 9 gives nothing; 0 then gives "ha".
    expect(await run("h", [1, 9, 0])).toMatchObject({ texts: ["b", "", ""], by: "h" });
  });

  it("may be complete only with what the decoder gives at the end", async () => {
    const found = await run("\ufffd", [1, 9]);
    expect(found).toEqual({ texts: ["b", ""], reason: "stop", by: "\ufffd" });
  });
});

describe("the tokenizer", () => {
  /** As that of a vocabulary whose rows were rounded up: it refuses what it has no token for. */
  const small = {
    names: ["a", "b", "<end>", "c"],
    decodeStream(options?: { readonly skipSpecialTokens?: boolean }) {
      const push = (id: number) => {
        const name = this.names[id];
        if (name === undefined) throw new Error(`no token has the id ${id}`);
        return options?.skipSpecialTokens && name.startsWith("<") ? "" : name;
      };
      return { push, end: () => "" };
    },
    idToToken(id: number): string | undefined {
      return this.names[id];
    },
  };
  const list = [0, 4, 1, 2, 40, 3];
  const maxTokens = list.length;

  it("is not asked for the text of ids without a token", async () => {
    const all = await collect(generate(scripted(list), [0], { tokenizer: small, maxTokens }));
    expect(ids(all)).toEqual(list);
    expect(all.map(({ text }) => text)).toEqual(["a", "", "b", "", "", "c"]);
  });

  it("finds stop strings across them", async () => {
    const options = { tokenizer: small, maxTokens, stop: "bc" };
    const generation = generate(scripted(list), [0], options);
    expect(textOf(await collect(generation))).toBe("a");
    expect(generation.stoppedBy).toBe("bc");
  });

  it("gives special tokens where they are wanted", async () => {
    const options = { tokenizer: small, maxTokens, skipSpecialTokens: false };
    expect(textOf(await collect(generate(scripted(list), [0], options)))).toBe("ab<end>c");
  });
});

describe("options", () => {
  const wrong: [GenerateOptions, RegExp][] = [
    [{ maxTokens: 0 }, /maxTokens: expected an integer from 1/],
    [{ stop: "x" }, /stop: expected a tokenizer/],
    [{ stop: ["x", ""], tokenizer }, /stop: expected strings that are not empty, found ""/],
    [{ stopTokens: [-1] }, /stopTokens/],
    [{ temperature: -1 }, /temperature: expected 0 or more, found -1/],
    [{ temperature: Number.NaN }, /temperature/],
    [{ topK: 1.5 }, /topK/],
    [{ topP: 0 }, /topP: expected above 0 and up to 1, found 0/],
    [{ minP: 2 }, /minP: expected from 0 to 1, found 2/],
    [{ seed: -1 }, /seed/],
    [{ sequence: 2 ** 32 }, /sequence/],
    [{ attempt: 0.5 }, /attempt/],
  ];
  for (const [options, message] of wrong) {
    it(`refuses ${String(message)} at the call`, () => {
      expect(() => generate(scripted([1]), [0], options)).toThrow(code("ERR_ARGUMENT", message));
    });
  }

  it("refuses a prompt without tokens, or with what is no token", () => {
    expect(() => generate(scripted([1]), [])).toThrow(code("ERR_ARGUMENT"));
    expect(() => generate(scripted([1]), [0.5])).toThrow(code("ERR_TOKEN", /tokens\[0\]/));
  });
});
