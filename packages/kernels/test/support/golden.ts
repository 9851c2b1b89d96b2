// The golden file of tools/golden/transformer.py: a two-layer decoder's loss and
// gradients by PyTorch in double precision.

import { readFileSync } from "node:fs";
import type { DecoderConfig } from "./decoder.js";

export interface Golden {
  readonly torch: string;
  readonly config: DecoderConfig;
  readonly batch: number;
  readonly time: number;
  readonly tokens: readonly number[];
  readonly targets: readonly number[];
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly byteOffset: number;
}

export function readGolden(): Golden {
  const read = (ending: string) =>
    readFileSync(new URL(`../golden/transformer.${ending}`, import.meta.url));
  const described = JSON.parse(read("json").toString()) as Omit<Golden, "gradients"> & {
    gradients: Entry[];
  };
  const bytes = read("bin");
  const gradients = described.gradients.map(({ name, shape, byteOffset }) => {
    const count = shape.reduce((n, s) => n * s, 1);
    const values = Float32Array.from({ length: count }, (_, i) =>
      bytes.readFloatLE(byteOffset + 4 * i),
    );
    return [name, values] as const;
  });
  return { ...described, gradients: new Map(gradients) };
}

/** The distance between two vectors over the length of the second. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let distance = 0;
  let length = 0;
  for (let i = 0; i < expected.length; i++) {
    distance += ((found[i] as number) - (expected[i] as number)) ** 2;
    length += (expected[i] as number) ** 2;
  }
  return found.length === expected.length ? Math.sqrt(distance / length) : Number.NaN;
}
