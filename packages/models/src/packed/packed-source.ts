// What packed weights were made from, and whether that is still so.

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { WeightFormat } from "../weight-format.js";
import { MAGIC } from "./packed-header.js";

/** A model's file as it was when its weights were packed. */
export interface PackedSource {
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface PackedIdentity {
  /** A hash of all that packed weights depend on; their file's name has the beginning of it. */
  readonly key: string;
  readonly sources: readonly PackedSource[];
}

export async function packedIdentity(
  files: readonly string[],
  format: WeightFormat,
): Promise<PackedIdentity> {
  const sources: PackedSource[] = [];
  for (const file of files) {
    const path = resolve(file);
    const { size, mtimeMs } = await stat(path);
    sources.push({ path, size, mtimeMs });
  }
  const key = createHash("sha256")
    .update(JSON.stringify([MAGIC, format, sources]))
    .digest("hex");
  return { key, sources };
}

const COMMIT = /(?<=[\\/]snapshots[\\/])[0-9a-f]{40}(?=[\\/])/;

/** A path in the hub's cache, the same for all commits of a repository; undefined for any other. */
const withoutCommit = (path: string): string | undefined =>
  COMMIT.test(path) ? path.replace(COMMIT, "") : undefined;

/**
 * Whether no load can want what was packed from these files any more: one of them has changed since, or is gone from
 * the hub's cache while this model is another commit of its repository. Whatever else is gone may be on a disk that
 * comes back.
 */
export async function isOutdated(
  packed: readonly PackedSource[],
  model: readonly PackedSource[],
): Promise<boolean> {
  const replaced = new Set(model.map(({ path }) => withoutCommit(path)));
  for (const { path, size, mtimeMs } of packed) {
    try {
      const now = await stat(path);
      if (now.size !== size || now.mtimeMs !== mtimeMs) return true;
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
      const general = withoutCommit(path);
      if (isGone && general !== undefined && replaced.has(general)) return true;
    }
  }
  return false;
}
