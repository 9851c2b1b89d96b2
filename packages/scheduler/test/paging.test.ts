// Which pages a session takes, shares and gives back.

import { expect, it } from "vitest";
import { code, setup, tokensOf } from "./support/engines.js";

it("takes as many pages as its tokens fill", async () => {
  using engine = setup().engine;
  const session = engine.createSession();
  for (const [count, pages] of [
    [15, 1],
    [1, 1],
    [1, 2],
    [32, 4],
  ] as const) {
    await session.append(tokensOf(count));
    expect(engine.stats.usedPages).toBe(pages);
  }
  session.truncate(33);
  expect(engine.stats.usedPages).toBe(3);
  session.truncate(32);
  expect(engine.stats.usedPages).toBe(2);
  session.truncate(0);
  expect(engine.stats.usedPages).toBe(0);
});

it("shares all pages with a fork, and copies only one that is partly filled, once", async () => {
  const { engine, model } = setup();
  using held = engine;
  const parent = held.createSession();
  await parent.append(tokensOf(40));
  const [left, right] = [parent.fork(), parent.fork()];
  expect(held.stats.usedPages).toBe(3);
  await Promise.all([left.append([1]), right.append([2])]);
  expect([held.stats.usedPages, model.runner.copies]).toEqual([5, 2]);
  await Promise.all([left.append([1]), right.append([2]), parent.append([3])]);
  expect([held.stats.usedPages, model.runner.copies]).toEqual([5, 2]);
});

it("copies nothing when forks meet at the end of a page", async () => {
  const { engine, model } = setup();
  using held = engine;
  const parent = held.createSession();
  await parent.append(tokensOf(32));
  await Promise.all([parent.fork().append([1]), parent.fork().append([1]), parent.append([1])]);
  expect([held.stats.usedPages, model.runner.copies]).toEqual([5, 0]);
});

it("leaves the last one of several holders the page itself", async () => {
  const { engine, model } = setup();
  using held = engine;
  const sessions = [held.createSession()];
  await sessions[0]?.append(tokensOf(8));
  for (let i = 0; i < 4; i++) sessions.push(sessions[0]?.fork() as (typeof sessions)[0]);
  await Promise.all(sessions.map((session) => session.append([7])));
  expect([held.stats.usedPages, model.runner.copies]).toEqual([5, 4]);
  expect(held.stats.reservedPages).toBe(0);
});

it("copies a full page that truncate makes a partial one", async () => {
  const { engine, model } = setup();
  using held = engine;
  const parent = held.createSession();
  await parent.append(tokensOf(48));
  const fork = parent.fork();
  fork.truncate(20);
  expect(held.stats.usedPages).toBe(3);
  await fork.append([1]);
  expect([held.stats.usedPages, model.runner.copies]).toEqual([4, 1]);
  parent[Symbol.dispose]();
  expect(held.stats.usedPages).toBe(2);
});

it("needs memory for the copy, and says so", async () => {
  using engine = setup({ pages: 1, whenFull: "fail" }).engine;
  const parent = engine.createSession();
  await parent.append(tokensOf(8));
  const fork = parent.fork();
  await expect(fork.append([1])).rejects.toEqual(
    code("ERR_MEMORY", /expected 1 free pages, found 0 of 1/),
  );
  parent[Symbol.dispose]();
  await fork.append([1]);
});
