// From a model's definition to an encoder over bytes. Contents become the bytes that
// they stand for in the text that the encoder sees.

import type { BpeModel, Vocabulary } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { CHARACTER_BYTES } from "../unicode/byte-alphabet.js";
import { ContentIndex } from "./content-index.js";
import { BpeEncoder } from "./encoder.js";
import { splitsOf } from "./prepared.js";
import type { Merges } from "./splits.js";
import type { TokenBytes } from "./token-trie.js";
import { byteTokens } from "./unknown.js";
import { sequenceLength } from "./utf8.js";

/**
 * What stands in the buffer that is encoded. `"bytes"`: the text's UTF-8. `"spaces"`: its UTF-8 with
 * each `▁` (U+2581) written as a space, which models with that mark can't tell apart.
 */
export type Content = "bytes" | "spaces";

/** More bytes of contents than any vocabulary has; the trie's keys end there. */
const LONGEST_CONTENTS = 1 << 26;

export function buildEncoder(model: BpeModel, content: Content): BpeEncoder {
  const { vocabulary } = model;
  const prepared = model.prepared?.content === content ? model.prepared : undefined;
  const tokens =
    prepared?.tokens ??
    (content === "bytes" ? rawContents(vocabulary) : spacedContents(vocabulary));
  const { size } = vocabulary;
  const index = new ContentIndex(tokens, size);
  return new BpeEncoder({
    size,
    tokens,
    index,
    merges: () => prepared ?? findMerges(model, tokens, index),
    ofBytes: content === "bytes",
    ignoreMerges: model.ignoreMerges ?? model.merges === undefined,
    unknown: {
      id: model.unkToken === undefined ? -1 : idOfContent(vocabulary, model.unkToken),
      fuse: model.fuseUnk ?? false,
      byteIds: model.byteFallback ? byteTokens(vocabulary, size) : undefined,
    },
    splits: prepared && ((alphabet) => splitsOf(prepared, alphabet, tokens)),
    whole: prepared?.whole,
    distinct: prepared?.distinct ?? model.merged !== undefined,
  });
}

function findMerges(model: BpeModel, tokens: TokenBytes, index: ContentIndex): Merges {
  const { merges, merged } = model;
  if (merges === undefined) return rankedMerges(tokens, index);
  // Merges of what no text gives are there too, and never come about.
  if (merged !== undefined) return { pairs: merges, merged, ranks: counting(merged.length) };
  return listedMerges(merges, tokens, index);
}

function counting(count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

function idOfContent({ bytes, starts, ends, size }: Vocabulary, content: string): number {
  const wanted = new TextEncoder().encode(content);
  for (let id = 0; id < size; id++) {
    const start = starts[id] as number;
    if ((ends[id] as number) - start !== wanted.length) continue;
    if (wanted.every((byte, i) => bytes[start + i] === byte)) return id;
  }
  return -1;
}

function rawContents(vocabulary: Vocabulary): TokenBytes {
  const { bytes, starts, ends } = vocabulary;
  if (vocabulary.encoding === "bytes") return { bytes, starts, ends };
  return rewritten(vocabulary, (out, at, p, end) => {
    while (p < end) {
      const a = bytes[p] as number;
      let point = a;
      if (a < 0x80) p++;
      else {
        point = a < 0xe0 ? ((a & 31) << 6) | ((bytes[p + 1] as number) & 63) : 0x143 + 1;
        p += sequenceLength(a);
      }
      const byte = point < 0x144 ? (CHARACTER_BYTES[point] as number) : -1;
      if (byte < 0) return -1;
      out[at++] = byte;
    }
    return at;
  });
}

function spacedContents(vocabulary: Vocabulary): TokenBytes {
  const { bytes } = vocabulary;
  return rewritten(vocabulary, (out, at, p, end) => {
    while (p < end) {
      const a = bytes[p] as number;
      if (a === 0x20) return -1; // each space is a mark by then
      const mark = a === 0xe2 && bytes[p + 1] === 0x96 && bytes[p + 2] === 0x81;
      out[at++] = mark ? 0x20 : a;
      p += mark ? 3 : 1;
    }
    return at;
  });
}

/**
 * The contents as `write` writes them to `out` from `at` on. It returns where it ends, or -1 for
 * one that no text gives: that is empty.
 */
function rewritten(
  vocabulary: Vocabulary,
  write: (out: Uint8Array, at: number, start: number, end: number) => number,
): TokenBytes {
  const { starts, ends, size } = vocabulary;
  const bytes = new Uint8Array(totalLength(vocabulary));
  const from = new Uint32Array(size);
  const to = new Uint32Array(size);
  let at = 0;
  for (let id = 0; id < size; id++) {
    from[id] = at;
    const end = write(bytes, at, starts[id] as number, ends[id] as number);
    if (end >= 0) at = end;
    to[id] = at;
  }
  return { bytes, starts: from, ends: to };
}

function totalLength({ starts, ends, size }: Vocabulary): number {
  let total = 0;
  for (let id = 0; id < size; id++) total += (ends[id] as number) - (starts[id] as number);
  if (total > LONGEST_CONTENTS) {
    throw new TokenizerError(
      "ERR_LIMIT",
      `the contents of all tokens may have ${LONGEST_CONTENTS} bytes together, and these have ${total}`,
    );
  }
  return total;
}

function listedMerges(listed: Int32Array, tokens: TokenBytes, index: ContentIndex): Merges {
  const count = listed.length >> 1;
  const pairs = new Int32Array(2 * count);
  const merged = new Int32Array(count);
  const ranks = new Int32Array(count);
  const { starts, ends } = tokens;
  let kept = 0;
  let id = 255; // after the bytes
  for (let i = 0; i < count; i++) {
    const left = listed[2 * i] as number;
    const right = listed[2 * i + 1] as number;
    // Most lists make ids in their order.
    id++;
    if (!isJoined(tokens, left, right, id)) id = index.findJoined(left, right);
    if (id < 0 || starts[left] === ends[left] || starts[right] === ends[right]) continue;
    pairs[2 * kept] = left;
    pairs[2 * kept + 1] = right;
    merged[kept] = id;
    ranks[kept++] = i;
  }
  return {
    pairs: pairs.subarray(0, 2 * kept),
    merged: merged.subarray(0, kept),
    ranks: ranks.subarray(0, kept),
  };
}

/** Whether the content of `id` is that of `left` and then that of `right`. */
function isJoined({ bytes, starts, ends }: TokenBytes, left: number, right: number, id: number) {
  if (id >= starts.length) return false;
  let p = starts[id] as number;
  const end = ends[id] as number;
  const first = starts[left] as number;
  const firstEnd = ends[left] as number;
  const second = starts[right] as number;
  const secondEnd = ends[right] as number;
  if (end - p !== firstEnd - first + secondEnd - second) return false;
  for (let q = first; q < firstEnd; p++, q++) if (bytes[p] !== bytes[q]) return false;
  for (let q = second; q < secondEnd; p++, q++) if (bytes[p] !== bytes[q]) return false;
  return true;
}

/** Of a rank file: each way to make a token of two others, with its id as the rank. */
function rankedMerges({ bytes, starts, ends }: TokenBytes, index: ContentIndex): Merges {
  const size = starts.length;
  let pairs = new Int32Array(1 << 16);
  let made = new Int32Array(1 << 15);
  let count = 0;
  for (let id = 0; id < size; id++) {
    const start = starts[id] as number;
    const end = ends[id] as number;
    for (let middle = start + 1; middle < end; middle++) {
      const left = index.find(bytes, start, middle);
      if (left < 0) continue;
      const right = index.find(bytes, middle, end);
      if (right < 0) continue;
      if (count === made.length) {
        const morePairs = new Int32Array(4 * count);
        morePairs.set(pairs);
        pairs = morePairs;
        const moreMade = new Int32Array(2 * count);
        moreMade.set(made);
        made = moreMade;
      }
      pairs[2 * count] = left;
      pairs[2 * count + 1] = right;
      made[count++] = id;
    }
  }
  const merged = made.subarray(0, count);
  return { pairs: pairs.subarray(0, 2 * count), merged, ranks: merged };
}
