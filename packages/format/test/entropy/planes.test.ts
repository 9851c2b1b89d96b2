import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dtypes } from "../../src/dtype.js";
import {
  decodePlanes,
  decodeSymbols,
  encodePlanes,
  encodeSymbols,
  layoutOf,
  type PlaneLayout,
} from "../../src/entropy/index.js";
import { refusal } from "../support/files.js";
import { SEED } from "../support/tensors.js";

const layouts = fc.oneof(
  fc.record({ period: fc.integer({ min: 1, max: 40 }), rotate: fc.constant(false) }),
  fc.record({ period: fc.constantFrom(2, 4, 8), rotate: fc.constant(true) }),
);

/** Bytes of very different spreads: uniform, one value, few values, bell shaped. */
const contents = fc
  .tuple(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(0, 1, 2, 3), fc.integer())
  .map(([length, kind, seed]) => {
    let state = seed;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state >>> 24;
    };
    return Uint8Array.from({ length }, () => {
      if (kind === 0) return next();
      if (kind === 1) return seed;
      if (kind === 2) return 120 + (next() & next() & 7);
      return (next() + next() + next() + next()) >> 4;
    });
  });

function roundTrip(bytes: Uint8Array, layout: PlaneLayout): Uint8Array {
  const coded = encodePlanes(bytes, layout);
  const back = new Uint8Array(bytes.length).fill(0xa5);
  decodePlanes(coded, back);
  expect(Buffer.compare(back, bytes)).toBe(0);
  return coded;
}

/** Numbers whose float32 look like trained weights. */
function weights(count: number, seed = 1): Float32Array {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
  return Float32Array.from(
    { length: count },
    () => 0.02 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

const upperHalves = (x: Float32Array): Uint8Array => {
  const bits = new Uint32Array(x.buffer);
  return new Uint8Array(Uint16Array.from(bits, (word) => word >>> 16).buffer);
};

function entropyBytes(symbols: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const s of symbols) counts.set(s, (counts.get(s) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / symbols.length);
  return bits / 8;
}

describe("planes", () => {
  it("gives back the bytes, whatever the layout", () => {
    fc.assert(
      fc.property(contents, layouts, (bytes, layout) => {
        const coded = roundTrip(bytes, layout);
        expect(coded.length).toBeLessThanOrEqual(7 + layout.period + bytes.length);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it.each([0, 1, 2, 3, 4, 5, 31, 32, 33, 16383, 16384, 131071, 131072, 131073])(
    "gives back %i symbols, with few lanes and with many",
    (length) => {
      roundTrip(upperHalves(weights(length)), { period: 2, rotate: true });
      roundTrip(
        Uint8Array.from({ length }, (_, i) => (i * i) & 3),
        { period: 1, rotate: false },
      );
    },
  );

  it("comes within 1 % of the entropy of bfloat16 exponents", () => {
    const bytes = upperHalves(weights(1 << 19, 3));
    const coded = roundTrip(bytes, layoutOf("BF16"));
    const halves = new Uint16Array(bytes.buffer);
    const exponents = Uint8Array.from(halves, (half) => half >> 7);
    expect(coded.length - halves.length).toBeLessThan(1.01 * entropyBytes(exponents));
    expect(bytes.length / coded.length).toBeGreaterThan(1.45);
  });

  it("stores what can't be made smaller with a byte a plane more", () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
    expect(encodePlanes(bytes, { period: 2, rotate: false })).toHaveLength(7 + 2 + 4096);
    expect(encodePlanes(new Uint8Array(0), { period: 512, rotate: false })).toHaveLength(7 + 512);
    expect(encodePlanes(new Uint8Array(9000), { period: 3, rotate: false })).toHaveLength(
      7 + 3 * 2,
    );
  });

  it("shares a table among planes that have the same distribution", () => {
    const symbols = Uint8Array.from(weights(4096), (x) => Math.round(x * 1000));
    const twice = Uint8Array.from({ length: 8192 }, (_, i) => symbols[i >> 1] as number);
    const one = encodePlanes(symbols, { period: 1, rotate: false }).length - 7;
    const two = roundTrip(twice, { period: 2, rotate: false }).length - 7;
    expect(two).toBeLessThan(2 * one - 20);
  });

  it("has a layout for every type", () => {
    for (const dtype of Object.keys(dtypes) as (keyof typeof dtypes)[]) {
      roundTrip(new Uint8Array(2 * dtypes[dtype].blockBytes + 1).fill(7), layoutOf(dtype));
    }
    expect(layoutOf("F32")).toEqual({ period: 4, rotate: true });
    expect(layoutOf("Q4_0")).toEqual({ period: 18, rotate: false });
  });

  it("codes symbols as one plane", () => {
    const symbols = Uint8Array.from({ length: 1000 }, (_, i) => i % 3);
    const coded = encodeSymbols(symbols);
    const back = new Uint8Array(1000);
    decodeSymbols(coded, back);
    expect(back).toEqual(symbols);
    expect(coded).toEqual(encodePlanes(symbols, { period: 1, rotate: false }));
  });
});

describe("malformed planes", () => {
  const bytes = upperHalves(weights(3000, 5));
  const good = encodePlanes(bytes, layoutOf("BF16"));

  it("are refused when cut anywhere or longer", async () => {
    for (let length = 0; length < good.length; length += length < 400 ? 1 : 37) {
      const error = await refusal(() =>
        decodePlanes(good.subarray(0, length), new Uint8Array(bytes.length)),
      );
      expect(error.code).toBe("ERR_CHUNK");
    }
    const longer = new Uint8Array(good.length + 1);
    longer.set(good);
    const error = await refusal(() => decodePlanes(longer, new Uint8Array(bytes.length)));
    expect(error.code).toBe("ERR_CHUNK");
  });

  it("are refused for another length", async () => {
    const error = await refusal(() => decodePlanes(good, new Uint8Array(bytes.length - 2)));
    expect([error.code, error.message]).toEqual(["ERR_CHUNK", "expected 5998 bytes, found 6000"]);
  });

  it("throw ERR_CHUNK or decode, and nothing else, after any change", () => {
    let refused = 0;
    const into = new Uint8Array(bytes.length);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (changes, early) => {
          const bad = good.slice();
          for (const [at, value] of changes) bad[at % (early ? 80 : bad.length)] = value;
          try {
            decodePlanes(bad, into);
          } catch (error) {
            expect((error as { code?: string }).code).toBe("ERR_CHUNK");
            refused++;
          }
        },
      ),
      { seed: SEED, numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it("are not made for arguments out of range", async () => {
    for (const layout of [
      { period: 0, rotate: false },
      { period: 513, rotate: false },
      { period: 3, rotate: true },
      { period: 1.5, rotate: false },
    ]) {
      const error = await refusal(() => encodePlanes(new Uint8Array(8), layout));
      expect(error.code).toBe("ERR_ARGUMENT");
    }
  });
});
