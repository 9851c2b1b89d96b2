// `npm start`: the main job. The model that this stack trained solves a problem and shows its steps, offline;
// `npm start -- "…"` solves another.

import { run } from "../packages/ryanstream/src/cli/run.js";

const problem =
  "A shop has 48 boxes of pencils with 12 pencils each. It sells 3/4 of the boxes. How many pencils are left?";
const words = process.argv.slice(2);
if (words.length === 0) console.log(`${problem}\n`);
process.exitCode = await run(["solve", ...(words.length === 0 ? [problem] : words)]);
