// The shards of a model, as their index names them.

import { readFile, stat } from "node:fs/promises";
import { ensure, ModelError } from "./errors.js";

const MAX_INDEX_BYTES = 2 ** 26;

/**
 * The files that an index names; `openTensors` checks it all again.
 *
 * @throws ModelError `ERR_WEIGHTS`
 */
export async function shardsOf(index: string): Promise<string[]> {
  const { size } = await stat(index);
  ensure(size <= MAX_INDEX_BYTES, "ERR_WEIGHTS", () => `${index}: ${size} bytes are too many`);
  let map: unknown;
  try {
    map = (JSON.parse(await readFile(index, "utf8")) as { weight_map?: unknown } | null)
      ?.weight_map;
  } catch (cause) {
    throw new ModelError("ERR_WEIGHTS", `${index}: this is not JSON`, { cause });
  }
  const names = typeof map === "object" && map !== null ? Object.values(map) : [];
  ensure(
    names.length > 0 && names.every((name) => typeof name === "string"),
    "ERR_WEIGHTS",
    () => `${index}: expected a weight_map of tensors to files`,
  );
  return [...new Set(names as string[])].sort();
}
