// Which tensors a chain has, as JSON: its keyframe stores it, its links must have the same.

import { isDType } from "../dtype.js";
import type { SeriesTensorInfo } from "./checkpoint.js";
import { refuse } from "./code-streams.js";

/** `"resume"`: states as exact as a run needs to go on; `"exact"`: every tensor bit for bit. */
export type SeriesLevel = "resume" | "exact";

export interface Directory {
  readonly level: SeriesLevel;
  readonly tensors: readonly SeriesTensorInfo[];
}

const MOST_TENSORS = 2 ** 20;

export function directoryText({ level, tensors }: Directory): string {
  const rows = tensors.map(({ name, role, of, dtype, shape }) => [
    name,
    role,
    of ?? null,
    dtype,
    shape,
  ]);
  return JSON.stringify({ level, tensors: rows });
}

/**
 * What it says of each tensor is checked where families are made of them.
 *
 * @throws FormatError `ERR_SERIES`
 */
export function parseDirectory(text: string): Directory {
  let json: { level?: unknown; tensors?: unknown };
  try {
    json = JSON.parse(text) as typeof json;
  } catch (cause) {
    return refuse("a directory as JSON", (cause as Error).message);
  }
  const { level, tensors } = json ?? {};
  if (level !== "resume" && level !== "exact") return refuse("resume or exact as level", level);
  if (!Array.isArray(tensors) || tensors.length > MOST_TENSORS) {
    return refuse(`at most ${MOST_TENSORS} tensors`, typeof tensors);
  }
  return { level, tensors: tensors.map(tensorOf) };
}

function tensorOf(row: unknown): SeriesTensorInfo {
  if (!Array.isArray(row) || row.length !== 5) return refuse("a tensor as five fields", typeof row);
  const [name, role, of, dtype, shape] = row as unknown[];
  const isText = typeof name === "string" && typeof role === "string" && typeof dtype === "string";
  if (!isText || !(of === null || typeof of === "string") || !isDType(dtype)) {
    return refuse("name, role, weight, type and shape", JSON.stringify(row).slice(0, 200));
  }
  if (!Array.isArray(shape)) return refuse("a shape", typeof shape);
  return {
    name,
    role: role as SeriesTensorInfo["role"],
    of: of ?? undefined,
    dtype,
    shape: shape as number[],
  };
}
