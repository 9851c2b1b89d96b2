// Small vocabularies whose every mask can be checked by hand.

import { Vocabulary } from "../../../src/index.js";

const encoder = new TextEncoder();

export const END = 0;

/** Token 0 ends a text, token 1 is special, then `texts` in order. */
export function vocabularyOf(texts: readonly (string | Uint8Array)[]): {
  vocabulary: Vocabulary;
  tokens: readonly (Uint8Array | undefined)[];
} {
  const tokens = [
    undefined,
    undefined,
    ...texts.map((text) => (typeof text === "string" ? encoder.encode(text) : text)),
  ];
  return { vocabulary: new Vocabulary({ tokens, endTokens: [END] }), tokens };
}

/** Every text over the letters up to a length. */
export function allTexts(letters: string, length: number): string[] {
  const texts = [""];
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string;
    if (text.length < length) for (const letter of letters) texts.push(text + letter);
  }
  return texts;
}

export function allowedTokens(mask: Uint32Array | undefined, size: number): number[] {
  const ids = Array.from({ length: size }, (_, id) => id);
  return mask === undefined
    ? ids
    : ids.filter((id) => (((mask[id >>> 5] as number) >>> (id & 31)) & 1) === 1);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
