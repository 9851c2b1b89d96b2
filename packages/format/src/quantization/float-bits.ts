// float16, bfloat16 and 8-bit floats, as bits of float32 and back. On bits, so that NaNs keep
// their payload where numpy and ml_dtypes keep it: a JavaScript number would not.

let halves: Int32Array | undefined;

/** The bits of float32 for each float16, made at the first call. */
export function halfTable(): Int32Array {
  halves ??= Int32Array.from({ length: 65536 }, (_, half) => floatBitsOfHalf(half));
  return halves;
}

/** The same as numbers: for scales of blocks. */
export const halfValues = (): Float32Array => new Float32Array(halfTable().buffer);

const word = new Int32Array(1);
const single = new Float32Array(word.buffer);

/** The bits of the float32 nearest to `value`. */
export function bitsOfFloat(value: number): number {
  single[0] = value;
  return word[0] as number;
}

function floatBitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign | bitsOfFloat(fraction * 2 ** -24);
  const high = exponent === 31 ? 0x7f800000 : (exponent + 112) << 23;
  return sign | high | (fraction << 13);
}

/** Nearest float16, ties to even, of float32 bits. */
export function halfOfFloatBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) {
    const payload = (rest >>> 13) & 1023;
    return sign | 0x7c00 | (payload === 0 ? 1 : payload);
  }
  if (rest >= 0x477ff000) return sign | 0x7c00; // 65,520 and above
  if (rest >= 0x38800000) {
    const shifted = rest - (112 << 23);
    return sign | ((shifted + 0xfff + ((shifted >>> 13) & 1)) >>> 13);
  }
  if (rest <= 0x33000000) return sign; // 2^-25 is halfway to the least subnormal, and 0 is even
  const shift = 126 - (rest >>> 23);
  const fraction = (rest & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const lost = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (lost > half || (lost === half && (kept & 1) === 1) ? 1 : 0));
}

/** Nearest bfloat16, ties to even; NaNs become quiet. */
export function bfloatOfFloatBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 64;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

interface Float8 {
  readonly exponentBits: number;
  readonly bias: number;
  /** Which of the largest exponents are infinity and NaN. */
  readonly special: "ieee" | "all-ones-is-nan" | "minus-zero-is-nan";
}

const float8: Readonly<Record<string, Float8>> = {
  F8_E4M3: { exponentBits: 4, bias: 7, special: "all-ones-is-nan" },
  F8_E5M2: { exponentBits: 5, bias: 15, special: "ieee" },
  F8_E4M3FNUZ: { exponentBits: 4, bias: 8, special: "minus-zero-is-nan" },
  F8_E5M2FNUZ: { exponentBits: 5, bias: 16, special: "minus-zero-is-nan" },
};

const tables = new Map<string, Int32Array>();

/** The bits of float32 for each value of an 8-bit float type. */
export function float8Table(dtype: string): Int32Array {
  let table = tables.get(dtype);
  if (table === undefined) {
    const type = float8[dtype];
    const bitsOf = type === undefined ? exponentBits : (byte: number) => float8Bits(byte, type);
    table = Int32Array.from({ length: 256 }, (_, byte) => bitsOf(byte));
    tables.set(dtype, table);
  }
  return table;
}

const NAN = 0x7fc00000;

/** F8_E8M0: a power of two from 2^-127 to 2^127, or NaN (OCP Microscaling Formats 1.0). */
const exponentBits = (byte: number): number =>
  byte === 255 ? NAN : bitsOfFloat(2 ** (byte - 127));

function float8Bits(byte: number, { exponentBits, bias, special }: Float8): number {
  const fractionBits = 7 - exponentBits;
  const sign = byte & 0x80 ? 0x80000000 : 0;
  const exponent = (byte & 0x7f) >> fractionBits;
  const fraction = byte & ((1 << fractionBits) - 1);
  const highest = exponent === (1 << exponentBits) - 1;
  if (special === "minus-zero-is-nan" && byte === 0x80) return sign | NAN;
  if (special === "all-ones-is-nan" && (byte & 0x7f) === 0x7f) return sign | NAN;
  if (special === "ieee" && highest) return sign | (fraction ? NAN : 0x7f800000);
  const significand = exponent === 0 ? fraction : fraction + (1 << fractionBits);
  const value = significand * 2 ** (Math.max(1, exponent) - bias - fractionBits);
  return sign | bitsOfFloat(value);
}
