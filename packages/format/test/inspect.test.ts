import { join } from "node:path";
import { expect, it } from "vitest";
import { inspect, openTensors, writeGguf, writeSafetensors } from "../src/index.js";
import { folder } from "./support/files.js";
import { sampleOf } from "./support/tensors.js";

it("sums a GGUF file up as plain data", async () => {
  const path = join(folder(), "model.gguf");
  const tensors = [
    sampleOf("norm", "F32", [64]),
    sampleOf("w", "Q4_0", [4, 64]),
    sampleOf("v", "Q4_0", [32]),
  ];
  const metadata = {
    "general.name": "x",
    tokens: ["a", "b", "c"],
    n: 2n ** 60n,
    k: 7n,
    deep: [[1, 2], [3]],
  };
  await writeGguf(path, tensors, { metadata });
  await using source = await openTensors(path);
  const summary = inspect(source, { arrayItems: 2 });
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  expect(summary).toMatchObject({
    format: "gguf",
    version: 3,
    parameters: 352,
    bytes: 256 + 8 * 18 + 18,
    bitsPerWeight: (8 * 418) / 352,
    dtypes: [
      { dtype: "F32", tensors: 1, parameters: 64, bytes: 256 },
      { dtype: "Q4_0", tensors: 2, parameters: 288, bytes: 162 },
    ],
    metadata: {
      "general.name": "x",
      tokens: { type: "string", length: 3, first: ["a", "b"] },
      n: "1152921504606846976",
      k: 7,
      deep: {
        type: "array",
        length: 2,
        first: [{ type: "int32", length: 2, first: [1, 2] }, { length: 1 }],
      },
    },
  });
  expect(summary.tensors[1]).toEqual({
    name: "w",
    dtype: "Q4_0",
    shape: [4, 64],
    parameters: 256,
    bytes: 144,
    encoding: "raw",
    storedBytes: 144,
  });
});

it("sums up a source without tensors", async () => {
  const path = join(folder(), "model.safetensors");
  await writeSafetensors(path, []);
  await using source = await openTensors(path);
  expect(inspect(source)).toMatchObject({ parameters: 0, bytes: 0, bitsPerWeight: 0, dtypes: [] });
});
