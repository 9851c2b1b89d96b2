import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { extent } from "../src/extent.js";
import { dim, type Extent, f32, sameSize } from "../src/index.js";
import { divideExactly, elements, size } from "../src/shape.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

const seed = 20260101;
const B = dim("B", { max: 8 });
const T = dim("T", { min: 2, max: 16 });
const dims = [B, T];
const sizes = { B: 3, T: 5 };
const at = (e: Extent | number) => extent(e).evaluate((d) => sizes[d.name as keyof typeof sizes]);

const anyExtent: fc.Arbitrary<Extent> = fc.letrec<{ e: Extent }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: -9, max: 9 }).map(extent),
    fc.constantFrom<Extent>(...dims),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => a.plus(b)),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => a.times(b)),
    fc.tuple(tie("e"), tie("e")).map(([a, b]) => a.minus(b)),
  ),
})).e;

describe("extents", () => {
  it("obey the laws of a commutative ring, and evaluation follows them", () => {
    fc.assert(
      fc.property(anyExtent, anyExtent, anyExtent, (a, b, c) => {
        expect(a.plus(b).equals(b.plus(a))).toBe(true);
        expect(a.times(b).equals(b.times(a))).toBe(true);
        expect(a.times(b.plus(c)).equals(a.times(b).plus(a.times(c)))).toBe(true);
        expect(a.minus(a).equals(0)).toBe(true);
        expect(at(a.times(b))).toBe(at(a) * at(b) + 0); // no -0 here
        expect(at(a.minus(b))).toBe(at(a) - at(b));
      }),
      { seed },
    );
  });

  it("print as they are written", () => {
    expect(String(B.times(T))).toBe("B*T");
    expect(String(T.times(2).plus(B.times(T)).minus(1))).toBe("B*T+2*T-1");
  });

  it("are plain numbers when they are constant, and dims when they are dims", () => {
    expect(size(B.minus(B).plus(3))).toBe(3);
    expect(size(B.plus(1).minus(1))).toBe(B);
    expect(f32(T.minus(T), B).shape).toEqual([0, B]);
  });

  it("are refused where memory can't be planned at the maximum of each dim", () => {
    expect(() => f32(T.minus(B))).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
    expect(() => f32(T.minus(3))).toThrow(/can be -1/);
    expect(f32(T.minus(1), T.minus(1).times(B)).shape).toHaveLength(2);
  });

  it("never exceed their value at every dim's maximum", () => {
    const range = (d: { min: number; max: number }) => fc.integer({ min: d.min, max: d.max });
    fc.assert(
      fc.property(anyExtent, range(B), range(T), (e, b, t) => {
        try {
          size(e);
        } catch {
          return; // refused, so nothing is promised
        }
        expect(e.evaluate((d) => (d === B ? b : t))).toBeLessThanOrEqual(e.evaluate((d) => d.max));
        expect(e.evaluate((d) => (d === B ? b : t))).toBeGreaterThanOrEqual(0);
      }),
      { seed, numRuns: 1000 },
    );
  });

  it("divide exactly or not at all", () => {
    expect(
      sameSize(divideExactly(elements([B, T, 6]), size(T.times(3))) ?? -1, size(B.times(2))),
    ).toBe(true);
    expect(divideExactly(B, T)).toBeUndefined();
    expect(divideExactly(size(B.times(3)), 2)).toBeUndefined();
  });
});

describe("dims", () => {
  it.each([
    ["a range that is empty", "d", { min: 3, max: 2 }],
    ["a negative minimum", "d", { min: -1, max: 2 }],
    ["a fraction", "d", { max: 2.5 }],
    ["a name that isn't a word", "a b", { max: 2 }],
  ])("refuse %s", (_, name, options) => {
    expect(() => dim(name, options)).toThrow(expect.objectContaining({ name: "TensorError" }));
  });
});
