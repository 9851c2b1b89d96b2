// The time that a pair of the suite takes to compare: median, 99th percentile and the longest.
//
//   node --conditions=@ryanstream/source --import tsx packages/sampler/bench/answers.ts [--json]
//
// Each pair's time is the median of its rounds, so that a pause of the machine isn't taken for a slow pair.

import { compareEquivalence, extractAnswer } from "@ryanstream/sampler";
import { median, printRows, quantile } from "../../../tools/bench/rows.js";
import { pairs } from "../test/answers/pairs.js";

const ROUNDS = 9;
const WARM = 3;

const times = pairs.map(() => [] as number[]);
let wrong = 0;
for (let round = 0; round < ROUNDS + WARM; round++) {
  for (const [i, { a, b, equal }] of pairs.entries()) {
    const began = performance.now();
    const verdict = compareEquivalence(a, b);
    const took = performance.now() - began;
    if (round >= WARM) times[i]?.push(took);
    if (round === 0 && verdict !== (equal ? "equal" : "unequal")) wrong++;
  }
}
const each = times.map(median);

const solution = `${"So we add 3 and 4 and find that the sum is 7 at last. ".repeat(40)}\nThe answer is $\\frac{7}{2}$.`;
const extracting: number[] = [];
for (let i = 0; i < 300; i++) {
  const began = performance.now();
  extractAnswer(solution);
  extracting.push(performance.now() - began);
}

const slowest = pairs[each.indexOf(Math.max(...each))];
const limit = (name: string, ours: number, most: number) => ({
  name,
  ours,
  peer: most,
  peerName: "limit",
  unit: "ms",
  ratio: most / ours,
  target: 1,
  met: ours < most,
});
const json = process.argv.includes("--json");
printRows(
  [
    limit(`equivalent, ${pairs.length} pairs, p50`, quantile(each, 0.5), 0.2),
    limit("equivalent, p99", quantile(each, 0.99), 5),
    { name: `equivalent, longest: ${slowest?.form}`, ours: Math.max(...each), unit: "ms" },
    { name: "wrong verdicts", ours: wrong, peer: 0, unit: "pairs", met: wrong === 0 },
    { name: "extractAnswer, 2 kB of prose, p50", ours: median(extracting), unit: "ms" },
  ],
  json,
);
if (!json) console.log(`\nlongest: ${slowest?.a}  and  ${slowest?.b}`);
