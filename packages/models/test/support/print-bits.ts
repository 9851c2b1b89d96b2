// Prints a hash of the logits that a model file gives: of a prompt in two chunks and of
// single tokens after it.

import { createHash } from "node:crypto";
import { loadModel } from "../../src/index.js";
import { run, runnerOf } from "./steps.js";

using model = await loadModel(process.argv[2] as string);
using runner = runnerOf(model);
const hash = createHash("sha256");
const tokens = Array.from({ length: 70 }, (_, i) => (i * 29 + 3) % 96);
for (const [from, to] of [
  [0, 41],
  [41, 67],
  [67, 68],
  [68, 69],
  [69, 70],
] as const) {
  const logits = await run(runner, tokens.slice(from, to), { wanted: to - from, from });
  hash.update(new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength));
}
console.log(hash.digest("hex"));
