// Outlier columns beside matrices of a file: the model that both together are, in all that is said of it.

import { join } from "node:path";
import { dequantize, quantize, type TensorInput } from "@ryanstream/format";
import { liveHandles } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import { describeModel, type LoadModelOptions, loadModel } from "../src/index.js";
import { temporaryFolder, writeGgufModel } from "./support/checkpoint.js";
import { nl4Blocks } from "./support/nl4-blocks.js";
import { smallQwen2 } from "./support/small-qwen2.js";
import { relativeError, run, runnerOf } from "./support/steps.js";

const tokens = Array.from({ length: 30 }, (_, i) => (i * 37 + 11) % 96);

/** Weights of the first `count` of some columns are this much larger than others. */
const LARGE = 12;
const MATRIX = /^blk.*\.(attn_(q|k|v|output)|ffn_(gate|up|down))\.weight$/;

interface Parts {
  readonly columns: Int32Array;
  readonly width: number;
  /** Blocks of the matrix without the columns, and of what these have beside it. */
  readonly matrix: Uint8Array;
  readonly outliers: Uint8Array;
  /** What both together are. */
  readonly values: Float32Array;
}

/** A matrix with some large columns, which 8 bits hold. */
function partsOf(plain: Float32Array, [n, k]: readonly [number, number]): Parts {
  const columns = Int32Array.of(3, 17, 20, k - 1);
  const width = 32;
  const large = plain.map((x, i) => (columns.includes(i % k) ? LARGE * x : x));
  const matrix = nl4Blocks(large.map((x, i) => (columns.includes(i % k) ? 0 : x)));
  const values = dequantize("IQ4_NL", matrix);
  const rest = new Float32Array(n * width);
  for (let r = 0; r < n; r++) {
    columns.forEach((c, i) => {
      rest[r * width + i] = (large[r * k + c] as number) - (values[r * k + c] as number);
    });
  }
  const outliers = quantize("Q8_0", rest);
  const own = dequantize("Q8_0", outliers);
  for (let r = 0; r < n; r++) {
    columns.forEach((c, i) => {
      values[r * k + c] = (values[r * k + c] as number) + (own[r * width + i] as number);
    });
  }
  return { columns, width, matrix, outliers, values };
}

const bytesOf = (x: Float32Array | Int32Array) =>
  new Uint8Array(x.buffer, x.byteOffset, x.byteLength);

function tensorsOf(
  name: string,
  shape: readonly number[],
  values: Float32Array,
): [TensorInput, TensorInput, TensorInput] {
  const { columns, width, matrix, outliers } = partsOf(values, shape as [number, number]);
  return [
    { name, dtype: "IQ4_NL", shape, data: matrix },
    {
      name: `${name}.outlier_columns`,
      dtype: "I32",
      shape: [columns.length],
      data: bytesOf(columns),
    },
    { name: `${name}.outliers`, dtype: "Q8_0", shape: [shape[0] as number, width], data: outliers },
  ];
}

type Change = (tensors: [TensorInput, TensorInput, TensorInput]) => readonly TensorInput[];

async function writeModel(path: string, change: Change = (all) => all): Promise<void> {
  await writeGgufModel(path, smallQwen2, "F32", undefined, {}, (name, shape, values) =>
    MATRIX.test(name) ? change(tensorsOf(name, shape, values())) : undefined,
  );
}

async function setting() {
  const folder = await temporaryFolder();
  const path = join(folder.path, "model.gguf");
  await writeModel(path);
  return { folder, path };
}

async function logitsOf(path: string, options: LoadModelOptions = {}): Promise<Float32Array> {
  using model = await loadModel(path, options);
  using runner = runnerOf(model);
  return await run(runner, tokens, { wanted: 3 });
}

describe("a model with outlier columns", () => {
  it("computes what their sum with the matrices gives, but for rounded activations", async () => {
    const { folder, path } = await setting();
    await using _ = folder;
    const wide = join(folder.path, "wide.gguf");
    await writeGgufModel(wide, smallQwen2, "F32", undefined, {}, (name, shape, values) => {
      if (!MATRIX.test(name)) return undefined;
      const data = bytesOf(partsOf(values(), shape as [number, number]).values);
      return { name, dtype: "F32", shape, data };
    });
    const expected = await logitsOf(wide);
    const error = relativeError(await logitsOf(path), expected);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.04);
    const alone = join(folder.path, "alone.gguf");
    await writeModel(alone, ([matrix]) => [matrix]);
    expect(relativeError(await logitsOf(alone), expected)).toBeGreaterThan(0.2);
  });

  it("says how many numbers and bytes it has, before and after", async () => {
    const { folder, path } = await setting();
    await using _ = folder;
    const alone = join(folder.path, "alone.gguf");
    await writeModel(alone, ([matrix]) => [matrix]);
    using model = await loadModel(path);
    using plain = await loadModel(alone);
    expect(model.parameters).toBe(plain.parameters);
    const { weightBytes } = await describeModel(path);
    expect(model.weightBytes).toBe(weightBytes);
    // Of two layers: four columns each, and rows of 32 weights in 8 bits; all sizes fill panels.
    const outputs = 64 + 32 + 32 + 64 + 128 + 128 + 64;
    expect(model.weightBytes - plain.weightBytes).toBe(2 * (7 * 4 * 4 + outputs * 34));
  });

  it.each(["int8", "int4", "nl4"] as const)("keeps them with weights as %s", async (weights) => {
    const { folder, path } = await setting();
    await using _ = folder;
    const bound = { int8: 0.05, int4: 0.5, nl4: 0.1 }[weights];
    expect(relativeError(await logitsOf(path, { weights }), await logitsOf(path))).toBeLessThan(
      bound,
    );
  });

  it("gives the same bits from a packed folder", async () => {
    const { folder, path } = await setting();
    await using _ = folder;
    const before = liveHandles();
    const packedFolder = join(folder.path, "packed");
    const expected = await logitsOf(path);
    expect(await logitsOf(path, { packedFolder })).toEqual(expected);
    expect(await logitsOf(path, { packedFolder })).toEqual(expected);
    expect(liveHandles()).toEqual(before);
  });
});

describe("refuses", () => {
  const columns =
    (values: number[], dtype: TensorInput["dtype"] = "I32"): Change =>
    ([matrix, tensor, outliers]) => [
      matrix,
      { ...tensor, dtype, shape: [values.length], data: bytesOf(Int32Array.from(values)) },
      outliers,
    ];
  it.each<[string, Change, string]>([
    ["columns without their values", ([matrix, places]) => [matrix, places], "found one"],
    ["values without their columns", ([matrix, , values]) => [matrix, values], "found one"],
    ["columns that don't ascend", columns([1, 1]), "found 1 at 1"],
    ["columns beyond the matrix", columns([1, 1000]), "found 1000 at 1"],
    [
      "more columns than values",
      columns(Array.from({ length: 33 }, (_, i) => i)),
      "33 or a little more",
    ],
    ["floats as columns", columns([1, 2], "F32"), "expected I32"],
    [
      "values of other rows",
      ([matrix, places, { data: _, ...values }]) => [
        matrix,
        places,
        { ...values, shape: [32, 64], data: new Uint8Array(32 * 68) },
      ],
      "found Q8_0 [32,64]",
    ],
  ])("%s", async (_, change, message) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeModel(path, change);
    const before = liveHandles();
    await expect(loadModel(path)).rejects.toMatchObject({
      code: "ERR_WEIGHTS",
      message: expect.stringContaining(message),
    });
    expect(liveHandles()).toEqual(before);
  });

  it("those of an embedding", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.gguf");
    await writeGgufModel(path, smallQwen2, "F32", undefined, {}, (name, shape, values) =>
      name === "token_embd.weight" ? tensorsOf(name, shape, values()) : undefined,
    );
    await expect(loadModel(path)).rejects.toMatchObject({
      code: "ERR_WEIGHTS",
      message: expect.stringContaining("token_embd.weight.outlier_columns"),
    });
  });
});
