// Learning from pieces given by hand, and a plain reference that counts all pairs
// anew before each merge.

import type { BpeModel, TokenizerDefinition, Vocabulary } from "../../src/definition.js";
import { compilePattern } from "../../src/pattern/pattern.js";
import { MergeLearner } from "../../src/training/merge-learner.js";
import { PieceCounter } from "../../src/training/piece-counter.js";
import { type DigitGrouping, Splitter } from "../../src/training/split.js";
import { TokenNames } from "../../src/training/token-names.js";
import { BYTE_CHARACTERS } from "../../src/unicode/byte-alphabet.js";

export interface Limits {
  vocabularySize?: number;
  minFrequency?: number;
  maxTokenLength?: number;
  specialTokens?: string[];
}

export type Pieces = readonly (readonly [piece: string, count: number])[];

/** The merges as pairs of names, and the names by id. */
export async function learn(
  pieces: Pieces,
  limits: Limits = {},
): Promise<{ merges: string[]; names: string[]; counted: PieceCounter }> {
  const { vocabularySize = 30256, minFrequency = 0, maxTokenLength = 0x7fffffff } = limits;
  const counted = new PieceCounter();
  for (const [piece, count] of pieces) {
    const bytes = new TextEncoder().encode(piece);
    counted.add(bytes, 0, bytes.length, count);
  }
  const names = new TokenNames(limits.specialTokens ?? [], vocabularySize);
  const learner = new MergeLearner(counted, names, {
    vocabularySize,
    minFrequency,
    maxTokenLength,
  });
  await learner.prepare(() => undefined);
  while (learner.advance());
  const merges: string[] = [];
  for (let i = 0; i < 2 * learner.mergeCount; i += 2) {
    merges.push(
      `${names.names[learner.merges[i] as number]} ${names.names[learner.merges[i + 1] as number]}`,
    );
  }
  return { merges, names: names.names, counted };
}

/** The merges of ASCII pieces. */
export function learnNaively(pieces: Pieces, limits: Limits = {}): string[] {
  const { vocabularySize = 30256, minFrequency = 0, maxTokenLength = 0x7fffffff } = limits;
  const names = new TokenNames([], vocabularySize);
  const together = new Map<string, number>();
  for (const [piece, count] of pieces) together.set(piece, (together.get(piece) ?? 0) + count);
  let words = [...together].map(([piece, count]) => ({ tokens: [...piece], count }));
  const merges: string[] = [];
  while (names.size < vocabularySize) {
    const counts = new Map<string, number>();
    for (const { tokens, count } of words) {
      for (let i = 0; i + 1 < tokens.length; i++) {
        const left = tokens[i] as string;
        const right = tokens[i + 1] as string;
        if (left.length + right.length > maxTokenLength) continue;
        counts.set(`${left} ${right}`, (counts.get(`${left} ${right}`) ?? 0) + count);
      }
    }
    let best: { pair: string; count: number; left: number; right: number } | undefined;
    for (const [pair, count] of counts) {
      const [left, right] = pair.split(" ").map((name) => names.ids.get(name) as number) as [
        number,
        number,
      ];
      const better =
        best === undefined ||
        count > best.count ||
        (count === best.count && (left < best.left || (left === best.left && right < best.right)));
      if (better) best = { pair, count, left, right };
    }
    if (best === undefined || best.count < Math.max(1, minFrequency)) break;
    const made = names.size;
    if (names.join(best.left, best.right) !== made)
      throw new Error(`${best.pair} is spelled twice`);
    merges.push(best.pair);
    const [left, right] = best.pair.split(" ") as [string, string];
    words = words.map(({ tokens, count }) => {
      const after: string[] = [];
      for (let i = 0; i < tokens.length; i++) {
        if (tokens[i] === left && tokens[i + 1] === right) {
          after.push(left + right);
          i++;
        } else after.push(tokens[i] as string);
      }
      return { tokens: after, count };
    });
  }
  return merges;
}

/** The pieces of a text. */
export function cut(text: string, digits: DigitGrouping, pattern?: string): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const bytes = new TextEncoder().encode(text);
  const splitter = new Splitter(compilePattern, pattern, digits, (from, start, end) =>
    pieces.push(from.slice(start, end)),
  );
  if (!splitter.byBytes) splitter.cutText(text);
  else for (let at = 0; at < bytes.length; ) at = splitter.cut(bytes, at, bytes.length, 2);
  return pieces;
}

/** The tokens of a piece by a plain reading of the merges: the best pair first, from the left. */
export function encodePiece(piece: Uint8Array, definition: TokenizerDefinition): number[] {
  const { vocabulary, merges } = definition.model as BpeModel;
  const ranks = new Map<string, number>();
  for (let i = 0; merges && i < merges.length; i += 2)
    ranks.set(`${merges[i]} ${merges[i + 1]}`, i);
  const names = contents(vocabulary);
  let ids = [...piece].map((byte) => names.indexOf(BYTE_CHARACTERS[byte] as string));
  for (;;) {
    const rankAt = (i: number): number => ranks.get(`${ids[i]} ${ids[i + 1]}`) ?? Infinity;
    const best = Math.min(...ids.slice(1).map((_, i) => rankAt(i)));
    if (best === Infinity) return ids;
    const after: number[] = [];
    for (let i = 0; i < ids.length; i++) {
      if (i + 1 < ids.length && rankAt(i) === best) {
        const left = names[ids[i] as number] as string;
        after.push(names.indexOf(left + names[ids[++i] as number]));
      } else after.push(ids[i] as number);
    }
    ids = after;
  }
}

/** The contents of tokens by id. */
export function contents(vocabulary: Vocabulary): string[] {
  return Array.from({ length: vocabulary.size }, (_, id) =>
    new TextDecoder().decode(vocabulary.bytes.subarray(vocabulary.starts[id], vocabulary.ends[id])),
  );
}
