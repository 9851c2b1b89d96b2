// What must be the same where a run goes on: the parts of a recipe that its weights belong to.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Recipe } from "./recipe.js";

/** A hash of each part, by the name of the recipe's field. */
export type RunIdentity = Readonly<Record<string, string>>;

export async function runIdentity(recipe: Recipe): Promise<RunIdentity> {
  const { seed, model, lora, batch, optimizer, data, tokenizer } = recipe;
  return {
    seed: hash(seed),
    model: hash("from" in model ? await contentOf(model.from) : model.config),
    lora: hash(lora),
    batch: hash(batch),
    "optimizer.type": hash(optimizer.type),
    data: hash(data),
    tokenizer: hash(tokenizer),
  };
}

/** The fields in which two differ. */
export function differences(one: RunIdentity, other: RunIdentity): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]);
}

function hash(value: unknown): string {
  const text = JSON.stringify(value, sorted) ?? "none";
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The same whatever the order of an object's fields. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Hashes of the weights and configuration in a folder. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    if (name !== "config.json" && !name.endsWith(".safetensors")) continue;
    const content = createHash("sha256");
    for await (const part of createReadStream(join(folder, name))) content.update(part as Buffer);
    found[name] = content.digest("hex");
  }
  return found;
}
