// Which appends meet in a step.

import { describe, expect, it } from "vitest";
import { setup, tokensOf } from "./support/engines.js";

describe("appends of one tick", () => {
  it("run in one step", async () => {
    const { engine, model } = setup();
    using held = engine;
    await Promise.all(Array.from({ length: 32 }, (_, i) => held.createSession().append([i])));
    expect(held.stats.steps).toBe(1);
    expect(model.runner.steps).toEqual([Array(32).fill(1)]);
  });

  it("meet again in every step, however many awaits each loop has", async () => {
    using engine = setup({ pages: 128 }).engine;
    const iterations = 25;
    const loop = async (depth: number) => {
      const session = engine.createSession();
      for (let i = 0; i < iterations; i++) {
        await session.append([i]);
        for (let j = 0; j < depth; j++) await undefined;
      }
    };
    await Promise.all(Array.from({ length: 32 }, (_, i) => loop(i * 3)));
    expect(engine.stats.steps).toBe(iterations);
    expect(engine.stats.rows).toBe(32 * iterations);
  });

  it("take turns where a step has no room for all", async () => {
    const { engine, model } = setup({ maxSequences: 4 });
    using held = engine;
    await Promise.all(Array.from({ length: 10 }, (_, i) => held.createSession().append([i])));
    expect(model.runner.steps.map((rows) => rows.length)).toEqual([4, 4, 2]);
  });
});

it("serves the older append first, even if it waited for memory meanwhile", async () => {
  using engine = setup({ pages: 6, maxSequences: 1 }).engine;
  const [holder, short] = [engine.createSession(), engine.createSession()];
  await Promise.all([holder.append(tokensOf(64)), short.append(tokensOf(2))]);
  const order: string[] = [];
  const older = engine
    .createSession()
    .append(tokensOf(32))
    .then(() => order.push("older"));
  const newer = short.append(tokensOf(2)).then(() => order.push("newer"));
  expect(engine.stats).toMatchObject({ waiting: 1, active: 1 });
  holder[Symbol.dispose]();
  await Promise.all([older, newer]);
  expect(order).toEqual(["older", "newer"]);
});

describe("prompts", () => {
  it("run in parts, and decoding goes on in each of their steps", async () => {
    const { engine, model } = setup({ pages: 512, maxRows: 64 });
    using held = engine;
    let done = false;
    const prompt = held
      .createSession()
      .append(tokensOf(1000))
      .then(() => {
        done = true;
      });
    let decoded = 0;
    const decode = async () => {
      for (const session = held.createSession(); !done; decoded++) await session.append([1]);
    };
    await Promise.all([prompt, decode(), decode()]);
    expect(model.runner.steps.slice(0, 16)).toEqual([...Array(16).fill([1, 1, 62]).slice(0, 16)]);
    expect(decoded).toBeGreaterThanOrEqual(2 * 16);
  });

  it("share what is left of a step, in order", async () => {
    const { engine, model } = setup({ pages: 512, maxRows: 100 });
    using held = engine;
    const lengths = [70, 20, 200, 1];
    await Promise.all(lengths.map((count) => held.createSession().append(tokensOf(count))));
    // One-row appends first; 33 for each of the three, and what the short one leaves.
    expect(model.runner.steps[0]).toEqual([1, 40, 20, 39]);
    expect(model.runner.steps[1]).toEqual([30, 70]);
    expect(model.runner.steps[2]).toEqual([91]);
  });

  it("get a turn when one-row appends alone would fill every step", async () => {
    using engine = setup({ pages: 512, maxRows: 32, maxSequences: 4 }).engine;
    let done = false;
    const decode = async () => {
      for (const session = engine.createSession(); !done; ) {
        await session.append([1]);
        if (session.length > 200) throw new Error("the prompt starves");
      }
    };
    const decoding = Promise.all([decode(), decode(), decode(), decode(), decode()]);
    await engine.createSession().append(tokensOf(64));
    done = true;
    await decoding;
  });

  it("that want all logits are cut to what a step can give", async () => {
    const { engine, model } = setup({ maxLogits: 10, maxSequences: 8 });
    using held = engine;
    const [all, last] = await Promise.all([
      held.createSession().append(tokensOf(35), "all"),
      held.createSession().append(tokensOf(35), "last"),
    ]);
    expect([all.rows, last.rows]).toEqual([35, 1]);
    expect(model.runner.steps.length).toBeGreaterThanOrEqual(4);
  });

  it("go on where a step has no logits left for their last row", async () => {
    using engine = setup({ maxLogits: 1, maxSequences: 8 }).engine;
    const appends = Array.from({ length: 5 }, (_, i) =>
      engine.createSession().append(tokensOf(20, i), "last"),
    );
    for (const { rows } of await Promise.all(appends)) expect(rows).toBe(1);
  });
});

it("counts steps, rows, sessions and pages", async () => {
  using engine = setup({ pages: 8 }).engine;
  const session = engine.createSession();
  expect(engine.stats).toEqual({
    pages: 8,
    freePages: 8,
    usedPages: 0,
    reservedPages: 0,
    sessions: 1,
    active: 0,
    waiting: 0,
    steps: 0,
    rows: 0,
  });
  const pending = session.append(tokensOf(17));
  expect(engine.stats).toMatchObject({ reservedPages: 2, active: 1 });
  await pending;
  expect(engine.stats).toMatchObject({ usedPages: 2, freePages: 6, reservedPages: 0, active: 0 });
  expect(engine.stats).toMatchObject({ steps: 1, rows: 17 });
  session[Symbol.dispose]();
  expect(engine.stats).toMatchObject({ usedPages: 0, sessions: 0 });
});
