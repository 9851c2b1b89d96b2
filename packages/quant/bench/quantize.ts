// How long one layer of a 1.5B model takes to quantise, part by part, beside the least that its products could take.
//
//   npm run bench:quantize [-- --json] [-- --tokens 2048]
//
// Shapes are those of Qwen2.5-Math-1.5B: width 1,536, hidden 8,960, keys and values 256. The floor of a part is its
// multiply-adds, two operations each, over the rate of a large product of the same library. A symmetric product and a
// factor count only what they need: half and a third. A step search runs the rounding about three times.

import { performance } from "node:perf_hooks";
import { printRows, type Row } from "../../../tools/bench/rows.js";
import { fitBlocks } from "../src/blocks/fit-blocks.js";
import { GridRounder } from "../src/grid/grid-rounder.js";
import { type Factor, factorHessian } from "../src/numeric/factor.js";
import { Hessian } from "../src/numeric/hessian.js";
import { Products } from "../src/numeric/products.js";
import { transposed } from "../src/numeric/transpose.js";
import { cancelErrors } from "../src/rounding/cancel-errors.js";
import { gaussians } from "../test/support/random.js";

const argument = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const TOKENS = argument("--tokens", 2048);
const WIDTH = argument("--width", 1536);
const HIDDEN = argument("--hidden", 8960);
const LAYERS = 28;

const random = gaussians(1);
// Normal numbers are slow to make, and which ones they are doesn't matter.
const pool = Float32Array.from({ length: 1 << 16 }, () => 0.02 * random());
const filled = (length: number) =>
  Float32Array.from({ length }, (_, i) => pool[(i * 7919) % pool.length] as number);

using products = new Products();

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}

const [inner, outer] = [1024, 2048];
const [a, b] = [filled(outer * inner), filled(inner * outer)];
let best = Number.POSITIVE_INFINITY;
for (let run = 0; run < 5; run++) {
  const [, seconds] = await timed(() => products.plain(a, b, outer, inner, outer));
  best = Math.min(best, seconds);
}
const rate = (2 * outer * inner * outer) / best;

const rows: Row[] = [];
const total = { ours: 0, floor: 0 };
function add(name: string, seconds: number, operations: number, times: number): void {
  const floor = operations / rate;
  total.ours += times * seconds;
  total.floor += times * floor;
  rows.push({
    name,
    ours: seconds,
    unit: "s",
    peer: floor,
    peerName: "floor",
    ratio: floor / seconds,
  });
  rows.push({
    name: `${name}, rate`,
    ours: operations / seconds / 1e9,
    unit: "GFLOP/s",
    peer: rate / 1e9,
    peerName: "a large product",
  });
}

const factors = new Map<number, Factor>();
for (const [k, times] of [
  [WIDTH, 3],
  [HIDDEN, 1],
] as const) {
  const hessian = new Hessian(k);
  const x = filled(TOKENS * k);
  const [, gram] = await timed(() => hessian.add(x, TOKENS, products));
  add(`X^T X of ${TOKENS} tokens, ${k} inputs`, gram, TOKENS * k * k, times);
  const [factor, factoring] = await timed(() =>
    factorHessian(hessian.sum, k, products, { damping: 0.01, tensor: "w" }),
  );
  add(`factor of ${k}`, factoring, k ** 3 / 3, times);
  factors.set(k, factor);
}

const KV = Math.round(WIDTH / 6);
// Queries and output; keys and values; gate and up; down.
for (const [n, k, times] of [
  [WIDTH, WIDTH, 2],
  [KV, WIDTH, 2],
  [HIDDEN, WIDTH, 2],
  [WIDTH, HIDDEN, 1],
] as const) {
  const weights = transposed(filled(n * k), n, k);
  const factor = factors.get(k);
  const options = { weights, rows: n, columns: k, factor, products };
  const rounder = new GridRounder(n, new Float32Array(k).fill(0.005), "w");
  const [, grid] = await timed(() => cancelErrors(rounder, options));
  add(`grid, ${n} x ${k}`, grid, n * k * k, 3 * times);
  const prices = new Float64Array(k).fill(1);
  const [, blocks] = await timed(() => fitBlocks("w", "IQ4_NL", prices, 0, options));
  rows.push({
    name: `IQ4_NL, ${n} x ${k}`,
    ours: blocks,
    unit: "s",
    peer: (n * k * k) / rate,
    peerName: "floor",
    ratio: (n * k * k) / rate / blocks,
  });
}
rows.push({
  name: `file profile, ${LAYERS} layers, without the model's own passes`,
  ours: (LAYERS * total.ours) / 60,
  unit: "min",
  peer: (LAYERS * total.floor) / 60,
  peerName: "floor",
  ratio: total.floor / total.ours,
});
printRows(rows, process.argv.includes("--json"));
