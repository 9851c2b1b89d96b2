// How the rows of a step are shared.

import fc from "fast-check";
import { expect, it } from "vitest";
import { PendingAppend } from "../src/steps/pending-append.js";
import { LEAST_SHARE, passedOver, shareRows } from "../src/steps/share-rows.js";

const append = fc
  .record({
    count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 })),
    want: fc.constantFrom<"last" | "all" | "none">("last", "all", "none"),
  })
  .map(
    ({ count, want }) =>
      new PendingAppend(0, undefined as never, new Int32Array(count), want, () => {}),
  );
const limits = fc.integer({ min: 1, max: 64 }).chain((maxRows) =>
  fc.record({
    maxRows: fc.constant(maxRows),
    maxLogits: fc.integer({ min: 1, max: maxRows }),
    maxSequences: fc.integer({ min: 1, max: maxRows }),
  }),
);
const settings = { seed: 20260205, numRuns: 1000 };

it("keeps to the limits, serves the oldest, and wastes nothing that one could use", () => {
  fc.assert(
    fc.property(fc.array(append, { minLength: 1, maxLength: 30 }), limits, (appends, limit) => {
      const shares = shareRows(appends, limit, undefined);
      const rows = shares.reduce((sum, share) => sum + share.rows, 0);
      const logits = shares.reduce((sum, share) => sum + share.append.logitsOf(share.rows), 0);
      expect(rows).toBeGreaterThan(0);
      expect(rows).toBeLessThanOrEqual(limit.maxRows);
      expect(logits).toBeLessThanOrEqual(limit.maxLogits);
      expect(shares.length).toBeLessThanOrEqual(limit.maxSequences);
      expect(new Set(shares.map((share) => share.append)).size).toBe(shares.length);
      for (const share of shares) {
        expect(share.rows).toBeGreaterThan(0);
        expect(share.rows).toBeLessThanOrEqual(share.append.rest);
      }
      if (rows < limit.maxRows) {
        for (const share of shares) {
          const more = share.append.logitsOf(share.rows + 1) - share.append.logitsOf(share.rows);
          expect(share.rows === share.append.rest || logits + more > limit.maxLogits).toBe(true);
        }
      }
    }),
    settings,
  );
});

it("ends with every append done, none passed over for long", () => {
  fc.assert(
    fc.property(fc.array(append, { minLength: 1, maxLength: 30 }), limits, (appends, limit) => {
      let ready = appends;
      let owed: PendingAppend | undefined;
      for (const each of appends) each.done = 0;
      for (let steps = 0; ready.length > 0; steps++) {
        expect(steps).toBeLessThan(3000);
        const shares = shareRows(ready, limit, owed);
        if (owed) expect(shares[0]?.append).toBe(owed);
        owed = passedOver(ready, shares);
        for (const share of shares) share.append.advance(share.rows, [], undefined);
        ready = ready.filter(({ rest }) => rest > 0);
      }
    }),
    settings,
  );
});

it("gives an append that was passed over a part before all others", () => {
  const of = (count: number) =>
    new PendingAppend(0, undefined as never, new Int32Array(count), "last", () => {});
  const [one, two, prompt] = [of(1), of(1), of(100)];
  const limit = { maxRows: 32, maxLogits: 2, maxSequences: 2 };
  const first = shareRows([one, two, prompt], limit, undefined);
  expect(first.map(({ append }) => append)).toEqual([one, two]);
  expect(passedOver([one, two, prompt], first)).toBe(prompt);
  const second = shareRows([one, two, prompt], limit, prompt);
  expect(second).toEqual([
    { append: prompt, rows: LEAST_SHARE + 15 },
    { append: one, rows: 1 },
  ]);
});
