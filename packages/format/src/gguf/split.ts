// GGUF files that llama.cpp's gguf-split has cut: `NAME-00001-of-00003.gguf`, of which the
// first has the model's metadata and all have their place under `split.*`.

import { basename, dirname, join } from "node:path";
import { FormatError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { GgufHeader } from "./header.js";

/** How many files the model is cut into, as its header says; 1 where it isn't. */
export function splitCount(header: GgufHeader, path: string, limits: Limits): number {
  const count = integer(header, "split.count", path) ?? 1;
  if (count > limits.maxFiles) {
    throw new FormatError("ERR_LIMIT", {
      file: path,
      key: "split.count",
      expected: `at most ${limits.maxFiles} files`,
      found: count,
    });
  }
  return Math.max(1, count);
}

/** The paths of all parts, given that of any one; which one it is, counted from 0. */
export function splitPaths(
  path: string,
  count: number,
): { readonly paths: readonly string[]; readonly own: number } {
  const match = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/s.exec(basename(path));
  const total = String(count).padStart(5, "0");
  const own = Number(match?.[2]) - 1;
  if (match === null || match[3] !== total || own < 0 || own >= count) {
    throw new FormatError("ERR_SHARDS", {
      file: path,
      expected: `a name that ends with -NNNNN-of-${total}.gguf, since split.count is ${count}`,
      found: basename(path),
    });
  }
  const part = (i: number) => `${match[1]}-${String(i + 1).padStart(5, "0")}-of-${total}.gguf`;
  const paths = Array.from({ length: count }, (_, i) =>
    i === own ? path : join(dirname(path), part(i)),
  );
  return { paths, own };
}

/** Each part must know its place, and together they must have all tensors. */
export function checkSplits(headers: readonly GgufHeader[], paths: readonly string[]): void {
  const check = (i: number, key: string, expected: number | undefined): void => {
    const path = paths[i] as string;
    const found = integer(headers[i] as GgufHeader, key, path);
    if (expected === undefined || found === expected) return;
    throw new FormatError("ERR_SHARDS", { file: path, key, expected: String(expected), found });
  };
  const first = headers[0] as GgufHeader;
  const total = integer(first, "split.tensors.count", paths[0] as string);
  for (let i = 0; i < headers.length; i++) {
    check(i, "split.no", i);
    check(i, "split.count", headers.length);
    check(i, "split.tensors.count", total);
  }
  const found = headers.reduce((sum, { tensors }) => sum + tensors.length, 0);
  if (total !== undefined && total !== found) {
    throw new FormatError("ERR_SHARDS", {
      file: paths[0],
      key: "split.tensors.count",
      expected: `${total} tensors in ${headers.length} files`,
      found,
    });
  }
}

function integer(header: GgufHeader, key: string, file: string): number | undefined {
  const value = header.metadata.get(key);
  if (value === undefined) return undefined;
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= 0) return number;
  throw new FormatError("ERR_METADATA", {
    file,
    key,
    expected: "a non-negative integer",
    found: typeof value === "object" ? "an array" : value,
  });
}
