// Unigram: of all ways to cut a piece into tokens, the one whose scores add up to the
// most. The sums are those of Hugging Face's tokenizers bit by bit: double precision,
// from the left, and of two equal ways to reach a place the one whose last token is
// longer. SentencePiece adds in single precision and starts anew from 0 at times, which
// differs where two ways are almost equal; that is for models that say so.
//
// Where no token reaches across a place, every way goes through it: the best way up to
// there is final, is given out, and the work space begins anew. So memory and caches
// see a word at a time, although a piece may be a whole book.

import type { IdSink } from "../bpe/id-sink.js";
import type { UnigramModel } from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";
import type { PushToken, WordModel } from "./piece-model.js";
import { memoMask, SuffixAutomaton } from "./suffix-automaton.js";
import { edgeSlot, edgeStride, rootNode, UnitTrie } from "./unit-trie.js";
import { WordCache } from "./word-cache.js";

const MARK = 0x2581;
const UNLIMITED = 0x7fffffff;
const unknownPenalty = 10;
/** Beyond this, SentencePiece subtracts the sum so far from all that is open. */
const resetThreshold = 100_000;
const encoder = new TextEncoder();

export class Unigram implements WordModel {
  readonly #automaton: SuffixAutomaton;
  // By output, in one place of memory: score, length in units, the next shorter output.
  readonly #scores: Float64Array; // at 2 * output
  readonly #outputs: Int32Array; // length at 4 * output + 2, next at 4 * output + 3
  readonly #single: boolean;
  readonly #unkScore: number;
  readonly #unk: number; // -1: none
  readonly #byteTokens: Int32Array | undefined;
  readonly #cache = new WordCache();
  readonly #tokenScores: Float64Array;
  /** The largest absolute score. */
  readonly #largest: number;
  /** Whether no token reaches into a word from before it, and a word begins with a token. */
  readonly #wordsStand: boolean;

  // Best ways from the last final place: by units from there. A way's last step is an output, or
  // minus the length of an unknown character.
  #sums = new Float64Array(256);
  #steps = new Int32Array(256);
  #path = new Int32Array(256);
  #gaps = new Float64Array(256); // by how much the best way is better than any with another last step
  #mark = -1;
  #unknownFrom = -1; // where the run of unknown tokens began, -1 outside of one

  // The tokens of the piece at hand.
  #count = 0;
  #ids = new Int32Array(256);
  #starts = new Int32Array(256);
  #ends = new Int32Array(256);
  #sum = 0;
  #margin = 0; // the least gap on the best way
  #hasUnknown = false;

  constructor(model: UnigramModel) {
    const single = model.singlePrecision ?? false;
    const { vocabulary, scores, unkId } = model;
    const { size } = vocabulary;
    ensure(
      scores.length >= size,
      "ERR_FORMAT",
      () => `expected a score for each of ${size} tokens, found ${scores.length}`,
    );
    ensure(
      unkId === undefined || (Number.isInteger(unkId) && unkId >= 0 && unkId < size),
      "ERR_FORMAT",
      () => `expected the id of the unknown token below ${size}, found ${unkId}`,
    );
    let least = Number.POSITIVE_INFINITY;
    let largest = 0;
    for (let id = 0; id < size; id++) {
      const score = scores[id] as number;
      if (!Number.isFinite(score)) {
        throw new TokenizerError(
          "ERR_FORMAT",
          `expected a finite score of token ${id}, found ${score}`,
        );
      }
      if (score < least) least = score;
      if (Math.abs(score) > largest) largest = Math.abs(score);
    }
    const trie = new UnitTrie(vocabulary);
    this.#automaton = new SuffixAutomaton(trie);
    const { lengths, shorter, tokens } = this.#automaton;
    this.#scores = new Float64Array(tokens.length * 2);
    this.#outputs = new Int32Array(this.#scores.buffer);
    tokens.forEach((id, output) => {
      this.#scores[output * 2] = scores[id] ?? 0;
      this.#outputs[output * 4 + 2] = lengths[output] as number;
      this.#outputs[output * 4 + 3] = shorter[output] as number;
    });
    this.#single = single;
    this.#unkScore = single ? Math.fround(least - unknownPenalty) : least - unknownPenalty;
    this.#unk = unkId ?? -1;
    this.#tokenScores = scores;
    this.#largest = largest + unknownPenalty;
    this.#wordsStand = wordsStand(trie, this.#unk);
    if (model.byteFallback) {
      this.#byteTokens = Int32Array.from({ length: 256 }, (_, byte) => {
        const content = `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
        return trie.tokens[trie.walk(rootNode, content, 0, content.length)] as number;
      });
    }
  }

  tokenize(piece: string, push: PushToken): void {
    this.#run(piece, 0, piece.length, -1, UNLIMITED, 0);
    const count = this.#count;
    for (let i = 0; i < count; i++) {
      push(this.#ids[i] as number, this.#starts[i] as number, this.#ends[i] as number);
    }
  }

  encodeTo(
    sink: IdSink,
    text: string,
    start: number,
    end: number,
    marked: boolean,
    limit: number,
  ): void {
    const cache = this.#cache;
    const from = marked ? start + 1 : start;
    if (cache.seek(text, from, end, marked)) {
      cache.copy(sink);
      return;
    }
    const room = limit - sink.count;
    this.#run(text, start, end, marked ? start : -1, room, 0);
    const count = this.#count;
    sink.pushAll(this.#ids.subarray(0, count));
    if (count < room) cache.keep(text, from, end, this.#ids, count);
  }

  // The best ways through words are those through the text, but for rounding: sums go on from
  // word to word, and where two ways are almost equal it depends on them which one is better.
  encodeText(sink: IdSink, text: string, limit: number): void {
    if (!this.#wordsStand) {
      const marked = text.replaceAll(" ", "\u2581");
      this.encodeTo(sink, marked, 0, marked.length, false, limit);
      return;
    }
    const { length } = text;
    let sum = 0;
    for (let start = 0; start < length && sink.count < limit; ) {
      let end = start;
      while (end < length && isMark(text.charCodeAt(end))) end++;
      const marks = end - start;
      while (end < length && !isMark(text.charCodeAt(end))) end++;
      if (marks < 2) sum = this.#word(sink, text, start, end, marks === 1, sum);
      else {
        const word = text.slice(start, end).replaceAll(" ", "\u2581");
        sum = this.#word(sink, word, 0, word.length, false, sum);
      }
      start = end;
    }
  }

  /** Adds the ids of a word of a text; gives the sum of the scores after it from that before it. */
  #word(
    sink: IdSink,
    text: string,
    start: number,
    end: number,
    marked: boolean,
    before: number,
  ): number {
    const cache = this.#cache;
    const from = marked ? start + 1 : start;
    const found = cache.seek(text, from, end, marked);
    // No sum in this word can be larger, and two of them no further off than twice the error of
    // as many additions.
    const most = Math.abs(before) + (end - start) * this.#largest;
    const error = 2 * (end - start) * most * (this.#single ? 2 ** -23.9 : 2 ** -52.9);
    if (found && most < resetThreshold && cache.margin > error) {
      const scores = this.#tokenScores;
      let sum = before;
      let at = sink.count;
      cache.copy(sink);
      for (; at < sink.count; at++) {
        sum += scores[sink.out[at] as number] as number;
        if (this.#single) sum = Math.fround(sum);
      }
      return sum;
    }
    this.#run(text, start, end, marked ? start : -1, UNLIMITED, before);
    sink.pushAll(this.#ids.subarray(0, this.#count));
    if (!found && most < resetThreshold && !this.#hasUnknown) {
      cache.keep(text, from, end, this.#ids, this.#count, this.#margin - error);
    }
    return this.#sum;
  }

  /**
   * Finds the tokens of `text[start, end)`.
   *
   * @param mark   the unit that stands for U+2581 whatever it is, or -1.
   * @param limit  stops soon after so many tokens.
   * @param before  the sum of the scores before.
   */
  #run(
    text: string,
    start: number,
    end: number,
    mark: number,
    limit: number,
    before: number,
  ): void {
    const automaton = this.#automaton;
    const { first, memo } = automaton;
    const outputs = this.#outputs;
    const scores = this.#scores;
    const single = this.#single;
    const unkScore = this.#unkScore;
    let sums = this.#sums;
    let steps = this.#steps;
    let gaps = this.#gaps;
    let node = 0; // 0 or the root: nothing that is going on
    let base = start; // the last final place
    let zeroAt = start; // in single precision: where sums were last reset to 0,
    let zero = 0; // and from what
    this.#count = 0;
    this.#unknownFrom = -1;
    this.#mark = mark;
    this.#margin = Number.POSITIVE_INFINITY;
    this.#hasUnknown = false;
    sums[0] = before;

    for (let i = start; i < end; ) {
      let unit = i === mark ? MARK : text.charCodeAt(i);
      let width = 1;
      if ((unit & 0xf800) === 0xd800) {
        const low = i + 1 < end ? text.charCodeAt(i + 1) : 0;
        if (unit < 0xdc00 && (low & 0xfc00) === 0xdc00) width = 2;
        else unit = 0xfffd;
      }
      let payload = 0;
      for (let half = 0; ; ) {
        if (node <= rootNode) {
          node = first[unit * 2] as number;
          payload = first[unit * 2 + 1] as number;
        } else {
          const at = edgeSlot(node, unit, memoMask) * edgeStride;
          if (memo[at] !== node || memo[at + 1] !== unit) automaton.step(node, unit, at);
          node = memo[at + 2] as number;
          payload = memo[at + 3] as number;
        }
        if (half === 0 && (payload & 1) === 1 && i > base) {
          this.#commit(text, base, i);
          sums[0] = sums[i - base] as number;
          base = i;
          if (this.#count >= limit) return;
        }
        if (++half === width) break;
        unit = text.charCodeAt(i + 1);
      }
      i += width;

      const place = i - base;
      if (place >= sums.length) {
        this.#widen();
        sums = this.#sums;
        steps = this.#steps;
        gaps = this.#gaps;
      }
      let best = 0;
      let second = Number.NEGATIVE_INFINITY;
      let step = 0;
      let length = 0;
      let stale = false; // `best` is from before the last reset
      for (let output = payload >> 1; output !== 0; output = outputs[output * 4 + 3] as number) {
        length = outputs[output * 4 + 2] as number;
        let sum = (scores[output * 2] as number) + (sums[place - length] as number);
        if (single) {
          sum = Math.fround(sum);
          // Without a branch, which is so rarely taken that code would be optimised for never.
          const before = i - length < zeroAt;
          best = Math.fround(best - (stale && !before ? zero : 0));
          stale = before;
        }
        if (step === 0 || sum > best) {
          if (step !== 0) second = best;
          best = sum;
          step = output;
        } else if (sum > second) second = sum;
      }
      if (single) best = Math.fround(best - (stale ? zero : 0));
      if (length !== width) {
        let sum = unkScore + (sums[place - width] as number);
        if (single) sum = Math.fround(sum);
        if (step === 0 || sum > best) {
          if (this.#unk < 0) this.#refuse(text, i - width);
          if (step !== 0) second = best;
          best = sum;
          step = -width;
        } else if (sum > second) second = sum;
      }
      if (single && Math.abs(best) > resetThreshold) {
        zeroAt = i;
        zero = best;
        best = 0;
      }
      sums[place] = best;
      steps[place] = step;
      gaps[place] = best - second;
    }
    this.#sum = sums[end - base] as number;
    if (end > base) this.#commit(text, base, end);
    if (this.#unknownFrom >= 0) this.#flush(text, end);
  }

  /** Gives out the best way from `base` to `end`, both final. */
  #commit(text: string, base: number, end: number): void {
    const { lengths, tokens } = this.#automaton;
    const steps = this.#steps;
    const path = this.#path;
    const gaps = this.#gaps;
    let count = 0;
    let margin = this.#margin;
    for (let place = end - base; place > 0; ) {
      const step = steps[place] as number;
      if ((gaps[place] as number) < margin) margin = gaps[place] as number;
      path[count++] = step;
      place -= step < 0 ? -step : (lengths[step] as number);
    }
    this.#margin = margin;
    let at = base;
    while (count > 0) {
      const step = path[--count] as number;
      const id = step < 0 ? this.#unk : (tokens[step] as number);
      const next = at + (step < 0 ? -step : (lengths[step] as number));
      if (id === this.#unk) {
        this.#hasUnknown = true;
        if (this.#unknownFrom < 0) this.#unknownFrom = at;
      } else {
        if (this.#unknownFrom >= 0) this.#flush(text, at);
        this.#emit(id, at, next);
      }
      at = next;
    }
  }

  /** Gives out a run of unknown tokens as one: what it spells may be a token after all, or have bytes. */
  #flush(text: string, end: number): void {
    const start = this.#unknownFrom;
    this.#unknownFrom = -1;
    const { trie } = this.#automaton;
    const run =
      start === this.#mark ? `\u2581${text.slice(start + 1, end)}` : text.slice(start, end);
    const token = trie.tokens[trie.walk(rootNode, run, 0, run.length)] as number;
    const byteTokens = token < 0 ? this.#byteTokens : undefined;
    if (byteTokens !== undefined) {
      const bytes = encoder.encode(run);
      if (bytes.every((byte) => (byteTokens[byte] as number) >= 0)) {
        for (const byte of bytes) this.#emit(byteTokens[byte] as number, start, end);
        return;
      }
    }
    this.#emit(token < 0 ? this.#unk : token, start, end);
  }

  #emit(id: number, start: number, end: number): void {
    const count = this.#count++;
    if (count === this.#ids.length) {
      this.#ids = doubled(this.#ids);
      this.#starts = doubled(this.#starts);
      this.#ends = doubled(this.#ends);
    }
    this.#ids[count] = id;
    this.#starts[count] = start;
    this.#ends[count] = end;
  }

  #widen(): void {
    const sums = new Float64Array(this.#sums.length * 2);
    sums.set(this.#sums);
    this.#sums = sums;
    const gaps = new Float64Array(this.#gaps.length * 2);
    gaps.set(this.#gaps);
    this.#gaps = gaps;
    this.#steps = doubled(this.#steps);
    this.#path = doubled(this.#path);
  }

  #refuse(text: string, at: number): never {
    const unit = String.fromCodePoint(text.codePointAt(at) ?? 0);
    throw new TokenizerError(
      "ERR_UNKNOWN_TOKEN",
      `the vocabulary has neither ${JSON.stringify(unit)} (at ${at}) nor an unknown token`,
    );
  }
}

function isMark(unit: number): boolean {
  return unit === 0x20 || unit === MARK;
}

/**
 * Whether U+2581 is a token, and in others only at the beginning: then nothing that is before
 * a word changes how it is cut.
 */
function wordsStand(trie: UnitTrie, unk: number): boolean {
  const { count, parents, units, tokens } = trie;
  const mark = tokens[trie.child(rootNode, MARK)] as number;
  if (mark < 0) return false;
  // By node: 1 for marks alone, 2 for more after them.
  const kinds = new Uint8Array(count);
  for (let node = rootNode + 1; node < count; node++) {
    const parent = parents[node] as number;
    const kind = kinds[parent] as number;
    if (units[node] !== MARK) kinds[node] = kind === 0 ? 0 : 2;
    else if (parent === rootNode || kind === 1) kinds[node] = 1;
    else return false;
    if (kinds[node] !== 0 && tokens[node] === unk) return false;
  }
  return true;
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(array.length * 2);
  wide.set(array);
  return wide;
}
