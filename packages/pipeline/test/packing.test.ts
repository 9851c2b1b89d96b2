// Rows hold every token once, in few enough pieces, with little enough padding.

import fc from "fast-check";
import { expect, it } from "vitest";
import { summarizeEpoch } from "../src/index.js";
import { LengthBuckets } from "../src/packing/length-buckets.js";
import { Packer, type PackerOptions } from "../src/packing/packer.js";
import { type Piece, Pieces } from "../src/packing/pieces.js";
import { randomNumbers } from "./support/random-numbers.js";

const settings = { seed: 20261126, numRuns: 300 };
const defaults = { seed: 1, epoch: 0, window: 1024, maxPadding: 0.005 };

function pack(lengths: Uint32Array, options: PackerOptions): Piece[][] {
  const packer = new Packer(new Pieces(lengths, options.length), options);
  const rows: Piece[][] = [];
  for (let row = packer.next(); row !== undefined; row = packer.next()) rows.push(row);
  return rows;
}

const sum = (row: readonly Piece[]) => row.reduce((total, { length }) => total + length, 0);
const world = fc.record({
  lengths: fc
    .array(fc.oneof(fc.nat(20), fc.nat(200)), { maxLength: 80 })
    .map((lengths) => Uint32Array.from(lengths)),
  options: fc.record({
    seed: fc.nat(),
    epoch: fc.nat(9),
    length: fc.integer({ min: 2, max: 70 }),
    window: fc.integer({ min: 1, max: 50 }),
    maxPadding: fc.constantFrom(0, 0.005, 0.2, 1),
  }),
});

it("has every token of every document once, in rows that hold it", () => {
  fc.assert(
    fc.property(world, ({ lengths, options }) => {
      const seen = Array.from(lengths, (length) => new Uint8Array(length));
      for (const row of pack(lengths, options)) {
        expect(sum(row)).toBeLessThanOrEqual(options.length);
        for (const { document, start, length } of row) {
          expect(length).toBeGreaterThan(0);
          for (let i = start; i < start + length; i++)
            (seen[document] as Uint8Array)[i] = ((seen[document] as Uint8Array)[i] as number) + 1;
        }
      }
      expect(seen.every((counts) => counts.every((count) => count === 1))).toBe(true);
    }),
    settings,
  );
});

it("never has more padding than allowed, up to any row but the last", () => {
  fc.assert(
    fc.property(world, ({ lengths, options }) => {
      let [slots, tokens] = [0, 0];
      for (const row of pack(lengths, options).slice(0, -1)) {
        slots += options.length;
        tokens += sum(row);
        expect(slots - tokens).toBeLessThanOrEqual(options.maxPadding * slots);
      }
    }),
    settings,
  );
});

it("cuts only at multiples of the length when padding doesn't matter", () => {
  fc.assert(
    fc.property(world, ({ lengths, options }) => {
      for (const { document, start, length } of pack(lengths, {
        ...options,
        maxPadding: 1,
      }).flat()) {
        expect(start % options.length).toBe(0);
        expect(length).toBe(Math.min(options.length, (lengths[document] as number) - start));
      }
    }),
    settings,
  );
});

/** By trying all pairs: the longer first, in order of arrival. */
function exactly(waiting: readonly Piece[], total: number): Piece[] | undefined {
  const one = waiting.find(({ length }) => length === total);
  if (one !== undefined) return [one];
  let best: Piece[] | undefined;
  for (const long of waiting) {
    const short = waiting.find((piece) => piece !== long && piece.length === total - long.length);
    if (short === undefined || short.length > long.length) continue;
    if (best === undefined || long.length > (best[0] as Piece).length) best = [long, short];
  }
  return best;
}

it("takes the oldest piece first, then the longest that fits, the oldest of equals", () => {
  const action = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 100 }) }),
    fc.record({ fit: fc.integer({ min: 1, max: 100 }) }),
    fc.record({ exact: fc.integer({ min: 1, max: 100 }) }),
    fc.constant("oldest" as const),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const buckets = new LengthBuckets(100);
      const naive: Piece[] = [];
      const take = (piece: Piece | undefined) => {
        if (piece !== undefined) naive.splice(naive.indexOf(piece), 1);
        return piece;
      };
      for (const [document, step] of actions.entries()) {
        if (step === "oldest") expect(buckets.takeOldest()).toBe(take(naive[0]));
        else if ("add" in step) {
          const piece = { document, start: 0, length: step.add };
          naive.push(piece);
          buckets.add(piece);
        } else if ("exact" in step) {
          expect(buckets.takeExactly(step.exact)).toEqual(exactly(naive, step.exact)?.map(take));
        } else {
          const fitting = naive.filter(({ length }) => length <= step.fit);
          const longest = Math.max(...fitting.map(({ length }) => length));
          const expected = take(fitting.find(({ length }) => length === longest));
          expect(buckets.takeLongest(step.fit)?.[0]).toBe(expected);
        }
        expect(buckets.size).toBe(naive.length);
      }
    }),
    settings,
  );
});

const { normal } = randomNumbers(12345);
const lengthsOf = (draw: () => number) =>
  Uint32Array.from({ length: 20_000 }, () => Math.max(1, Math.round(draw())));

it.each([
  { name: "web pages", lengths: lengthsOf(() => Math.exp(Math.log(400) + 1.2 * normal())), cut: 0 },
  { name: "problems", lengths: lengthsOf(() => 180 + 40 * normal()), cut: 0 },
  { name: "chats", lengths: lengthsOf(() => Math.exp(Math.log(900) + 0.7 * normal())), cut: 0.1 },
  { name: "the worst: all of 0.6 of a row", lengths: lengthsOf(() => 1229), cut: 0.65 },
])("pads under 1% for $name", async ({ lengths, cut }) => {
  const length = 2048;
  const summary = await summarizeEpoch(
    { lengths: () => lengths },
    { ...defaults, batch: 8, length },
  );
  const tokens = lengths.reduce((total, count) => total + count, 0);
  expect(summary.tokens).toBe(tokens);
  expect(summary.padding).toBe(summary.rows * length - tokens);
  expect(summary.padding / (summary.rows * length)).toBeLessThan(0.01);
  expect(summary.cuts / lengths.length).toBeLessThanOrEqual(cut);
});

it("has no steps without tokens", async () => {
  const documents = { lengths: () => Uint32Array.of(0, 0) };
  const summary = await summarizeEpoch(documents, { seed: 1, batch: 2, length: 8 });
  expect(summary).toEqual({ steps: 0, rows: 0, tokens: 0, padding: 0, cuts: 0 });
});

it("stops when it is aborted", async () => {
  const documents = { lengths: () => new Uint32Array(1000).fill(9) };
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(summarizeEpoch(documents, { seed: 1, batch: 2, length: 8, signal })).rejects.toThrow(
    "enough",
  );
});

it.each([
  { seed: -1 },
  { batch: 0 },
  { length: 1 },
  { window: 0 },
  { maxPadding: 2 },
  { maxPadding: NaN },
  { epoch: -1 },
])("refuses %j", async (wrong) => {
  const documents = { lengths: () => Uint32Array.of(5) };
  await expect(
    summarizeEpoch(documents, { ...defaults, batch: 2, length: 8, ...wrong }),
  ).rejects.toMatchObject({
    code: "ERR_ARGUMENT",
  });
});
