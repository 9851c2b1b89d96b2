// Candidates of large vocabularies, whose ways are others than those of small ones, and what is drawn
// from them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logitShapes } from "../../bench/logit-shapes.js";
import { Candidates } from "../../src/sampling/candidates/candidates.js";
import { findPrefix, Prefix } from "../../src/sampling/candidates/prefix.js";
import { Ranges } from "../../src/sampling/candidates/ranges.js";
import { TokenList } from "../../src/sampling/candidates/token-list.js";

const seed = 20261130;
const SIZE = 12_000;

/** By the definition: the likeliest first, of equals the lowest ids. */
function sorted(logits: Float32Array, temperature: number) {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const all = Array.from(logits, (logit, token) => ({
    token,
    logit,
    weight: Math.exp((logit - most) / temperature),
  }));
  return all.sort((a, b) => b.logit - a.logit || a.token - b.token);
}

const total = (all: readonly { readonly weight: number }[]) =>
  all.reduce((sum, { weight }) => sum + weight, 0);

function share(all: ReturnType<typeof sorted>, p: number) {
  const enough = p * total(all);
  let sum = 0;
  return all.filter(({ weight }) => {
    const isWanted = sum < enough;
    sum += weight;
    return isWanted;
  });
}

/** Between which random numbers a token is drawn. */
function part(all: ReturnType<typeof sorted>, token: number): [number, number] {
  const place = all.findIndex((other) => other.token === token);
  const before = total(all.slice(0, place)) / total(all);
  return [before, before + (all[place]?.weight ?? Number.NaN) / total(all)];
}

const randoms = [0, 1e-9, 0.123, 0.5, 0.77, 0.9999, 1 - 2 ** -53];

describe.each(Object.entries(logitShapes(SIZE)))("of %s logits", (_, logits) => {
  const candidates = new Candidates(SIZE);
  const begin = (temperature: number) => {
    candidates.reset(logits);
    candidates.divide(temperature);
    return sorted(logits, temperature);
  };
  const expectDraws = (all: ReturnType<typeof sorted>) => {
    for (const random of randoms) {
      const [begin, end] = part(all, candidates.draw(random));
      // Sums are right to 1e-8.
      expect(begin).toBeLessThan(random + 3e-8);
      expect(end).toBeGreaterThan(random - 3e-8);
    }
  };

  it.each([0.3, 0.7, 1, 2])("draws by all probabilities at temperature %s", (temperature) => {
    expectDraws(begin(temperature));
  });

  it.each([0.05, 0.5, 0.8, 0.95, 0.999])("keeps a share of %s", (p) => {
    for (const temperature of [0.7, 1.3]) {
      const kept = share(begin(temperature), p);
      candidates.keepShare(p);
      expectDraws(kept);
      const { count } = candidates.list();
      // One token more or less, where 1e-8 of the sum decides.
      expect(Math.abs(count - kept.length)).toBeLessThanOrEqual(kept.length > 2000 ? 2 : 0);
    }
  });

  it.each([1, 2, 20, 50, 1000, 11_999])("keeps the %s largest", (count) => {
    const kept = begin(1).slice(0, count);
    candidates.keepLargest(count);
    const list = candidates.list();
    expect(list.count).toBe(count);
    const ids = kept.map(({ token }) => token).sort((a, b) => a - b);
    expect([...list.ids.subarray(0, count)]).toEqual(ids);
    expectDraws(kept);
  });

  it.each([0.5, 0.05, 1e-4, 1e-12])(
    "keeps what is %s times as likely as the likeliest",
    (least) => {
      const kept = begin(0.7).filter(({ weight }) => weight >= least);
      candidates.keepWithin(-Math.log(least));
      expectDraws(kept);
    },
  );

  it("keeps a share of what another bound left", () => {
    const kept = share(
      begin(0.7).filter(({ weight }) => weight >= 0.01),
      0.9,
    );
    candidates.keepWithin(-Math.log(0.01));
    candidates.keepShare(0.9);
    expectDraws(kept);
  });

  it("bounds what a share left", () => {
    const kept = share(begin(0.7), 0.9).filter(({ weight }) => weight >= 0.3);
    candidates.keepShare(0.9);
    candidates.keepWithin(-Math.log(0.3));
    expectDraws(kept);
  });

  it("knows the sum of all, and the largest", () => {
    const all = begin(0.7);
    const most = all[0]?.logit as number;
    expect(candidates.logTotal()).toBeCloseTo(most / 0.7 + Math.log(total(all)), 7);
    expect(candidates.largest()).toBe(most);
    candidates.reset(logits);
    expect(candidates.largest()).toBe(most);
    expect(candidates.likeliest()).toBe(all[0]?.token);
  });
});

describe("logits of unusual sizes", () => {
  const draw = (logits: readonly number[], random: number, temperature = 1) => {
    const candidates = new Candidates(logits.length);
    candidates.reset(Float32Array.from(logits));
    candidates.divide(temperature);
    return candidates.draw(random);
  };

  it("may have one token far above a sample of them", () => {
    const logits = new Array(500).fill(-100);
    logits[333] = 1000;
    for (const random of [0, 0.5, 1 - 2 ** -53]) expect(draw(logits, random)).toBe(333);
  });

  it("may be huge, far apart, or all equal", () => {
    expect(draw([3e38, -3e38, 2e38], 0.99)).toBe(0);
    expect(draw([-3e38, -3.1e38], 0.99)).toBe(0);
    expect(draw([-1e9, 0, -1e9], 0.99, 1e-5)).toBe(1);
    expect(draw([1e30, 1e30], 0.7)).toBe(1);
    expect([0.1, 0.3, 0.6, 0.9].map((random) => draw([5, 5, 5, 5], random))).toEqual([0, 1, 2, 3]);
    expect(draw([-Infinity, 2, -Infinity], 0.5)).toBe(1);
    expect(draw([-Infinity, -Infinity], 0.5)).toBe(-1);
  });

  it("may be where rounding would take one token more", () => {
    const kept = (count: number, p: number) => {
      const candidates = new Candidates(count);
      candidates.reset(new Float32Array(count).fill(0.3));
      candidates.keepShare(p);
      return candidates.list().count;
    };
    expect([kept(4, 0.5), kept(4, 0.51), kept(10, 0.3), kept(3000, 0.1)]).toEqual([2, 3, 3, 300]);
  });
});

it("finds all tokens where rounding asks for more than all", () => {
  const ranges = new Ranges(new TokenList(3));
  ranges.build(Float32Array.of(1, -Infinity, 0), 1, -1e300, 1);
  const { least, ties } = ranges.find(1.0001 * ranges.total, false);
  expect([least, ties]).toEqual([0, 1]);
});

it("draws each token for as large a part of the random numbers as its probability", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (tenths, isList) => {
        const logits = Float32Array.from(tenths, (x) => x / 10);
        const candidates = new Candidates(logits.length);
        candidates.reset(logits);
        if (isList) candidates.list();
        const all = sorted(logits, 1);
        const draws = 500;
        const counts = new Map<number, number>();
        for (let i = 0; i < draws; i++) {
          const token = candidates.draw((i + 0.5) / draws);
          counts.set(token, (counts.get(token) ?? 0) + 1);
        }
        for (const { token, weight } of all) {
          const part = (counts.get(token) ?? 0) / draws;
          expect(Math.abs(part - weight / total(all))).toBeLessThanOrEqual(1.01 / draws);
        }
      },
    ),
    { seed, numRuns: 200 },
  );
});

it("finds the shortest prefix with enough weight", () => {
  const item = fc.record({ key: fc.integer({ min: -9, max: 9 }), extra: fc.nat(3) });
  fc.assert(
    fc.property(
      fc.array(item, { minLength: 1, maxLength: 60 }),
      fc.nat(100),
      fc.boolean(),
      (items, percent, strict) => {
        const weight = (key: number) => key + 10;
        const keys = Float64Array.from(items, ({ key }) => key);
        const weights = keys.map(weight);
        const enough = (percent / 100) * weights.reduce((a, b) => a + b, 0) * (strict ? 0.999 : 1);
        const descending = [...keys].sort((a, b) => b - a);
        let sum = 0;
        let length = 0;
        while (length === 0 || (strict ? sum <= enough : sum < enough)) {
          sum += weight(descending[length++] as number);
        }
        const found = new Prefix();
        findPrefix(keys, weights, keys.length, enough, strict, found);
        const least = descending[length - 1] as number;
        expect(found.least).toBe(least);
        expect(descending.indexOf(least) + found.ties).toBe(length);
      },
    ),
    { seed, numRuns: 1000 },
  );
});
