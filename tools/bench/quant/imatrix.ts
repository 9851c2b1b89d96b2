// The importance of columns that llama.cpp's quantiser takes: mean squares of what each matrix multiplies.

import { openLayers } from "@ryanstream/models";
import { ggufNamesOf } from "./to-gguf.js";

/** By the names of GGUF; a tied embedding has those of the head's input. */
export async function imatrixOf(
  folder: string,
  sequences: readonly Int32Array[],
): Promise<Record<string, number[]>> {
  await using model = await openLayers(folder);
  const names = ggufNamesOf(model.layers);
  const table: Record<string, number[]> = {};
  using pass = await model.begin(sequences);
  const give = (sums: Float64Array, matrices: readonly { readonly name: string }[]) => {
    const means = [...sums].map((sum) => sum / pass.tokens);
    for (const { name } of matrices) table[names.get(name) ?? name] = means;
  };
  for (let layer = 0; layer < model.layers; layer++) {
    const sums = new Map<string, Float64Array>();
    await pass.advance({ onInput: (input, x, rows) => addSquares(sums, input, x, rows) });
    const own = model.matrices.filter((each) => each.layer === layer);
    for (const [input, sum] of sums) {
      give(
        sum,
        own.filter((each) => each.input === input),
      );
    }
  }
  const sums = new Map<string, Float64Array>();
  for await (const _ of pass.logits({ onInput: (x, rows) => addSquares(sums, "head", x, rows) }));
  const head = model.matrices.filter(({ kind }) => kind === "head");
  const tied = model.matrices.filter(({ kind }) => kind === "embedding");
  give(sums.get("head") as Float64Array, head.length > 0 ? head : tied);
  return table;
}

function addSquares(
  sums: Map<string, Float64Array>,
  key: string,
  x: Float32Array,
  rows: number,
): void {
  const k = x.length / rows;
  const sum = sums.get(key) ?? new Float64Array(k);
  sums.set(key, sum);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < k; c++) sum[c] = (sum[c] as number) + (x[i * k + c] as number) ** 2;
  }
}
