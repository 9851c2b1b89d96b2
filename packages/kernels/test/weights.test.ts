// Expected bits were printed by tools/golden/decoder.py with PyTorch 2.15.0.

import { expect, it } from "vitest";
import { batchOf, hashed, weight } from "../../../tools/golden/weights.js";

const bits = (values: Float32Array<ArrayBuffer>) => [...new Uint32Array(values.buffer)];

it("makes PyTorch's weights to the bit", () => {
  expect(bits(hashed("layers.1.ffn.gate", 5, 0.25))).toEqual([
    1032455979, 3188813665, 1038514752, 3185566776, 1042886891,
  ]);
  expect(bits(weight("norm", [3]))).toEqual([1065486536, 1065703420, 1065598359]);
});

it("makes a million of them to the bit", () => {
  const all = bits(hashed("embedding", 1000003, Math.sqrt(3 / 320)));
  expect(all.slice(-3)).toEqual([3164119447, 3180422120, 1033711880]);
  expect(all.reduce((sum, x) => sum + x, 0)).toBe(2099292683954574);
});

it("makes PyTorch's tokens, and targets that follow them", () => {
  const { tokens, targets } = batchOf(8, 256, 4096);
  const last = 7 * 256;
  expect([...tokens.slice(last + 250)]).toEqual([1189, 6, 3331, 2292, 2362, 1110]);
  expect([...targets.slice(last + 249)]).toEqual([1189, 6, 3331, 2292, 2362, 1110, 3766]);
  const firsts = Array.from({ length: 8 }, (_, row) => targets[row * 256 + 255] as number);
  const sum = [...tokens, ...firsts].reduce((n, t) => n + t, 0);
  expect(sum).toBe(4138925);
});
