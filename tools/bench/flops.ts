// The floating point operations of a training step that are executed, against a
// dense implementation: every pair of positions in attention, the head and the
// last layer at every position, for models and lengths that people train.
//
//   npm run bench:flops [-- --json] [--loss-share 0.6]
//
// Counts from the programs, so nothing is run. Of the published models a prompt comes
// first and has no loss; loss is on the rest, and sequences are full. Then the
// project's own data: generated problems as the recipe of abacus packs them, where
// attention stays within a problem and questions have no loss.

import { parseArgs } from "node:util";
import { type FlopSavings, flopSavings } from "@ryanstream/kernels";
import { type DecoderConfig, decoderWeights } from "../../packages/kernels/test/support/decoder.js";
import { everywhere, wherePositions } from "../../packages/kernels/test/support/training.js";
import { ownDataSavings } from "./own-data-flops.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    "loss-share": { type: "string", default: "0.6" },
  },
});
const lossShare = Number(options["loss-share"]);

const decoder = (
  layers: number,
  width: number,
  heads: number,
  kv_heads: number,
  hidden: number,
  vocab: number,
): DecoderConfig => ({ layers, width, heads, kv_heads, head_dim: width / heads, hidden, vocab });

const models: [name: string, config: DecoderConfig, times: readonly number[]][] = [
  ["10M", decoder(6, 320, 5, 5, 864, 4096), [256, 1024, 2048]],
  ["30M", decoder(8, 512, 8, 8, 1376, 16384), [1024, 2048]],
  ["124M", decoder(12, 768, 12, 12, 2048, 50257), [1024, 2048]],
  ["Qwen2.5-1.5B", decoder(28, 1536, 12, 2, 8960, 151936), [1024, 4096]],
  ["Qwen2.5-7B", decoder(28, 3584, 28, 4, 18944, 152064), [1024, 4096]],
];

for (const [name, config, times] of models) {
  const weights = decoderWeights(config); // never allocated, since nothing runs
  for (const time of times) {
    const count = Math.round(lossShare * time);
    const facts = { lossShare, promptLength: time - count };
    const savings = flopSavings(
      everywhere(weights, config, 1, time).cost({}, facts),
      wherePositions(weights, config, 1, time, count).cost({}, { promptLength: time - count }),
    );
    const share = Math.round(100 * lossShare);
    print(`${name}, ${time} positions, causal, loss on the last ${share}%`, savings);
  }
}

for await (const { title, savings } of ownDataSavings()) print(title, savings);

function print(title: string, savings: FlopSavings): void {
  if (!options.json) {
    console.log(`${title}\n${savings}\n`);
    return;
  }
  const row = {
    name: `${title}: operations executed`,
    ours: savings.executedFlops / 1e9,
    peer: savings.denseFlops / 1e9,
    peerName: "dense",
    unit: "GFLOP",
    ratio: savings.denseFlops / savings.executedFlops,
    saved: Object.fromEntries(savings.items.map(({ what, share }) => [what, share])),
  };
  console.log(JSON.stringify(row));
}
