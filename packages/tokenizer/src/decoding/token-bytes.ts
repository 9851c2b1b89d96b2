// What each token puts into the decoded text, as bytes, for the decoders that only put
// bytes one after another: byte-level ones, and SentencePiece's with byte fallback.

import type { Component, TokenizerDefinition, Vocabulary } from "../definition.js";
import type { TokenNames } from "../token-names.js";
import { CHARACTER_BYTES } from "../unicode/byte-alphabet.js";

export interface DecodedTokens {
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** By id: 1 where a token is one byte of a character that has no token. */
  readonly fallback?: Uint8Array | undefined;
  /** Spaces at the beginning of the text that are left out. */
  readonly stripped: number;
  /** By id: 1 for special tokens, {@link MISSING} where no token has the id. */
  readonly special: Uint8Array;
}

export const MISSING = 2;

/** What a chain of decoders does, or undefined when it does more than putting bytes together. */
interface Chain {
  readonly byteLevel: boolean;
  /** `▁` becomes a space. */
  readonly mark: boolean;
  readonly fallback: boolean;
  readonly stripped: number;
}

function chainOf(decoder: Component | undefined, vocabulary: Vocabulary): Chain | undefined {
  const chain = { byteLevel: false, mark: false, fallback: false, stripped: 0 };
  if (vocabulary.encoding === "bytes") {
    return decoder === undefined || decoder.type === "ByteLevel" ? chain : undefined;
  }
  if (decoder?.type === "ByteLevel") return { ...chain, byteLevel: true };
  if (decoder?.type !== "Sequence" || !Array.isArray(decoder["decoders"])) return undefined;
  let fused = false;
  for (const part of decoder["decoders"] as Component[]) {
    const pattern = part["pattern"] as { String?: unknown } | undefined;
    if (part.type === "Replace" && pattern?.String === "▁" && part["content"] === " " && !fused) {
      if (chain.fallback) return undefined;
      chain.mark = true;
    } else if (part.type === "ByteFallback" && !fused) chain.fallback = true;
    else if (part.type === "Fuse") fused = true;
    else if (part.type === "Strip" && part["content"] === " " && part["stop"] === 0 && fused) {
      chain.stripped = Number(part["start"]);
    } else return undefined;
  }
  return fused ? chain : undefined;
}

/**
 * The bytes of all tokens, added ones included; undefined when the decoder of the definition
 * has to see the tokens one by one.
 */
export function decodedTokens(
  definition: TokenizerDefinition,
  names: TokenNames,
): DecodedTokens | undefined {
  const { vocabulary } = definition.model;
  const chain = chainOf(definition.decoder, vocabulary);
  if (chain === undefined) return undefined;
  const encoder = new TextEncoder();
  const added = new Map(
    definition.addedTokens.map(({ id }) => [id, encoder.encode(names.token(id))]),
  );
  const { size } = names;
  let total = 0;
  for (const { length } of added.values()) total += length;
  for (let id = 0; id < vocabulary.size; id++) {
    total += (vocabulary.ends[id] as number) - (vocabulary.starts[id] as number);
  }
  const bytes = new Uint8Array(total);
  const starts = new Uint32Array(size);
  const ends = new Uint32Array(size);
  const special = new Uint8Array(size);
  const fallback = chain.fallback ? new Uint8Array(size) : undefined;
  const toByte = CHARACTER_BYTES;
  let at = 0;
  for (let id = 0; id < size; id++) {
    const token = added.get(id);
    let from = vocabulary.bytes;
    let start = id < vocabulary.size ? (vocabulary.starts[id] as number) : 0;
    let end = id < vocabulary.size ? (vocabulary.ends[id] as number) : 0;
    if (token !== undefined) {
      from = token;
      start = 0;
      end = from.length;
      if (names.isSpecial(id)) special[id] = 1;
    } else if (start === end) special[id] = MISSING;
    starts[id] = at;
    if (chain.byteLevel) at = writeByteLevel(from, start, end, toByte, bytes, at);
    else at = writeMarked(from, start, end, chain.mark, bytes, at);
    ends[id] = at;
    if (fallback !== undefined && end - start === 6 && from[start] === 0x3c) {
      const text = String.fromCharCode(...from.subarray(start, end));
      if (/^<0x[0-9A-Fa-f]{2}>$/.test(text)) {
        at = starts[id] as number;
        bytes[at++] = Number.parseInt(text.slice(3, 5), 16);
        ends[id] = at;
        fallback[id] = 1;
      }
    }
  }
  return { size, bytes, starts, ends, special, fallback, stripped: chain.stripped };
}

/** A token with a character outside the alphabet of bytes stands for its own UTF-8. */
function writeByteLevel(
  from: Uint8Array,
  start: number,
  end: number,
  toByte: Int16Array,
  bytes: Uint8Array,
  on: number,
): number {
  let at = on;
  for (let p = start; p < end; p++) {
    const a = from[p] as number;
    let point = a;
    if (a >= 0x80) point = a < 0xe0 ? ((a & 31) << 6) | ((from[++p] as number) & 63) : 0xffff;
    const byte = point < 0x144 ? (toByte[point] as number) : -1;
    if (byte < 0) {
      bytes.set(from.subarray(start, end), on);
      return on + end - start;
    }
    bytes[at++] = byte;
  }
  return at;
}

function writeMarked(
  from: Uint8Array,
  start: number,
  end: number,
  mark: boolean,
  bytes: Uint8Array,
  on: number,
): number {
  let at = on;
  for (let p = start; p < end; p++) {
    if (mark && from[p] === 0xe2 && from[p + 1] === 0x96 && from[p + 2] === 0x81) {
      bytes[at++] = 0x20;
      p += 2;
    } else bytes[at++] = from[p] as number;
  }
  return at;
}
