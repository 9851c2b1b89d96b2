import { dequantize, quantize } from "@ryanstream/format";

/** The nearest float16 of each value, as bits. */
export const halfBits = (values: Float32Array): Uint16Array => {
  const bytes = quantize("F16", values);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, values.length);
};

/** The nearest float16 of each value. */
export const roundedToHalf = (values: Float32Array): Float32Array =>
  dequantize("F16", quantize("F16", values));
