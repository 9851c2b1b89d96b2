import { type GridCodes, type GridSteps, gridStep } from "@ryanstream/format";

/**
 * The table's steps nearest to `scale * shape[c]`, with a base that lets the smallest be among them. Shapes further apart
 * than the table reaches are clipped from above.
 */
export function nearestSteps(shape: Float64Array, scale: number): GridSteps {
  const least = shape.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const base = Math.fround(scale * least);
  const index = Uint8Array.from(shape, (s) => Math.min(255, Math.round(8 * Math.log2(s / least))));
  return { base, index };
}

/** The values of codes, row-major. */
export function gridValues({ shape: [n, k], codes, steps, rowScales }: GridCodes): Float32Array {
  const out = new Float32Array(n * k);
  const step = Float32Array.from({ length: k }, (_, c) =>
    gridStep(steps.base, steps.index[c] as number),
  );
  for (let r = 0, i = 0; r < n; r++) {
    const scale = rowScales === undefined ? 1 : (rowScales[r] as number);
    for (let c = 0; c < k; c++, i++) {
      out[i] = Math.fround((codes[i] as number) * (step[c] as number)) * scale;
    }
  }
  return out;
}
