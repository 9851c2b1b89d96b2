import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DType, dequantize, dtypes, quantize } from "../src/index.js";
import { refusal } from "./support/files.js";
import { SEED, someBytes } from "./support/tensors.js";

const blockTypes = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"] as const;
/** Steps from the lowest quant to the highest. */
const steps = { Q4_0: 8, Q4_1: 15, Q5_0: 16, Q5_1: 31, Q8_0: 127 };

describe.each(blockTypes)("quantize to %s", (dtype) => {
  it("is never further from a value than one step, and the scale's rounding", () => {
    const value = fc.float({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 64, maxLength: 64 }), (list) => {
        const x = Float32Array.from(list);
        const back = dequantize(dtype, quantize(dtype, x));
        for (let at = 0; at < 64; at += 32) {
          const block = x.subarray(at, at + 32);
          const most = Math.max(...block.map(Math.abs));
          const range = dtype.endsWith("1") ? Math.max(...block) - Math.min(...block) : most;
          const bound = range / steps[dtype] + most * 2 ** -9 + 1e-5;
          for (let i = 0; i < 32; i++) {
            expect(Math.abs((back[at + i] as number) - (block[i] as number))).toBeLessThan(bound);
          }
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("refuses what it can't hold", async () => {
    const bad = (value: number) => () => quantize(dtype, new Float32Array(32).fill(value, 7, 8));
    const nan = await refusal(bad(Number.NaN));
    expect([nan.code, nan.message]).toEqual([
      "ERR_VALUE",
      `expected finite values (${dtype}), found NaN as value 7`,
    ]);
    expect((await refusal(bad(Number.POSITIVE_INFINITY))).code).toBe("ERR_VALUE");
    expect((await refusal(bad(3e38))).code).toBe("ERR_VALUE"); // its scale is beyond float16
    expect((await refusal(() => quantize(dtype, new Float32Array(33)))).code).toBe("ERR_ARGUMENT");
  });

  it("makes nothing of nothing", () => {
    expect(quantize(dtype, new Float32Array(0)).length).toBe(0);
  });
});

it.each(["Q4_K", "Q6_K", "Q2_K", "IQ4_NL", "I8"] as const)(
  "refuses to quantise to %s",
  async (dtype) => {
    const { code, message } = await refusal(() => quantize(dtype, new Float32Array(256)));
    expect([code, message.includes(dtype)]).toEqual(["ERR_UNSUPPORTED", true]);
  },
);

it("keeps a copy of float32, not its memory", () => {
  const values = Float32Array.of(1, 2);
  const bytes = quantize("F32", values);
  values[0] = 5;
  expect([...dequantize("F32", bytes)]).toEqual([1, 2]);
});

describe("dequantize", () => {
  const types: DType[] = [
    "F64",
    "F32",
    "F16",
    "BF16",
    "I64",
    "I32",
    "U16",
    "F8_E5M2",
    "Q4_0",
    "Q6_K",
  ];

  it.each(types)("%s: bytes at any address give the same", (dtype) => {
    const bytes = someBytes(3 * dtypes[dtype].blockBytes, 7);
    const expected = dequantize(dtype, bytes);
    for (let shift = 1; shift < 9; shift++) {
      const shifted = new Uint8Array(shift + bytes.length);
      shifted.set(bytes, shift);
      expect(dequantize(dtype, shifted.subarray(shift))).toEqual(expected);
    }
  });

  it("fills the caller's array", () => {
    const into = new Float32Array(40).fill(9);
    const out = dequantize("Q8_0", new Uint8Array(34), into.subarray(4));
    expect([out.length, out.byteOffset, into[3], into[4], into[36]]).toEqual([32, 16, 9, 0, 9]);
  });

  it("refuses half a block, too little room and types without conversion", async () => {
    const code = async (work: () => unknown) => (await refusal(work)).code;
    expect(await code(() => dequantize("Q8_0", new Uint8Array(33)))).toBe("ERR_ARGUMENT");
    expect(await code(() => dequantize("F16", new Uint8Array(4), new Float32Array(1)))).toBe(
      "ERR_ARGUMENT",
    );
    expect(await code(() => dequantize("F16", [1, 2] as never))).toBe("ERR_ARGUMENT");
    expect(await code(() => quantize("F16", [1, 2] as never))).toBe("ERR_ARGUMENT");
    expect(await code(() => dequantize("IQ1_S", new Uint8Array(50)))).toBe("ERR_UNSUPPORTED");
    expect(await code(() => dequantize("toString" as DType, new Uint8Array(0)))).toBe(
      "ERR_ARGUMENT",
    );
  });
});
