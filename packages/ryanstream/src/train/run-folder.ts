// The folder of a run: nobody's files but the run's, and one process at a time.

import { mkdir, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { sweep, writeWhole } from "../files/write-whole.js";
import { ensure } from "./errors.js";
import type { Recipe } from "./recipe.js";
import { lockRun } from "./run-lock.js";

const MARKER = "run.json";
const FORMAT = "ryanstream-training-run";

/**
 * Makes or opens it, and removes what a killed process left.
 *
 * @throws TrainError `ERR_RUN` for a folder with other files, or one in which a process trains
 */
export async function openRunFolder(
  folder: string,
  { model, tokenizer }: Pick<Recipe, "model" | "tokenizer">,
): Promise<AsyncDisposable> {
  for (const place of [model, tokenizer]) {
    if (!("from" in place)) continue;
    ensure(
      !resolve(place.from).startsWith(`${resolve(folder)}/`),
      "ERR_RUN",
      () => `${place.from}: expected what a run begins from outside of its folder ${folder}`,
    );
  }
  await mkdir(folder, { recursive: true });
  const marker = join(folder, MARKER);
  const others = (await readdir(folder)).filter((name) => !name.startsWith("lock"));
  if (others.length > 0) {
    const text = await readFile(marker, "utf8").catch(() => "");
    ensure(
      text.includes(FORMAT),
      "ERR_RUN",
      () => `${folder}: expected an empty folder or that of a run, found ${others[0]} there`,
    );
  }
  const lock = await lockRun(folder);
  try {
    await sweep(folder);
    await sweep(join(folder, "checkpoints"));
    if (others.length === 0) await writeWhole(marker, `${JSON.stringify({ format: FORMAT })}\n`);
    return lock;
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}
