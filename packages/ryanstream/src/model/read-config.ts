// The configuration beside weights in safetensors, which say nothing of themselves.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

const MAX_BYTES = 2 ** 24;

/** The fields of `config.json` in a folder; none if there is no such file, or it is no object. */
export async function configIn(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(folder, "config.json");
  try {
    if ((await stat(path)).size > MAX_BYTES) return {};
    const json: unknown = JSON.parse(await readFile(path, "utf8"));
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    return isObject ? (json as Record<string, unknown>) : {};
  } catch {
    return {}; // it is only shown, and whoever loads the model says what is wrong with it
  }
}
