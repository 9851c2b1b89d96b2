import { dequantize, quantize } from "@ryanstream/format";
import { ensure } from "../errors.js";

const LARGEST = 65504;

/** The nearest float16 of each value, as bits. */
export const halfBits = (values: Float32Array): Uint16Array => {
  const bytes = quantize("F16", values);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, values.length);
};

/** The nearest float16 of each value. */
export const roundedToHalf = (values: Float32Array): Float32Array =>
  dequantize("F16", quantize("F16", values));

/**
 * Refuses a scale beyond float16.
 *
 * @throws QuantError `ERR_VALUE`
 */
export function expectHalf(scale: number, tensor: string, where: () => string): void {
  ensure(
    Math.abs(scale) <= LARGEST,
    "ERR_VALUE",
    () => `${tensor}: expected a scale that float16 holds, found ${scale} for ${where()}`,
  );
}
