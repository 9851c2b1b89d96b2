// The items add up to the difference between dense and executed.

import { expect, it } from "vitest";
import { flopSavings } from "../src/index.js";
import { decoderWeights } from "./support/decoder.js";
import { everywhere, wherePositions } from "./support/training.js";

const config = { vocab: 64, width: 32, layers: 2, heads: 2, kv_heads: 1, head_dim: 16, hidden: 64 };
const weights = decoderWeights(config);
const full = everywhere(weights, config, 1, 40);

it("itemises masks, the head and positions that are left out", () => {
  const some = wherePositions(weights, config, 1, 40, 10);
  const savings = flopSavings(
    full.cost({}, { lossShare: 0.25 }),
    some.cost({}, { promptLength: 30 }),
  );
  expect(savings.items.map((i) => i.what)).toEqual([
    "attention",
    "linear_cross_entropy_grad",
    "attention_grad",
    "positions left out",
  ]);
  const saved = savings.items.reduce((n, i) => n + i.flops, 0);
  expect(saved).toBeCloseTo(savings.denseFlops - savings.executedFlops, 3);
  expect(savings.savedShare).toBeCloseTo(savings.items.reduce((n, i) => n + i.share, 0));
  expect(savings.executedFlops).toBe(some.cost({}, { promptLength: 30 }).flops);
  expect(String(savings)).toContain("positions left out");
});

it("of one program are its own", () => {
  const cost = full.cost();
  expect(flopSavings(cost).savedShare).toBe(cost.savedShare);
  expect(flopSavings(cost).items.map((i) => i.what)).toEqual(["attention", "attention_grad"]);
});
