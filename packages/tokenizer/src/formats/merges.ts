// The merges of a BPE model: from tokenizer.json's text to pairs of ids. There are
// hundreds of thousands, so that this is what loading a vocabulary takes most time for.

import type { Vocabulary } from "../definition.js";
import type { JsonScanner } from "./json-scanner.js";
import { HASH_FACTOR, type VocabularyBuilder } from "./vocabulary-builder.js";

const PATH = "$.model.merges";

/** Pairs of ids by priority. One that comes several times has the priority of its last place. */
export class MergeList {
  count = 0;
  private pairs = new Int32Array(2 * 4096);
  // By merged id: one more than the last merge that makes it; `before` goes on from there.
  private readonly last: Int32Array;
  private before: Map<number, number> | undefined;
  private dropped: Set<number> | undefined;

  /** @param size one more than the highest id */
  constructor(size: number) {
    this.last = new Int32Array(size);
  }

  push(left: number, right: number, merged: number): void {
    const n = this.count++;
    if (n * 2 === this.pairs.length) {
      const larger = new Int32Array(n * 4);
      larger.set(this.pairs);
      this.pairs = larger;
    }
    this.pairs[n * 2] = left;
    this.pairs[n * 2 + 1] = right;
    const previous = this.last[merged] as number;
    this.last[merged] = n + 1;
    if (previous !== 0) this.chain(n, previous - 1);
  }

  // Merges that make the same token are as few as the token has bytes.
  private chain(n: number, previous: number): void {
    const { pairs } = this;
    this.before ??= new Map();
    this.before.set(n, previous);
    for (let from = n, k: number | undefined = previous; k !== undefined; ) {
      const next = this.before.get(k);
      if (pairs[k * 2] === pairs[n * 2] && pairs[k * 2 + 1] === pairs[n * 2 + 1]) {
        this.dropped ??= new Set();
        this.dropped.add(k);
        if (next === undefined) this.before.delete(from);
        else this.before.set(from, next);
        return;
      }
      from = k;
      k = next;
    }
  }

  finish(): Int32Array {
    const { pairs, dropped, count } = this;
    if (!dropped) return pairs.slice(0, count * 2);
    const kept = new Int32Array((count - dropped.size) * 2);
    for (let i = 0, to = 0; i < count; i++) {
      if (dropped.has(i)) continue;
      kept[to++] = pairs[i * 2] as number;
      kept[to++] = pairs[i * 2 + 1] as number;
    }
    return kept;
  }
}

/**
 * Reads the array of merges that comes next, `"a b"` or `["a", "b"]` each. `skip` bytes of the
 * right token are not part of the merged one.
 */
export function readMerges(
  scan: JsonScanner,
  contents: VocabularyBuilder,
  vocabulary: Vocabulary,
  skip: number,
): Int32Array {
  const merges = new MergeList(vocabulary.size);
  const { bytes } = scan;
  const { starts, ends, bytes: known } = vocabulary;
  // Strings that are not one "a b" without escapes are written out behind the contents.
  const scratch = contents.bytes;
  let merged = -1;
  scan.expect(0x5b, PATH);
  for (let first = true; scan.more(first, 0x5d, PATH); first = false) {
    let source = bytes;
    const open = scan.peek();
    let start = scan.at + 1;
    let at = start;
    let c = bytes[at] as number;
    let leftHash = contents.basis;
    while (c > 0x22 && c !== 0x5c) {
      leftHash = Math.imul(leftHash ^ c, HASH_FACTOR);
      c = bytes[++at] as number;
    }
    let middle = at;
    let right = at + 1;
    let rightHash = contents.basis;
    if (c === 0x20) {
      c = bytes[++at] as number;
      while (c > 0x22 && c !== 0x5c) {
        rightHash = Math.imul(rightHash ^ c, HASH_FACTOR);
        c = bytes[++at] as number;
      }
    }
    let end = at;
    if (c === 0x22 && open === 0x22 && end >= right) scan.at = at + 1;
    else {
      source = scratch;
      start = contents.length;
      if (open === 0x5b) {
        scan.at++;
        middle = right = scan.string(scratch, start, PATH);
        scan.expect(0x2c, PATH);
        end = scan.string(scratch, middle, PATH);
        scan.expect(0x5d, PATH);
      } else {
        end = scan.string(scratch, start, PATH);
        middle = spaceIn(scratch, start, end);
        right = middle + 1;
      }
      leftHash = contents.hash(scratch, start, middle);
      rightHash = contents.hash(scratch, Math.min(right, end), end);
    }
    // The first line of a merges.txt, which old files took over with the rest.
    if (source[start] === 0x23 && right > middle && isVersion(source, start, end)) continue;
    if (right > middle && (middle === end || spaceIn(source, right, end) < end)) {
      scan.fail("two tokens with one space between them before here", PATH);
    }
    const left = contents.findHashed(source, start, middle, leftHash);
    const other = contents.findHashed(source, right, end, rightHash);
    // Most files list merges in the order of the tokens that they make.
    const half = middle - start;
    const tail = right + skip;
    const whole = half + end - tail;
    let guess = merged;
    for (; guess <= merged + 1; guess++) {
      const from = starts[guess] as number;
      if (guess < 0 || (ends[guess] as number) - from !== whole) continue;
      let i = 0;
      while (i < whole && source[i < half ? start + i : tail + i - half] === known[from + i]) i++;
      if (i === whole) break;
    }
    if (guess > merged + 1 && tail <= end) {
      const to = contents.length;
      for (let i = 0; i < whole; i++) {
        scratch[to + i] = source[i < half ? start + i : tail + i - half] as number;
      }
      guess = contents.find(scratch, to, to + whole);
      source = scratch;
      start = to;
    }
    merged = guess;
    if (left < 0 || other < 0 || merged < 0 || tail > end) {
      const text = JSON.stringify(
        decode(source.subarray(start, Math.min(start + whole, start + 99))),
      );
      const part = left < 0 ? "left" : other < 0 ? "right" : "merged";
      scan.fail(
        `known tokens in the merge before here, its ${part} one is unknown (${text})`,
        PATH,
      );
    }
    merges.push(left, other, merged);
  }
  return merges.finish();
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const isVersion = (text: Uint8Array, start: number, end: number): boolean =>
  decode(text.subarray(start, Math.min(end, start + 8))) === "#version";

/** Where the first space is, or `end`. */
function spaceIn(text: Uint8Array, from: number, end: number): number {
  while (from < end && text[from] !== 0x20) from++;
  return from;
}
