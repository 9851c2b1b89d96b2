// Any quantised model as a folder of float32 weights, so that all are run by the same kernels and differ in their weights alone.

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openTensors, type TensorInput, writeSafetensors } from "@ryanstream/format";

/**
 * @param path  the quantised file
 * @param names  what its tensors are called in the folder. Default: the same.
 */
export async function writeDequantized(
  path: string,
  original: string,
  folder: string,
  names: (name: string) => string = (name) => name,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(original, "config.json"), join(folder, "config.json"));
  await using source = await openTensors(path);
  const tensors: TensorInput[] = [...source.tensors.values()].map(({ name, shape }) => ({
    name: names(name),
    dtype: "F32",
    shape,
    data: () => source.readF32(name),
  }));
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
}
