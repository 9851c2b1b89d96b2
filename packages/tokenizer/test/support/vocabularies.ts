// Small vocabularies as definitions.

import type { BpeModel, Vocabulary } from "../../src/definition.js";

/** A vocabulary of these contents, ids in their order. */
export function vocabularyOf(
  contents: readonly string[],
  encoding: Vocabulary["encoding"] = "utf8",
): Vocabulary {
  const encoder = new TextEncoder();
  const parts = contents.map((content) => encoder.encode(content));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  const starts = new Uint32Array(parts.length);
  const ends = new Uint32Array(parts.length);
  let at = 0;
  for (const [id, part] of parts.entries()) {
    bytes.set(part, at);
    starts[id] = at;
    at += part.length;
    ends[id] = at;
  }
  return { size: parts.length, bytes, starts, ends, encoding };
}

/** A byte-pair model of these contents and merges, which name contents. */
export function bpeOf(
  contents: readonly string[],
  merges: readonly (readonly [string, string])[],
  more: Partial<BpeModel> = {},
): BpeModel {
  const id = new Map(contents.map((content, i) => [content, i]));
  return {
    type: "BPE",
    vocabulary: vocabularyOf(contents),
    merges: Int32Array.from(merges.flatMap(([a, b]) => [id.get(a) as number, id.get(b) as number])),
    ...more,
  };
}
