// Log probabilities as the reference reads them.

const POWERS = Float64Array.from({ length: 309 }, (_, k) => Number(`1e${k}`));
const MAX_U64 = "18446744073709551615";

/**
 * The number that this JSON text stands for in Hugging Face's tokenizers: their parser rounds the
 * digits to a double and then divides by the power of ten, which for 16 digits and more is not
 * always the nearest double. Sums of scores decide between segmentations, so it matters.
 */
export function parseScore(text: string): number {
  const [, sign, whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(text) ?? [];
  let digits = (whole + fraction).replace(/^0+(?=.)/, "");
  let exponent = Number(power) - fraction.length;
  while (digits.length > 20 || (digits.length === 20 && digits > MAX_U64)) {
    digits = digits.slice(0, -1);
    exponent++;
  }
  let value = Number(digits);
  for (; exponent < -308 && value !== 0; exponent += 308) value /= 1e308;
  if (exponent < 0) value /= POWERS[-exponent] ?? 1;
  else value *= POWERS[exponent] ?? (value === 0 ? 1 : Number.POSITIVE_INFINITY);
  return sign === "-" ? -value : value;
}
