// Byte-pair encoding of one piece at a time. Most pieces are found whole in the piece
// table; what is not is encoded from left to right over the token trie, taking the
// longest token that can stand after the one before it and going back where none can.
// That is linear in the piece, since no position is left twice in vain.

import type { ContentIndex } from "./content-index.js";
import { MergeQueue } from "./merge-queue.js";
import { PairTable } from "./pair-table.js";
import { PartialPairs } from "./partial-pairs.js";
import { LONGEST_KEY, PieceTable } from "./piece-table.js";
import { findSplits, type Merges, NEVER, RANK, type Splits, standsTogether } from "./splits.js";
import { type TokenBytes, TokenTrie } from "./token-trie.js";
import { type Unknown, writeUnknown } from "./unknown.js";
import { codePointAt, sequenceLength } from "./utf8.js";

export interface EncoderParts {
  /** Ids are below this. */
  readonly size: number;
  readonly tokens: TokenBytes;
  readonly index: ContentIndex;
  /** Asked for once, when a text needs them. */
  readonly merges: () => Merges;
  /** Whether the alphabet, which exists before any merge, is bytes rather than characters. */
  readonly ofBytes: boolean;
  /** A piece that is a token is that token, whatever the merges say. */
  readonly ignoreMerges: boolean;
  readonly unknown: Unknown;
  /** What {@link findSplits} gives, where it is known already. */
  readonly splits?: ((alphabet: Uint8Array) => Splits) | undefined;
  /** A bit for each id: whether its content is encoded as itself, where that is known already. */
  readonly whole?: Uint8Array | undefined;
  /** No content is that of two ids. */
  readonly distinct?: boolean;
}

/** Misses and bytes after which the trie is worth its 20 milliseconds. */
const PATIENCE_PIECES = 64;
const PATIENCE_BYTES = 256;
/** Tokens that the piece table has once the trie is built: so many fit the caches. */
const PRELOADED = 1 << 14;
/** Pieces that it has room for then, before it has to grow. */
const ROOM = 1 << 16;
/** Texts that are encoded when the trie is built, so that the code is optimised by then. */
const PRIMING = 3000;
/** Tokens that are tried one by one before all splits are worth their 20 milliseconds. */
const PATIENCE_TOKENS = 256;
/** Bytes of pieces whose merges are looked for one by one. */
const LONGEST_TRIED = 64;
/** Answers about neighbours that are kept: a power of two. */
const MEMO = 1 << 15;

export class BpeEncoder {
  readonly #parts: EncoderParts;
  #allMerges: Merges | undefined;
  #pairTable: PairTable | undefined;
  #splits: Splits | undefined;
  readonly pieces = new PieceTable();
  /**
   * Whether no merge makes a token with a space after another character: then no merge
   * crosses the beginning of a run of spaces, and a text may be cut there.
   */
  readonly spacesLead: boolean;
  #lengths: Int32Array | undefined;
  /** The token of characters that have none, or -1. */
  readonly unknownId: number;
  readonly #mergeQueue = new MergeQueue();
  #partialPairs: PartialPairs | undefined;
  readonly #character = new Map<number, number>();
  readonly #byteToken = new Int32Array(256).fill(-1);
  /** While it is, pieces that the table does not hold are left out. */
  asleep = false;
  #trie: TokenTrie | undefined;
  /** Whether each piece that is a token as a whole is found in the trie. */
  #trieHasAll = false;
  #misses = 0;
  #tried = 0;
  /** Three numbers an answer: the two tokens + 1, and 1 for yes. */
  #memo = new Int32Array(0);
  /** By place in a piece: 1 where no sequence of tokens goes on from. */
  #dead = new Uint8Array(256);
  /** Where that array may have ones. */
  #deadEnd = 0;
  readonly #key = new Int32Array(4);
  readonly #keyBytes = new Uint8Array(this.#key.buffer);

  constructor(parts: EncoderParts) {
    const { index, ofBytes } = parts;
    this.#parts = parts;
    this.unknownId = parts.unknown.id;
    const byte = new Uint8Array(1);
    for (let b = 0; b < (ofBytes ? 256 : 128); b++) {
      byte[0] = b;
      this.#byteToken[b] = index.find(byte, 0, 1);
    }
    this.spacesLead = ofBytes || (!this.#losesCharacters() && this.#spacesLead());
  }

  /**
   * Whether what becomes of every character is as it is defined. It may not be where the mark of
   * spaces has no token, or some bytes have fallback tokens and others not.
   */
  get isExact(): boolean {
    const { ofBytes, unknown, index } = this.#parts;
    const { byteIds } = unknown;
    const some = byteIds?.some((id) => id >= 0) ?? false;
    if (ofBytes) return !some || this.#byteToken.every((id) => id >= 0);
    // A character of one byte that is a token never falls back: Gemma 2 has a tab and no <0x09>.
    const byte = new Uint8Array(1);
    const never = (b: number) => {
      byte[0] = b;
      return b < 0x80 && index.find(byte, 0, 1) >= 0;
    };
    return never(0x20) && (!some || byteIds?.every((id, b) => id >= 0 || never(b)) === true);
  }

  // Loading is faster by what only longer texts need.

  get #merges(): Merges {
    this.#allMerges ??= this.#parts.merges();
    return this.#allMerges;
  }

  get #pairs(): PairTable {
    this.#pairTable ??= tabulate(this.#merges);
    return this.#pairTable;
  }

  get splits(): Splits {
    if (this.#splits === undefined) {
      const { size, tokens, ofBytes, splits } = this.#parts;
      const alphabet = alphabetOf(tokens, size, ofBytes);
      this.#splits = splits ? splits(alphabet) : findSplits(this.#merges, this.#pairs, alphabet);
    }
    return this.#splits;
  }

  /** Bytes of each token by id. */
  get lengths(): Int32Array {
    if (this.#lengths === undefined) {
      const { size, tokens, unknown } = this.#parts;
      const lengths = new Int32Array(size);
      for (let id = 0; id < size; id++) {
        lengths[id] = (tokens.ends[id] as number) - (tokens.starts[id] as number);
      }
      // In a text, a fallback token is as long as the byte that it stands for.
      for (const id of unknown.byteIds ?? []) if (id >= 0) lengths[id] = 1;
      this.#lengths = lengths;
    }
    return this.#lengths;
  }

  /** What a compiled file keeps of this encoder. */
  get known() {
    const { tokens, distinct = false } = this.#parts;
    return { merges: this.#merges, splits: this.splits, tokens, distinct };
  }

  /** Whether a character can leave nothing, so that those around it become neighbours. */
  #losesCharacters(): boolean {
    const { id, byteIds } = this.#parts.unknown;
    return id < 0 && !byteIds?.every((byteId) => byteId >= 0);
  }

  #spacesLead(): boolean {
    const { bytes, starts, ends } = this.#parts.tokens;
    for (const id of this.#merges.merged) {
      let p = starts[id] as number;
      const end = ends[id] as number;
      while (p < end && bytes[p] === 0x20) p++;
      while (p < end && bytes[p] !== 0x20) p++;
      if (p < end) return false;
    }
    return true;
  }

  /** The tokens that are results of encoding their own content. */
  #ids(): Int32Array {
    const { splits } = this;
    const { size, tokens } = this.#parts;
    const { starts, ends } = tokens;
    const ids = new Int32Array(size);
    let n = 0;
    for (let id = 0; id < size; id++) {
      if (starts[id] !== ends[id] && splits[4 * id + RANK] !== NEVER) ids[n++] = id;
    }
    return ids.subarray(0, n);
  }

  /** Whether a piece that is this token's content is this token. */
  #isWhole(id: number): boolean {
    const { ignoreMerges, whole, distinct, tokens } = this.#parts;
    if (ignoreMerges) return true;
    if (whole !== undefined) return (((whole[id >> 3] as number) >> (id & 7)) & 1) === 1;
    const start = tokens.starts[id] as number;
    const end = tokens.ends[id] as number;
    const tried = this.#splits === undefined && distinct === true && end - start <= LONGEST_TRIED;
    if (!tried || ++this.#tried > PATIENCE_TOKENS) return this.splits[4 * id + RANK] !== NEVER;
    const out = new Int32Array(end - start);
    return this.#merge(tokens.bytes, start, end, out, 0) === 1 && out[0] === id;
  }

  /** As {@link encodeMiss}, for a piece that can be a token. */
  encodePiece(buffer: Uint8Array, p: number, end: number, out: Int32Array, on: number): number {
    // The longest token is the first that the walk looks at.
    if (this.#trieHasAll) return this.encodeMiss(buffer, p, end, out, on);
    const id = this.#parts.index.find(buffer, p, end);
    if (this.asleep) {
      // Whatever it is: the loop shall know pieces of one token and of several.
      const last = on + (id >= 0 ? 1 : Math.min(end - p, 2));
      this.#remember(buffer, p, end, out, on, last);
      return last;
    }
    if (id < 0 || !this.#isWhole(id)) return this.encodeMiss(buffer, p, end, out, on);
    out[on] = id;
    this.#remember(buffer, p, end, out, on, on + 1);
    return on + 1;
  }

  /**
   * Encodes `buffer[p..end)`, which the piece table does not hold, to `out` from `on`, where
   * there must be room for a token a byte. Eight bytes after `end` must be readable.
   *
   * @returns the end of what was written.
   */
  encodeMiss(buffer: Uint8Array, p: number, end: number, out: Int32Array, on: number): number {
    const length = end - p;
    if (this.#trie === undefined && (++this.#misses > PATIENCE_PIECES || length > PATIENCE_BYTES)) {
      const ids = this.#ids();
      const { ignoreMerges, tokens } = this.#parts;
      this.#trieHasAll = !ignoreMerges || ids.length === countTokens(tokens);
      this.#trie = new TokenTrie(this.#parts.tokens, ids);
      this.#memo = new Int32Array(MEMO * 4);
      this.#prime(this.#trie, buffer, p, end);
      this.#preload(ids);
    }
    let last = -1;
    if (this.#trie !== undefined) last = this.#walk(this.#trie, buffer, p, end, out, on);
    if (last < 0) last = this.#merge(buffer, p, end, out, on);
    this.#remember(buffer, p, end, out, on, last);
    return last;
  }

  #remember(
    buffer: Uint8Array,
    p: number,
    end: number,
    out: Int32Array,
    on: number,
    last: number,
  ): void {
    const length = end - p;
    if (length > LONGEST_KEY || last === on) return;
    const key = this.#key;
    key[0] = 0;
    key[1] = 0;
    key[2] = 0;
    key[3] = 0;
    for (let i = 0; i < length; i++) this.#keyBytes[i] = buffer[p + i] as number;
    this.pieces.remember(key, length, out, on, last - on);
  }

  /**
   * Takes each way through {@link TokenTrie.longest} and {@link #walk} before a text does, often
   * enough for them to be optimised. Code that is optimised before a rare way was taken is thrown
   * away when it first is, in the middle of a text.
   */
  #prime(trie: TokenTrie, buffer: Uint8Array, p: number, end: number): void {
    const text = new TextEncoder().encode("a é中😀 the 中文 internationally zqxj\u{10ffff}\u0378");
    for (let i = 0; i < text.length; i++) {
      for (let last = i + 1; last <= text.length; last++) trie.longest(text, i, last);
    }
    this.#walk(trie, text, 0, text.length, new Int32Array(text.length), 0);
    this.#walk(trie, buffer, p, end, new Int32Array(end - p), 0);
    // Tokens side by side in the vocabulary's bytes are texts of the right kind.
    const { bytes, starts, ends } = this.#parts.tokens;
    const out = new Int32Array(64);
    for (let id = 0; id + 2 < starts.length && id < PRIMING; id++) {
      const start = starts[id] as number;
      const last = Math.min(ends[id + 2] as number, start + 16);
      if (start < last) this.encodePiece(bytes, start, last, out, 0);
    }
  }

  /** Makes the tokens that were learned first, which texts have most, known to the piece table. */
  #preload(ids: Int32Array): void {
    const { bytes, starts, ends } = this.#parts.tokens;
    const count = Math.min(ids.length, PRELOADED);
    this.pieces.reserve(ROOM);
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number;
      this.#remember(bytes, starts[id] as number, ends[id] as number, ids, i, i + 1);
    }
  }

  /** From left to right; -1 when no sequence of tokens can stand here. */
  #walk(
    trie: TokenTrie,
    buffer: Uint8Array,
    p: number,
    end: number,
    out: Int32Array,
    from: number,
  ): number {
    const { lengths } = this;
    const { shorter } = trie;
    if (this.#dead.length <= end - p) this.#dead = new Uint8Array(2 * (end - p));
    else if (this.#deadEnd > 0) this.#dead.fill(0, 0, this.#deadEnd);
    this.#deadEnd = 0;
    const dead = this.#dead;
    let on = from;
    let floor = from; // tokens before this stay: an unknown character stands between
    let at = p;
    let previous = -1;
    let fused = false;
    let token = trie.longest(buffer, at, end);
    for (;;) {
      if (token >= 0) {
        const after = at + (lengths[token] as number);
        if (dead[after - p] === 0 && (previous < 0 || this.#standsTogether(previous, token))) {
          out[on++] = token;
          previous = token;
          at = after;
          if (at === end) return on;
          token = trie.longest(buffer, at, end);
        } else {
          token = shorter[token] as number;
          if (token >= 0) continue;
          dead[at - p] = 1;
          this.#deadEnd = end - p + 1;
          if (on === floor) return -1;
          token = out[--on] as number;
          at -= lengths[token] as number;
          previous = on > floor ? (out[on - 1] as number) : -1;
        }
        continue;
      }
      const after = Math.min(end, at + this.#unit(buffer, at));
      const { unknown } = this.#parts;
      const before = on;
      on = writeUnknown(unknown, buffer, at, after, out, on, fused && on === floor);
      // A character that leaves nothing doesn't keep its neighbours apart.
      if (on === before && unknown.id < 0) return -1;
      floor = on;
      fused = true;
      previous = -1;
      at = after;
      if (at === end) return on;
      token = trie.longest(buffer, at, end);
    }
  }

  #unit(buffer: Uint8Array, at: number): number {
    return this.#parts.ofBytes ? 1 : sequenceLength(buffer[at] as number);
  }

  #standsTogether(first: number, second: number): boolean {
    const memo = this.#memo;
    const h = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
    const s = ((h ^ (h >>> 15)) & (MEMO - 1)) << 2;
    if (memo[s] === first + 1 && memo[s + 1] === second) return memo[s + 2] === 1;
    const answer = standsTogether(this.#pairs, this.splits, first, second);
    memo[s] = first + 1;
    memo[s + 1] = second;
    memo[s + 2] = answer ? 1 : 0;
    return answer;
  }

  #characterToken(buffer: Uint8Array, at: number): number {
    const point = codePointAt(buffer, at);
    let id = this.#character.get(point);
    if (id === undefined) {
      id = this.#parts.index.find(buffer, at, at + this.#unit(buffer, at));
      if (id >= 0) this.#character.set(point, id);
    }
    return id;
  }

  /** The pairs that can merge in `buffer[p..end)`: only those, until all are tabulated. */
  #pairsIn(buffer: Uint8Array, p: number, end: number): PairTable {
    const { distinct, tokens, index } = this.#parts;
    if (distinct !== true || this.#pairTable !== undefined || end - p > LONGEST_TRIED) {
      return this.#pairs;
    }
    this.#partialPairs ??= new PartialPairs(tokens, index, this.#merges);
    return this.#partialPairs.within(buffer, p, end);
  }

  /** By the definition. Unknown units are written as negative numbers, which merge with nothing. */
  #merge(buffer: Uint8Array, p: number, end: number, out: Int32Array, from: number): number {
    const { ofBytes, unknown } = this.#parts;
    const tokens = this.#mergeQueue.tokens(end - p);
    let count = 0;
    for (let at = p; at < end; at += this.#unit(buffer, at)) {
      const byte = buffer[at] as number;
      const id =
        ofBytes || byte < 0x80
          ? (this.#byteToken[byte] as number)
          : this.#characterToken(buffer, at);
      if (id < 0 && unknown.id < 0) {
        const after = at + this.#unit(buffer, at);
        if (writeUnknown(unknown, buffer, at, after, out, from, false) === from) continue;
      }
      tokens[count++] = id >= 0 ? id : p - at - 1;
    }
    const last = this.#mergeQueue.merge(this.#pairsIn(buffer, p, end), count, out, from);
    let negative = from;
    while (negative < last && (out[negative] as number) >= 0) negative++;
    if (negative === last) return last;
    // What unknown characters become can be longer than the one place they have.
    const merged = out.slice(from, last);
    let on = from;
    let fused = false;
    for (const token of merged) {
      if (token >= 0) {
        out[on++] = token;
        fused = false;
        continue;
      }
      const at = p - token - 1;
      on = writeUnknown(unknown, buffer, at, at + this.#unit(buffer, at), out, on, fused);
      fused = true;
    }
    return on;
  }
}

/** By id: 1 for tokens that exist before any merge. */
function alphabetOf({ bytes, starts, ends }: TokenBytes, size: number, ofBytes: boolean) {
  const alphabet = new Uint8Array(size);
  for (let id = 0; id < size; id++) {
    const start = starts[id] as number;
    const length = (ends[id] as number) - start;
    if (length > 0 && length === (ofBytes ? 1 : sequenceLength(bytes[start] as number))) {
      alphabet[id] = 1;
    }
  }
  return alphabet;
}

function tabulate({ pairs, merged, ranks }: Merges): PairTable {
  const table = new PairTable(merged.length);
  for (let i = 0; i < merged.length; i++) {
    table.add(
      pairs[2 * i] as number,
      pairs[2 * i + 1] as number,
      ranks[i] as number,
      merged[i] as number,
    );
  }
  return table;
}

function countTokens({ starts, ends }: TokenBytes): number {
  let count = 0;
  for (let id = 0; id < starts.length; id++) if (starts[id] !== ends[id]) count++;
  return count;
}
