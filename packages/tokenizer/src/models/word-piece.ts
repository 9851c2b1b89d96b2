// WordPiece: from the left, the longest token that fits, with the continuing prefix
// anywhere but at the start of the word; a word that can't be covered is unknown.

import type { IdSink } from "../bpe/id-sink.js";
import type { WordPieceModel } from "../definition.js";
import { ensure } from "../errors.js";
import type { PushToken, WordModel } from "./piece-model.js";
import { rootNode, UnitTrie, unitAt } from "./unit-trie.js";
import { WordCache } from "./word-cache.js";

export class WordPiece implements WordModel {
  readonly #trie: UnitTrie;
  readonly #continuing: number; // the node after the prefix, 0 if no token begins with it
  readonly #unk: number;
  readonly #model: Pick<WordPieceModel, "unkToken" | "maxInputCharsPerWord">;
  readonly #cache = new WordCache();
  #ids: number[] = [];
  #ends: number[] = [];

  constructor(model: WordPieceModel) {
    const { vocabulary, unkToken, continuingSubwordPrefix: prefix, maxInputCharsPerWord } = model;
    const trie = new UnitTrie(vocabulary);
    const node = (text: string) => trie.walk(rootNode, text, 0, text.length);
    this.#trie = trie;
    this.#continuing = node(prefix);
    this.#unk = trie.tokens[node(unkToken)] as number;
    this.#model = { unkToken, maxInputCharsPerWord };
  }

  tokenize(piece: string, push: PushToken): void {
    if (this.#cover(piece)) {
      for (let i = 0, start = 0; i < this.#ids.length; i++) {
        const end = this.#ends[i] as number;
        push(this.#ids[i] as number, start, end);
        start = end;
      }
      return;
    }
    ensure(
      this.#unk >= 0,
      "ERR_UNKNOWN_TOKEN",
      () =>
        `the vocabulary has no tokens for ${JSON.stringify(piece.slice(0, 40))}, nor the unknown token ${JSON.stringify(this.#model.unkToken)}`,
    );
    push(this.#unk, 0, piece.length);
  }

  encodeTo(sink: IdSink, text: string, start: number, end: number): void {
    const cache = this.#cache;
    if (cache.seek(text, start, end, false)) {
      cache.copy(sink);
      return;
    }
    const from = sink.count;
    this.tokenize(text.slice(start, end), (id) => sink.push(id));
    cache.keep(text, start, end, sink.out.subarray(from, sink.count), sink.count - from);
  }

  #cover(piece: string): boolean {
    const trie = this.#trie;
    this.#ids.length = 0;
    this.#ends.length = 0;
    if (tooLong(piece, this.#model.maxInputCharsPerWord)) return false;
    for (let start = 0; start < piece.length; ) {
      let node = start === 0 ? rootNode : this.#continuing;
      let best = -1;
      let end = start;
      for (let i = start; i < piece.length && node !== 0; ) {
        node = trie.child(node, unitAt(piece, i++));
        const token = trie.tokens[node] as number;
        if (token >= 0) {
          best = token;
          end = i;
        }
      }
      if (best < 0) return false;
      this.#ids.push(best);
      this.#ends.push(end);
      start = end;
    }
    return true;
  }
}

/** Whether `text` has more than `limit` code points. */
function tooLong(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let points = 0;
  for (let i = 0; i < text.length && points <= limit; points++) {
    i += (text.codePointAt(i) as number) > 0xffff ? 2 : 1;
  }
  return points > limit;
}
