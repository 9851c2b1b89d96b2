// Golden files of the components, and offsets in UTF-16 units from those in code points.

import { readFileSync } from "node:fs";

// biome-ignore lint/suspicious/noExplicitAny: the shape is that of each file
export function golden(name: string): any {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8"));
}

/** Where each code point of `text` begins, in UTF-16 units, and where the text ends. */
export function unitOffsets(text: string): number[] {
  const offsets = [0];
  for (const character of text) offsets.push((offsets.at(-1) as number) + character.length);
  return offsets;
}

/** Offsets in code points of `text` as offsets in UTF-16 units. */
export function toUnits(text: string, offsets: readonly number[]): number[] {
  const units = unitOffsets(text);
  return offsets.map((offset) => units[offset] as number);
}
