// How many distinct problems each kind has at each difficulty: canonical forms among so many draws, all
// of them where draws no longer give new ones (marked =), else more than that.
//
//   npx tsx --conditions=@ryanstream/source packages/problems/bench/count-distinct.ts [--split test] [--most 10000] [--json]

import { parseArgs } from "node:util";
import { type Difficulty, kinds, problems, type Split } from "../src/index.js";

const { values } = parseArgs({
  options: {
    split: { type: "string", default: "test" },
    most: { type: "string", default: "10000" },
    json: { type: "boolean", default: false },
  },
});
const most = Number(values.most);
const split = values.split as Split;
const rows = kinds
  .filter(({ beyond }) => (split !== "longer" && split !== "larger") || beyond.includes(split))
  .map(({ name }) => {
    const counts = ([1, 2, 3, 4, 5] as Difficulty[]).map((difficulty) => {
      let count = 0;
      const options = { seed: 1, split, kinds: [name], difficulty, count: most };
      for (const _ of problems({ ...options, distinct: true })) count++;
      return count < most ? count : Number.POSITIVE_INFINITY;
    });
    return { name, counts };
  });
if (values.json) {
  console.log(JSON.stringify(rows));
} else {
  const print = (count: number) => (count === Number.POSITIVE_INFINITY ? `> ${most}` : `${count}`);
  console.log("| kind | 1 | 2 | 3 | 4 | 5 |\n| --- | --- | --- | --- | --- | --- |");
  for (const { name, counts } of rows)
    console.log(`| \`${name}\` | ${counts.map(print).join(" | ")} |`);
}
