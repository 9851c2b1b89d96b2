// `npm start`: the main job. The model that this stack trained solves a problem and shows its steps, offline;
// `npm start -- "…"` solves another.

import { run } from "../packages/ryanstream/src/cli/run.js";

const problem =
  "Maria orders 14 notebooks for 3 dollars apiece and 2 caps for 18 dollars apiece. " +
  "Maria uses a coupon for 6 dollars. How much is that in dollars?";
const words = process.argv.slice(2);
if (words.length === 0) console.log(`${problem}\n`);
process.exitCode = await run(["solve", ...(words.length === 0 ? [problem] : words)]);
