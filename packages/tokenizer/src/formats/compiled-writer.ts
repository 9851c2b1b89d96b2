// Writes compiled files; see compiled.ts for what they are.

import type { PreparedMerges, TokenizerDefinition } from "../definition.js";
import { type AutomatonHeader, automatonParts } from "./compiled-automata.js";
import { contentParts } from "./compiled-contents.js";
import { checksum, type Header, MAGIC, PREFIX, VERSION } from "./compiled-layout.js";

/** @param prepared  what is known of a byte-pair encoding. */
export function writeCompiled(
  definition: TokenizerDefinition,
  prepared: PreparedMerges | undefined,
): Uint8Array {
  const { model, ...rest } = definition;
  const { vocabulary, ...modelRest } = model;
  const content = vocabulary.encoding === "utf8" ? prepared?.content : undefined;
  const parts: Record<string, ArrayBufferView> = {
    ...contentParts(vocabulary, content && prepared?.tokens, content),
  };
  const fields: Record<string, unknown> = { ...modelRest };
  delete fields["prepared"];
  const automata: AutomatonHeader[] = [];
  const { merges, scores } = fields as { merges?: Int32Array; scores?: Float64Array };
  delete fields["merges"];
  delete fields["merged"];
  delete fields["scores"];
  if (scores !== undefined) parts["scores"] = scores;
  if (prepared !== undefined) {
    const { pairs, merged, ranks, made, whole } = prepared;
    parts["pairs"] = pairs;
    parts["whole"] = whole;
    // Most lists make ids in their order, and rank files have ids as ranks.
    if (!counts(merged)) parts["merged"] = merged;
    if (ranks !== merged && !counts(ranks)) parts["ranks"] = ranks;
    if (made !== undefined) parts["made"] = made;
    fields["counting"] = { merged: merged[0] ?? 0, ranks: ranks === merged ? -1 : (ranks[0] ?? 0) };
    for (const [key, { stride, start, ...tables }] of prepared.automata) {
      const names = automatonParts(automata.length);
      for (const table of Object.keys(names) as (keyof typeof names)[]) {
        parts[names[table]] = tables[table];
      }
      automata.push({ key, stride, start });
    }
  }
  // The merges are the pairs, unless some of them make no token.
  if (merges !== undefined && merges.length !== prepared?.pairs.length) parts["merges"] = merges;
  else fields["listed"] = merges !== undefined;
  const sections: Record<string, [number, number]> = {};
  let offset = 0;
  for (const [name, part] of Object.entries(parts)) {
    sections[name] = [offset, part.byteLength];
    offset += Math.ceil(part.byteLength / 8) * 8;
  }
  const header: Header = {
    definition: { ...rest, model: fields },
    size: vocabulary.size,
    encoding: vocabulary.encoding,
    content: prepared?.content,
    distinct: prepared?.distinct,
    automata,
    sections,
  };
  let json = JSON.stringify(header);
  let head = new TextEncoder().encode(json);
  // Sections begin at a multiple of 8 of the file.
  json += " ".repeat((8 - ((PREFIX + head.length) % 8)) % 8);
  head = new TextEncoder().encode(json);
  const file = new Uint8Array(PREFIX + head.length + offset);
  const view = new DataView(file.buffer);
  for (let i = 0; i < MAGIC.length; i++) file[i] = MAGIC.charCodeAt(i);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, head.length, true);
  file.set(head, PREFIX);
  for (const [name, part] of Object.entries(parts)) {
    const [at] = sections[name] as [number, number];
    file.set(
      new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
      PREFIX + head.length + at,
    );
  }
  view.setUint32(16, checksum(file.subarray(PREFIX)) ^ head.length, true);
  return file;
}

/** Whether each number is one more than the one before. */
function counts(numbers: Int32Array): boolean {
  const first = numbers[0] ?? 0;
  return numbers.every((n, i) => n === first + i);
}
