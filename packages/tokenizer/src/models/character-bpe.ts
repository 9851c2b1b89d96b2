// BPE as Hugging Face's tokenizers does it, for every option of the model, and as
// tiktoken does it for rank files. Written to be read: the fast engine is tested against it.
//
// A piece becomes symbols, a linked list of ids. The pair of the least rank merges,
// the leftmost first, until no pair has a rank.

import type { BpeModel } from "../definition.js";
import { ensure } from "../errors.js";
import { MergeQueue, positionOf, rankOf } from "./merge-queue.js";
import { MergeTable } from "./merge-table.js";
import type { PieceModel, PushToken } from "./piece-model.js";
import { VocabularyIndex } from "./vocabulary.js";

const encoder = new TextEncoder();

export class CharacterBpe implements PieceModel {
  readonly #model: BpeModel;
  readonly #index: VocabularyIndex;
  readonly #merges: MergeTable | undefined; // none: the id of what a pair spells is its rank
  readonly #unk: number;
  readonly #byteTokens: Int32Array | undefined;
  readonly #queue = new MergeQueue();

  // Symbols: id, length in bytes (0: merged away), and the places of their neighbours (-1: none).
  #count = 0;
  #ids = new Int32Array(256);
  #lengths = new Int32Array(256);
  #previous = new Int32Array(256);
  #next = new Int32Array(256);
  #offsets = new Int32Array(256); // where a symbol begins in the bytes of the piece
  #bytes = new Uint8Array(0);

  constructor(model: BpeModel) {
    const { vocabulary, merges, continuingSubwordPrefix, unkToken } = model;
    this.#model = model;
    this.#index = new VocabularyIndex(vocabulary);
    const prefix = encoder.encode(continuingSubwordPrefix ?? "").length;
    ensure(
      merges !== undefined || vocabulary.encoding === "bytes",
      "ERR_FORMAT",
      () => "a BPE model whose vocabulary is text needs merges, found none",
    );
    this.#merges = merges && new MergeTable(merges, vocabulary, this.#index, prefix);
    this.#unk = unkToken === undefined ? -1 : this.#index.findText(unkToken);
    if (model.byteFallback) this.#byteTokens = this.#index.byteTokens();
  }

  tokenize(piece: string, push: PushToken): void {
    if (piece === "") return;
    if (this.#model.ignoreMerges || this.#merges === undefined) {
      const whole = this.#index.findText(piece);
      if (whole >= 0) {
        push(whole, 0, piece.length);
        return;
      }
    }
    this.#reserve();
    if (this.#model.vocabulary.encoding === "bytes") this.#splitBytes(piece);
    else this.#splitCharacters(piece);
    this.#mergeAll();
    this.#give(piece, push);
  }

  #splitBytes(piece: string): void {
    this.#bytes = encoder.encode(piece);
    for (let i = 0; i < this.#bytes.length; i++) {
      this.#add(this.#index.find(this.#bytes, i, i + 1), 1);
    }
  }

  /** A symbol for each character, with the prefix and the suffix where they belong. */
  #splitCharacters(piece: string): void {
    const { continuingSubwordPrefix = "", endOfWordSuffix = "", fuseUnk, unkToken } = this.#model;
    const byteTokens = this.#byteTokens;
    let unknown = 0; // bytes of the unknown token that is not yet a symbol
    for (let i = 0; i < piece.length; ) {
      const point = piece.codePointAt(i) as number;
      const end = i + (point > 0xffff ? 2 : 1);
      const length = point < 0x80 ? 1 : point < 0x800 ? 2 : point > 0xffff ? 4 : 3;
      let content = piece.slice(i, end);
      if (i > 0) content = continuingSubwordPrefix + content;
      if (end === piece.length) content += endOfWordSuffix;
      i = end;

      const id = this.#index.findText(content);
      if (id >= 0) {
        if (unknown > 0) this.#add(this.#unk, unknown);
        unknown = 0;
        this.#add(id, length);
        continue;
      }
      if (byteTokens !== undefined) {
        const bytes = encoder.encode(content);
        if (bytes.every((byte) => (byteTokens[byte] as number) >= 0)) {
          // These overtake an unknown token that waits: so it is in Hugging Face's.
          for (const byte of bytes) this.#add(byteTokens[byte] as number, 1);
          continue;
        }
      }
      if (unkToken === undefined) continue; // the character is lost
      ensure(
        this.#unk >= 0,
        "ERR_UNKNOWN_TOKEN",
        () =>
          `the vocabulary has neither ${JSON.stringify(content)} nor the unknown token ${JSON.stringify(unkToken)}`,
      );
      if (unknown > 0 && !fuseUnk) this.#add(this.#unk, unknown);
      unknown = fuseUnk ? unknown + length : length;
    }
    if (unknown > 0) this.#add(this.#unk, unknown);
  }

  #mergeAll(): void {
    const queue = this.#queue;
    const [ids, lengths, previous, next] = [this.#ids, this.#lengths, this.#previous, this.#next];
    const offer = (left: number) => {
      const rank = this.#rank(left);
      if (rank >= 0) queue.push(rank, left);
    };
    queue.reset(this.#count);
    for (let at = 0; at + 1 < this.#count; at++) offer(at);

    for (let entry = queue.pop(); entry >= 0; entry = queue.pop()) {
      const left = positionOf(entry);
      const right = next[left] as number;
      if (lengths[left] === 0 || right < 0) continue;
      // The pair may be another one by now. It still merges here if it makes the same token.
      const made = this.#made(rankOf(entry));
      const rank = this.#rank(left);
      if (rank < 0 || this.#made(rank) !== made) continue;

      ids[left] = made;
      lengths[left] = (lengths[left] as number) + (lengths[right] as number);
      lengths[right] = 0;
      const after = next[right] as number;
      next[left] = after;
      if (after >= 0) previous[after] = left;
      if ((previous[left] as number) >= 0) offer(previous[left] as number);
      if (after >= 0) offer(left);
    }
  }

  /** The rank of the pair whose left side is `left`, or -1. */
  #rank(left: number): number {
    const right = this.#next[left] as number;
    if (this.#merges !== undefined) {
      return this.#merges.rank(this.#ids[left] as number, this.#ids[right] as number);
    }
    const end = (this.#offsets[right] as number) + (this.#lengths[right] as number);
    return this.#index.find(this.#bytes, this.#offsets[left] as number, end);
  }

  #made(rank: number): number {
    return this.#merges === undefined ? rank : (this.#merges.made[rank] as number);
  }

  /** Gives the symbols that are left; a range in bytes becomes that of all characters it touches. */
  #give(piece: string, push: PushToken): void {
    let offset = 0; // in bytes, of the symbol
    let walked = 0; // in bytes, of the character at `unit`
    let unit = 0;
    for (let at = 0; at < this.#count; at++) {
      const length = this.#lengths[at] as number;
      if (length === 0) continue;
      const id = this.#ids[at] as number;
      ensure(
        id >= 0,
        "ERR_UNKNOWN_TOKEN",
        () => `the vocabulary has no token for the byte ${this.#bytes[offset]}`,
      );
      const end = offset + length;
      let start = unit;
      let touched = unit;
      for (let bytes = walked; bytes < end && touched < piece.length; ) {
        const point = piece.codePointAt(touched) as number;
        const units = point > 0xffff ? 2 : 1;
        bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point > 0xffff ? 4 : 3;
        touched += units;
        if (bytes <= offset) start = touched;
        if (bytes <= end) {
          walked = bytes;
          unit = touched;
        }
      }
      push(id, start, touched);
      offset = end;
    }
  }

  /** Empties the symbols, and forgets the room that a huge piece took. */
  #reserve(): void {
    this.#count = 0;
    if (this.#ids.length > 2 ** 16) this.#resize(256);
  }

  #add(id: number, length: number): void {
    const at = this.#count++;
    if (at === this.#ids.length) this.#resize(at * 2);
    this.#ids[at] = id;
    this.#lengths[at] = length;
    this.#previous[at] = at - 1;
    this.#next[at] = -1;
    if (at > 0) this.#next[at - 1] = at;
    this.#offsets[at] =
      at > 0 ? (this.#offsets[at - 1] as number) + (this.#lengths[at - 1] as number) : 0;
  }

  #resize(length: number): void {
    const resized = (array: Int32Array) => {
      const other = new Int32Array(length);
      other.set(array.subarray(0, Math.min(length, array.length)));
      return other;
    };
    this.#ids = resized(this.#ids);
    this.#lengths = resized(this.#lengths);
    this.#previous = resized(this.#previous);
    this.#next = resized(this.#next);
    this.#offsets = resized(this.#offsets);
  }
}
