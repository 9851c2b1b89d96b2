// A short training run that is killed at random again and again, beside one that isn't: both must end with the same bits.
//
//   npm run soak:resume [-- --kills 50] [--seed 1] [--json]

import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { parseRecipe } from "../../packages/ryanstream/src/train/recipe.js";
import { train } from "../../packages/ryanstream/src/train/train.js";
import { cutLine, runKilled } from "../../packages/ryanstream/test/support/killed-run.js";
import { tinyRecipe } from "../../packages/ryanstream/test/support/tiny-recipe.js";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const [kills, seed] = [Number(options.kills), Number(options.seed)];
const recipe = tinyRecipe({ steps: 2000, checkpoints: { every: 10, keep: 2 } });

const place = await mkdtemp(join(tmpdir(), "ryanstream-soak-"));
try {
  const [whole, killed] = [join(place, "whole"), join(place, "killed")];
  const started = performance.now();
  await train(parseRecipe(recipe), { folder: whole });
  const wholeMs = performance.now() - started;
  // Data is made once: what is killed here is the training.
  await mkdir(killed);
  for (const name of ["data", "run.json", "tokenizer"]) {
    await cp(join(whole, name), join(killed, name), { recursive: true });
  }
  const path = join(place, "recipe.json");
  await writeFile(path, JSON.stringify(recipe));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const cli = fileURLToPath(new URL("../../packages/ryanstream/src/cli.ts", import.meta.url));
  const conditions = ["--conditions=@ryanstream/source", "--import", tsx];
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const count = await runKilled({
    args: [...conditions, cli, "train", path, "--output", killed, "--json"],
    env: process.env,
    kills,
    delay: () => random() * (wholeMs / kills),
    onKill: (n) => {
      cutLine(join(killed, "metrics.jsonl"));
      process.stderr.write(`killed ${n} times\n`);
    },
  });
  const steps = await lossesOf(killed);
  const [a, b] = [await hashOf(whole), await hashOf(killed)];
  const same =
    a === b && count === kills && JSON.stringify(steps) === JSON.stringify(await lossesOf(whole));
  const result = { kills: count, steps: recipe.steps, weights: [a, b], same };
  console.log(
    options.json
      ? JSON.stringify(result)
      : `killed ${count} times in ${recipe.steps} steps: weights and losses are ${same ? "the same bits" : "OTHERS"}`,
  );
  if (!same) process.exitCode = 1;
} finally {
  await rm(place, { recursive: true, force: true });
}

async function hashOf(folder: string): Promise<string> {
  const bytes = await readFile(join(folder, "model/model.safetensors"));
  return createHash("sha256").update(bytes).digest("hex");
}

async function lossesOf(folder: string): Promise<number[]> {
  const lines = (await readFile(join(folder, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line).loss);
}
