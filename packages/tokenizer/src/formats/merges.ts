// The merges of a BPE model: from tokenizer.json's text to pairs of ids.

import type { Vocabulary } from "../definition.js";
import type { JsonScanner } from "./json-scanner.js";
import { MergeList, type ReadMerges } from "./merge-list.js";
import { readPlainMerges } from "./plain-strings.js";
import type { VocabularyBuilder } from "./vocabulary-builder.js";

const PATH = "$.model.merges";

/**
 * Reads the array of merges that comes next, `"a b"` or `["a", "b"]` each, into pairs of ids by
 * priority. `skip` bytes of the right token are not part of the merged one.
 */
export function readMerges(
  scan: JsonScanner,
  contents: VocabularyBuilder,
  vocabulary: Vocabulary,
  skip: number,
): ReadMerges {
  const merges = new MergeList(vocabulary.size);
  const { bytes: out, length } = contents;
  // The records of the contents have done their work, and what they leave free takes the strings.
  const records = contents.records;
  const state = { out, length, records, filled: 0, basis: contents.basis };
  scan.expect(0x5b, PATH);
  for (let first = true; scan.more(first, 0x5d, PATH); first = false) {
    if (state.filled === records.length) {
      resolve(state.filled);
      state.filled = 0;
      state.length = length;
    }
    const start = state.length;
    const pair = scan.take(0x5b);
    let end = scan.string(out, start, PATH);
    let middle = end;
    if (pair) {
      scan.expect(0x2c, PATH);
      end = scan.string(out, middle, PATH);
      scan.expect(0x5d, PATH);
    } else {
      // The first line of a merges.txt, which old files took over with the rest.
      if (out[start] === 0x23 && decode(out.subarray(start, end)).startsWith("#version")) continue;
      middle = spaceIn(out, start, end);
      if (middle === end || spaceIn(out, middle + 1, end) < end) {
        scan.fail("two tokens with one space between them before here", PATH);
      }
      out.copyWithin(middle, middle + 1, end--);
    }
    const at = state.filled;
    records[at] = contents.hash(out, middle, end);
    records[at + 1] = middle;
    records[at + 2] = start;
    records[at + 3] = end;
    state.filled = at + 4;
    state.length = end;
    scan.at = readPlainMerges(scan.bytes, scan.at, state);
  }
  resolve(state.filled);
  return merges.finish();

  function resolve(filled: number): void {
    const done = resolveMerges(contents, vocabulary, merges, filled, skip);
    if (done === filled) return;
    const [middle, start, end] = records.subarray(done + 1, done + 4) as unknown as number[];
    const texts = [out.subarray(start, middle), out.subarray(middle, end)];
    const [left, right] = texts.map((text) => JSON.stringify(decode(text.subarray(0, 99))));
    const union = skip > 0 ? " and their union" : " and both together";
    scan.fail(
      `known tokens ${left} and ${right}${union} in merge ${merges.count}, before here`,
      PATH,
    );
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Where the first space is, or `end`. */
function spaceIn(text: Uint8Array, from: number, end: number): number {
  while (from < end && text[from] !== 0x20) from++;
  return from;
}

/** Looks up the parts of the merges in the records; returns where a part is unknown, or `filled`. */
function resolveMerges(
  contents: VocabularyBuilder,
  { starts, ends, size }: Vocabulary,
  merges: MergeList,
  filled: number,
  skip: number,
): number {
  const { bytes, records } = contents;
  let merged = -1;
  for (let at = 0; at < filled; at += 4) {
    const middle = records[at + 1] as number;
    const start = records[at + 2] as number;
    let end = records[at + 3] as number;
    const right = contents.findHashed(bytes, middle, end, records[at] as number);
    const left = contents.find(bytes, start, middle);
    if (right < 0 || left < 0 || end - middle < skip) return at;
    if (skip > 0) {
      bytes.copyWithin(middle, middle + skip, end);
      end -= skip;
    }
    // Most files list merges in the order of the tokens that they make.
    merged++;
    let from = merged < size ? (starts[merged] as number) : 0;
    let i = start;
    if (merged < size && (ends[merged] as number) - from === end - start) {
      while (i < end && bytes[i] === bytes[from]) {
        i++;
        from++;
      }
    }
    if (i !== end || i === start) merged = contents.find(bytes, start, end);
    if (merged < 0) return at;
    merges.push(left, right, merged);
  }
  return filled;
}
