import { expect, it } from "vitest";
import { columnSquares, scalesOfPrices } from "../../src/calibration/row-scales.js";
import { type GridTensor, RyanQuantizer } from "../../src/index.js";
import { roundedToHalf } from "../../src/numeric/half.js";
import { sequences, TinyModel } from "../support/tiny-model.js";

it("are finer for rows that matter more, 1 on average, float16 and within bounds", () => {
  expect([...scalesOfPrices(Float64Array.of(1, 1, 1))]).toEqual([1, 1, 1]);
  const scales = scalesOfPrices(Float64Array.of(16, 1, 1 / 16));
  expect([...scales]).toEqual([0.5, 1, 2]);
  const wild = scalesOfPrices(
    Float64Array.of(1e30, 1e-30, 0, Number.POSITIVE_INFINITY, Number.NaN),
  );
  expect([...wild]).toEqual([0.125, 4, 4, 0.125, 1]);
  const some = scalesOfPrices(Float64Array.of(3, 5, 7));
  expect([...roundedToHalf(some)]).toEqual([...some]);
});

it("sums squares by column", () => {
  expect([...columnSquares(Float32Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([17, 29, 45]);
});

it("follow the next matrix: a row whose output it ignores has coarser steps", async () => {
  const model = new TinyModel({ layers: 1, width: 64, hidden: 96, vocabulary: 64 });
  const down = model.weights.get("layers.0.down") as Float32Array;
  for (let r = 0; r < 64; r++) down[r * 96 + 5] = (down[r * 96 + 5] as number) / 100;
  const grids = new Map<string, GridTensor>();
  await new RyanQuantizer({ attentionBits: 5, ffnBits: 5, embeddingBits: 6, headBits: 6 }).quantize(
    model,
    {
      calibration: sequences(4, 32, 64, 1),
      onTensor: (tensor) => {
        if ("grid" in tensor) grids.set(tensor.name, tensor);
      },
    },
  );
  const scales = grids.get("layers.0.up")?.grid.rowScales as Float32Array;
  const others = scales.filter((_, r) => r !== 5);
  expect(scales[5]).toBeGreaterThan(Math.max(...others));
  expect(grids.get("layers.0.in")?.grid.rowScales).toBe(undefined);
});
