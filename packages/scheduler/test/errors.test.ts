// Bad input is refused before anything is taken.

import { describe, expect, it } from "vitest";
import { Engine, type EngineOptions } from "../src/index.js";
import { code, setup, tokensOf } from "./support/engines.js";
import { HashModel } from "./support/hash-model.js";

describe("engine options", () => {
  const wrong: [Partial<EngineOptions>, RegExp][] = [
    [{ memory: -1 }, /memory: expected an integer from 0/],
    [{ memory: 1.5 }, /memory: .*found 1.5/],
    [{ pageSize: 24 }, /pageSize: expected a multiple of 16, found 24/],
    [{ pageSize: 0 }, /pageSize: expected an integer from 16/],
    [{ maxRows: 0 }, /maxRows: expected an integer from 1/],
    [{ maxRows: 8, maxSequences: 9 }, /maxSequences: expected an integer from 1 to 8, found 9/],
    [{ maxRows: 8, maxLogits: 9 }, /maxLogits: expected an integer from 1 to 8, found 9/],
    [{ maxLength: 5000 }, /maxLength: expected an integer from 1 to 4096, found 5000/],
    [{ kvType: "f64" as "f32" }, /kvType: expected "f32" or "bf16" or "f16", found "f64"/],
    [{ whenFull: "drop" as "wait" }, /whenFull: expected "wait" or "fail", found "drop"/],
    [{ stallTimeout: -1 }, /stallTimeout/],
  ];
  for (const [options, message] of wrong) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const model = new HashModel();
      expect(() => new Engine(model, { memory: 1e6, ...options })).toThrow(
        code("ERR_ARGUMENT", message),
      );
      expect(model.runners).toEqual([]);
    });
  }

  it("refuses memory below one page, and names what a page takes", () => {
    const model = new HashModel();
    expect(() => new Engine(model, { memory: 511 })).toThrow(
      code("ERR_MEMORY", /expected at least 512 bytes, which a page takes, found 511/),
    );
    using engine = new Engine(model, { memory: 512 });
    expect(engine.maxLength).toBe(64);
  });

  it("refuses a model that makes no sense", () => {
    const model = new HashModel({ vocabularySize: 0 });
    expect(() => new Engine(model, { memory: 1e6 })).toThrow(
      code("ERR_ARGUMENT", /model.vocabularySize/),
    );
  });

  it("hands the model sizes that fit the memory", () => {
    const model = new HashModel({ maxPositions: 1000 });
    using engine = new Engine(model, { memory: 1e6, kvType: "bf16", maxRows: 32 });
    expect(model.runner.options).toEqual({
      pages: Math.floor(1e6 / (64 * 4)),
      pageSize: 64,
      sequences: 32,
      maxPages: 16,
      maxRows: 32,
      maxLogits: 32,
      kvType: "bf16",
    });
    expect(engine.maxLength).toBe(1000);
  });
});

describe("append", () => {
  it("refuses ids that the vocabulary lacks, with their place", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    for (const [tokens, message] of [
      [[1, 50], /tokens\[1\]: expected an id from 0 to 49, found 50/],
      [[-1], /found -1/],
      [[0.5], /found 0.5/],
      [[Number.NaN], /found NaN/],
    ] as const) {
      await expect(session.append(tokens)).rejects.toEqual(code("ERR_TOKEN", message));
    }
    expect(engine.stats).toMatchObject({ active: 0, reservedPages: 0, steps: 0 });
  });

  it("refuses no tokens, and what is no array", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    await expect(session.append([])).rejects.toEqual(
      code("ERR_ARGUMENT", /at least one id, found Array of length 0/),
    );
    await expect(session.append(undefined as never)).rejects.toEqual(code("ERR_ARGUMENT"));
    await expect(session.append(7 as never)).rejects.toEqual(code("ERR_ARGUMENT"));
    await expect(session.append([1], "some" as "all")).rejects.toEqual(
      code("ERR_ARGUMENT", /want/),
    );
  });

  it("refuses what is longer than a session before it reads it", async () => {
    using engine = setup({ maxLength: 20 }).engine;
    const session = engine.createSession();
    await session.append(tokensOf(15));
    await expect(session.append({ length: 1e15 })).rejects.toEqual(code("ERR_LENGTH"));
    await expect(session.append(tokensOf(6))).rejects.toEqual(
      code("ERR_LENGTH", /at most 20 tokens in a session, found 15 and 6 more/),
    );
    await session.append(tokensOf(5));
    expect(session.length).toBe(session.maxLength);
  });
});

it("refuses everything but dispose on a session that has an append under way", async () => {
  using engine = setup().engine;
  const session = engine.createSession();
  const pending = session.append(tokensOf(30));
  expect(session.busy).toBe(true);
  await expect(session.append([1])).rejects.toEqual(code("ERR_BUSY", /one of 30 tokens/));
  expect(() => session.truncate(0)).toThrow(code("ERR_BUSY"));
  expect(() => session.fork()).toThrow(code("ERR_BUSY"));
  await pending;
  expect([session.busy, session.length]).toEqual([false, 30]);
});

it("refuses to truncate to what is not there", async () => {
  using engine = setup().engine;
  const session = engine.createSession();
  await session.append(tokensOf(3));
  for (const length of [4, -1, 1.5]) {
    expect(() => session.truncate(length)).toThrow(code("ERR_ARGUMENT", /truncate: length/));
  }
  session.truncate(3);
  expect(session.length).toBe(3);
});
