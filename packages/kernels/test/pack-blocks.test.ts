// Blocks of GGUF files become packed weights with the values that the format's own
// dequantisation gives.

import { parameter, program, u8 } from "@ryanstream/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BlockType,
  blockBytes,
  blockTypes,
  heldAs,
  type PackedSpec,
  packBlocks,
  packedWeight,
  unpackWeight,
} from "../src/index.js";
import { blockValues, noiseBlocks as noise } from "./support/block-values.js";

async function packed(
  blocks: Uint8Array,
  type: BlockType,
  spec: PackedSpec,
): Promise<Float32Array> {
  using source = parameter("blocks", u8(blocks.length), { init: blocks });
  using slot = parameter("packed", spec.type);
  const weight = { spec, bytes: slot };
  using pack = program({}, () => packBlocks(source, type, weight));
  using unpack = program({}, () => unpackWeight(weight));
  await pack.run({});
  return (await unpack.run({})) as Float32Array;
}

const exact: readonly BlockType[] = ["F32", "F16", "BF16", "Q8_0", "Q5_0", "Q4_0", "IQ4_NL"];
const rounded = blockTypes.filter((type) => !exact.includes(type) && type !== "Q6_K");

const sizes = (type: BlockType) =>
  fc.record({
    n: fc.constantFrom(1, 31, 32, 33, 70),
    k: fc.constantFrom(...(type.endsWith("K") ? [256, 512] : [32, 96, 256])),
    seed: fc.integer({ min: 1, max: 1e6 }),
  });

describe.each(exact)("%s", (type) => {
  it("keeps every value", () =>
    fc.assert(
      fc.asyncProperty(sizes(type), async ({ n, k, seed }) => {
        const blocks = noise(type, blockBytes(type, n, k), seed);
        const spec = packedWeight({ n, k, ...heldAs(type) });
        const found = (await packed(blocks, type, spec)).map((x) => x + 0); // zero without a sign
        expect(found).toEqual(blockValues(type, blocks, n * k));
      }),
      { seed: 3, numRuns: 12 },
    ));
});

describe.each(rounded)("%s", (type) => {
  it("keeps every code, with scale and zero as f16", () =>
    fc.assert(
      fc.asyncProperty(sizes(type), async ({ n, k, seed }) => {
        const blocks = noise(type, blockBytes(type, n, k), seed);
        const spec = packedWeight({ n, k, ...heldAs(type) });
        const found = await packed(blocks, type, spec);
        const expected = blockValues(type, blocks, n * k);
        for (let g = 0; g < expected.length; g += 32) {
          // The greatest magnitude of the group bounds scale * code and offset.
          const most = Math.max(...expected.slice(g, g + 32).map(Math.abs));
          for (let i = g; i < g + 32; i++) {
            const error = Math.abs((found[i] as number) - (expected[i] as number));
            expect(error).toBeLessThanOrEqual(most * 2 ** -9 + 1e-6);
          }
        }
      }),
      { seed: 4, numRuns: 12 },
    ));
});

describe.each(blockTypes)("%s as int8, int4 and nl4", (type) => {
  it.each([
    ["int8", 1 / 200],
    ["int4", 1 / 7.9],
    ["nl4", 1 / 4],
  ] as const)("%s has the nearest codes", async (format, step) => {
    const [n, k] = [37, 256];
    const blocks = noise(type, blockBytes(type, n, k), 9);
    const spec = packedWeight({ n, k, format, group: 32 });
    const found = await packed(blocks, type, spec);
    const expected = blockValues(type, blocks, n * k);
    for (let g = 0; g < expected.length; g += 32) {
      const most = Math.max(...expected.slice(g, g + 32).map(Math.abs));
      for (let i = g; i < g + 32; i++) {
        const error = Math.abs((found[i] as number) - (expected[i] as number));
        expect(error).toBeLessThanOrEqual(most * step + 1e-7);
      }
    }
  });
});

it("refuses rows that aren't whole blocks, and bytes that aren't these rows", () => {
  const spec = packedWeight({ n: 2, k: 48, format: "int8" });
  using slot = parameter("packed", spec.type);
  using source = parameter("blocks", u8(96));
  const pack = (type: BlockType) => () =>
    program({}, () => packBlocks(source, type, { spec, bytes: slot }));
  expect(pack("Q8_0")).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
  expect(pack("F16")).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
});
