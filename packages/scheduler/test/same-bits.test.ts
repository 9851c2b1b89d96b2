// Whatever way tokens get into a session, the logits are those of the tokens alone.

import fc from "fast-check";
import { expect, it } from "vitest";
import type { Logits, Session } from "../src/index.js";
import { setup, tokensOf } from "./support/engines.js";
import { logitsAfter } from "./support/hash-model.js";

const seed = 20260201;
const settings = { seed, numRuns: 60 };

/** Compares rows with what the model gives after each of the tokens from `from` on. */
function expectRows(logits: Logits, tokens: Int32Array, from: number): void {
  expect(logits.rows).toBe(tokens.length - from);
  for (let i = 0; i < logits.rows; i++) {
    const expected = logitsAfter(tokens.subarray(0, from + i + 1), logits.vocabularySize);
    if (!logits.row(i).every((x, id) => x === expected[id])) throw new Error(`row ${from + i}`);
  }
}

async function appendInParts(session: Session, tokens: Int32Array, cuts: readonly number[]) {
  const ends = [...new Set(cuts.map((cut) => cut % tokens.length))].sort((a, b) => a - b);
  for (const end of [...ends, tokens.length]) {
    const { length } = session;
    if (end <= length) continue;
    expectRows(
      await session.append(tokens.subarray(length, end), "all"),
      tokens.subarray(0, end),
      length,
    );
  }
}

const length = fc.integer({ min: 1, max: 150 });
const cuts = fc.array(fc.nat(150), { maxLength: 12 });

it("gives the same bits for one append and for parts of it", async () => {
  await fc.assert(
    fc.asyncProperty(
      length,
      cuts,
      fc.integer({ min: 1, max: 40 }),
      async (count, places, maxRows) => {
        const maxLogits = Math.max(1, maxRows >> 1);
        using engine = setup({ maxRows, maxLogits, maxSequences: 1 }).engine;
        const tokens = tokensOf(count, count);
        await appendInParts(engine.createSession(), tokens, []);
        await appendInParts(engine.createSession(), tokens, places);
      },
    ),
    settings,
  );
});

it("gives the same bits alone and among 1 to 32 strangers", async () => {
  await fc.assert(
    fc.asyncProperty(
      length,
      cuts,
      fc.integer({ min: 1, max: 32 }),
      async (count, places, strangers) => {
        using engine = setup({ pages: 512, maxRows: 64, maxLogits: 24, maxSequences: 20 }).engine;
        const work = Array.from({ length: strangers + 1 }, (_, i) =>
          appendInParts(
            engine.createSession(),
            tokensOf(1 + ((count * (i + 1)) % 90), i),
            places.map((cut) => cut * (i + 1)),
          ),
        );
        await Promise.all(work);
      },
    ),
    settings,
  );
});

it("gives the same bits in a fork, and leaves the other as it is", async () => {
  await fc.assert(
    fc.asyncProperty(length, length, cuts, async (shared, added, places) => {
      using engine = setup().engine;
      const prefix = tokensOf(shared, 3);
      using parent = engine.createSession();
      await parent.append(prefix, "none");
      const children = [1, 2, 3].map((child) => {
        const fork = parent.fork();
        return appendInParts(fork, Int32Array.of(...prefix, ...tokensOf(added, child)), places);
      });
      await Promise.all(children);
      await appendInParts(parent, Int32Array.of(...prefix, ...tokensOf(added, 9)), places);
    }),
    settings,
  );
});

it("gives the same bits after truncate, alone and with a fork that holds the old tokens", async () => {
  await fc.assert(
    fc.asyncProperty(
      length,
      fc.nat(150),
      length,
      fc.boolean(),
      async (count, cut, added, forked) => {
        using engine = setup().engine;
        const tokens = tokensOf(count, 5);
        using session = engine.createSession();
        await session.append(tokens);
        using other = forked ? session.fork() : undefined;
        const kept = cut % (count + 1);
        session.truncate(kept);
        await appendInParts(
          session,
          Int32Array.of(...tokens.subarray(0, kept), ...tokensOf(added, 6)),
          [],
        );
        if (other) await appendInParts(other, Int32Array.of(...tokens, ...tokensOf(added, 7)), []);
      },
    ),
    settings,
  );
});

it("gives the last row, all rows or none", async () => {
  using engine = setup().engine;
  using session = engine.createSession();
  const tokens = tokensOf(40);
  const first = await session.append(tokens.subarray(0, 20));
  expect(first.rows).toBe(1);
  expect(first.last).toEqual(logitsAfter(tokens.subarray(0, 20), 50));
  expect((await session.append(tokens.subarray(20, 30), "none")).rows).toBe(0);
  const all = await session.append(tokens.subarray(30), "all");
  expectRows(all, tokens, 30);
  expect(() => all.row(10)).toThrow(/expected a row below 10, found 10/);
});

it("copies the tokens of an append at the call", async () => {
  using engine = setup().engine;
  const tokens = tokensOf(20);
  const pending = engine.createSession().append(tokens);
  const expected = logitsAfter(tokens, 50);
  tokens.fill(0);
  expect((await pending).last).toEqual(expected);
});
