// Tensors cut into several files, and the names that both formats give to these.

import { basename, dirname, join } from "node:path";
import { FormatError, quoted } from "../errors.js";
import type { PlannedTensor } from "./tensor-input.js";

/** One file of several. */
export interface Shard {
  readonly path: string;
  readonly tensors: readonly PlannedTensor[];
}

/**
 * Begins a new file before the data of one exceeds `maxBytes`; a larger tensor gets a file of its own.
 * One file keeps the path's name, several become `NAME-00001-of-0000N.EXTENSION`.
 *
 * @throws FormatError `ERR_ARGUMENT` for a limit that is none, or a path without the extension
 */
export function shardsOf(
  path: string,
  extension: ".safetensors" | ".gguf",
  tensors: readonly PlannedTensor[],
  maxBytes = Number.POSITIVE_INFINITY,
): Shard[] {
  if (!(maxBytes > 0)) {
    const expected = "a positive number of bytes as maxShardBytes";
    throw new FormatError("ERR_ARGUMENT", { expected, found: maxBytes });
  }
  const groups: PlannedTensor[][] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    if (bytes + tensor.byteLength > maxBytes && groups.at(-1)?.length !== 0) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(tensor);
    bytes += tensor.byteLength;
  }
  if (groups.length === 1) return [{ path, tensors }];
  const name = basename(path);
  if (!name.endsWith(extension) || groups.length > 99_999) {
    throw new FormatError("ERR_ARGUMENT", {
      expected: `a path that ends with ${extension} and at most 99999 shards`,
      found: `${quoted(name)} and ${groups.length} shards`,
    });
  }
  const stem = join(dirname(path), name.slice(0, -extension.length));
  const five = (n: number) => String(n).padStart(5, "0");
  return groups.map((group, i) => ({
    path: `${stem}-${five(i + 1)}-of-${five(groups.length)}${extension}`,
    tensors: group,
  }));
}
