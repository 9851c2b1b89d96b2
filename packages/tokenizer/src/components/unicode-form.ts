// NFC, NFD, NFKC and NFKD with alignments.
//
// Hugging Face decomposes every character (the first part takes its place, the others
// count as added), sorts the marks, and composes (a composed character takes the place of
// all that went into it). The text itself comes from `normalize`; which old character each
// new one came from follows without tables, because sorting and composing never exchange
// two equal characters: the n-th of them in the result was the n-th before.

import { type NormalizationForm, normalize } from "../unicode/normalize.js";
import type { EditLog, TextStep } from "./aligned-text.js";

export function unicodeForm(form: NormalizationForm): TextStep {
  const decomposed = form === "NFC" || form === "NFD" ? "NFD" : "NFKD";
  return (text, log) => {
    const result = normalize(text, form);
    if (log && result !== text) align(text, result, decomposed, log);
    return result;
  };
}

/** For each character, the changes of its occurrences in order. */
class Occurrences {
  readonly #changes = new Map<string, { changes: number[]; next: number }>();

  add(character: string, change: number): void {
    const entry = this.#changes.get(character);
    if (entry) entry.changes.push(change);
    else this.#changes.set(character, { changes: [change], next: 0 });
  }

  take(character: string): number {
    const entry = this.#changes.get(character);
    return entry?.changes[entry.next++] ?? 0;
  }
}

function align(text: string, result: string, form: NormalizationForm, log: EditLog): void {
  const parts = new Map<string, string[]>();
  const decompose = (character: string, by: NormalizationForm): string[] => {
    const key = by + character;
    let known = parts.get(key);
    if (!known) {
      known = [...normalize(character, by)];
      parts.set(key, known);
    }
    return known;
  };
  const occurrences = new Occurrences();
  for (const character of text) {
    let change = 0;
    for (const part of decompose(character, form)) {
      occurrences.add(part, change);
      change = 1;
    }
  }
  for (const character of result) {
    // A composed character is as many changes as it has parts, less one for each that it took in.
    let change = 1;
    for (const part of decompose(character, "NFD")) change += occurrences.take(part) - 1;
    log.put(character.length, change);
  }
}
