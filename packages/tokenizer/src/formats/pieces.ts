// A tokenizer from scored pieces, as SentencePiece's models and GGUF files have them.

import { OUTER_SPACES, SPACE_RUNS } from "../components/text-pattern.js";
import type { AddedToken, Component, TokenizerDefinition, Vocabulary } from "../definition.js";
import { ensure } from "../errors.js";
import { MergeList } from "./merge-list.js";
import { HASH_FACTOR, type VocabularyBuilder } from "./vocabulary-builder.js";

/** The numbers are the same in SentencePiece's protobuf and in GGUF. */
export const PieceType = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

export interface Pieces {
  readonly kind: "BPE" | "Unigram";
  readonly scores: Float64Array;
  readonly types: Uint8Array;
  readonly byteFallback: boolean;
  readonly charsmap: Uint8Array | undefined;
  /** A space goes before the text. */
  readonly dummyPrefix: boolean;
  /** Spaces at the ends go, and runs of them become one. */
  readonly removeExtraSpaces: boolean;
  /** Spaces are written U+2581. */
  readonly escapeSpaces: boolean;
  /**
   * User-defined pieces are found in the prepared text, as SentencePiece does, rather than cut out
   * of the raw text as added tokens.
   */
  readonly userDefinedWithin: boolean;
}

const SPACE = "\u2581";
const MAX_WORK = 2 ** 27;

/** @param contents indexed, with ids from 0 on without holes */
export function pieceDefinition(contents: VocabularyBuilder, pieces: Pieces): TokenizerDefinition {
  const { kind, types, byteFallback } = pieces;
  const vocabulary = contents.finish("utf8", "the pieces", true);
  const unkId = types.indexOf(PieceType.unknown);
  const common = { addedTokens: addedTokens(vocabulary, pieces), ...spaces(pieces) };
  if (kind === "Unigram") {
    // What stands for no text has its content among the added tokens only, since the search for
    // the best pieces knows no types.
    for (const { id } of common.addedTokens) vocabulary.ends[id] = vocabulary.starts[id] as number;
    const scores = unigramScores(pieces);
    return {
      ...common,
      model: {
        type: kind,
        vocabulary,
        scores,
        unkId: unkId < 0 ? undefined : unkId,
        byteFallback,
        singlePrecision: true,
      },
    };
  }
  const symbols = pieces.userDefinedWithin ? userDefined(vocabulary, types) : [];
  return {
    ...common,
    ...(symbols.length > 0 && { preTokenizer: cutOut(symbols) }),
    model: {
      type: kind,
      vocabulary,
      // What was cut out is a token.
      ignoreMerges: symbols.length > 0,
      merges: mergesByScore(contents, vocabulary, pieces),
      unkToken: unkId < 0 ? undefined : contentOf(vocabulary, unkId),
      fuseUnk: true,
      byteFallback,
    },
  };
}

export function contentOf({ bytes, starts, ends }: Vocabulary, id: number): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    bytes.subarray(starts[id] as number, ends[id] as number),
  );
}

/** Special tokens, and user-defined ones where the model can't take them as whole by itself. */
function addedTokens(
  vocabulary: Vocabulary,
  { kind, types, userDefinedWithin }: Pieces,
): AddedToken[] {
  const added: AddedToken[] = [];
  for (let id = 0; id < types.length; id++) {
    const type = types[id] as number;
    const special = type === PieceType.control || type === PieceType.unknown;
    const whole = type === PieceType.userDefined && kind === "BPE" && !userDefinedWithin;
    if (!special && !whole) continue;
    const flags = { singleWord: false, lstrip: false, rstrip: false, normalized: false };
    added.push({ id, content: contentOf(vocabulary, id), ...flags, special });
  }
  return added;
}

function userDefined(vocabulary: Vocabulary, types: Uint8Array): string[] {
  const ids = Array.from(types.keys()).filter((id) => types[id] === PieceType.userDefined);
  return ids.map((id) => contentOf(vocabulary, id));
}

/** Cuts these out of text, the longest first. */
function cutOut(symbols: readonly string[]): Component {
  const escaped = symbols.map((symbol) => symbol.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const regex = escaped.sort((a, b) => b.length - a.length).join("|");
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

/** Scores with which a user-defined piece beats every split of it, as in SentencePiece. */
function unigramScores({ scores, types }: Pieces): Float64Array {
  return scores.map((score, id) => (types[id] === PieceType.userDefined ? 0 : score));
}

/**
 * All pairs of pieces that make a piece, best score first. SentencePiece takes the pair that makes
 * the best piece, of equal ones the leftmost; pairs that make the same piece are ordered as
 * Hugging Face's converter does, longest left part first.
 */
function mergesByScore(
  contents: VocabularyBuilder,
  vocabulary: Vocabulary,
  { scores, types }: Pieces,
): Int32Array {
  const { bytes, starts, ends } = vocabulary;
  const text = (type: number | undefined) =>
    type === PieceType.normal || type === PieceType.userDefined || type === PieceType.unused;
  const order = Array.from(types.keys()).filter((id) => text(types[id]));
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const merges = new MergeList(vocabulary.size);
  let work = 0;
  for (const id of order) {
    const start = starts[id] as number;
    const end = ends[id] as number;
    const pairs: number[] = [];
    let hash = contents.basis;
    for (let middle = start + 1; middle < end; middle++) {
      hash = Math.imul(hash ^ (bytes[middle - 1] as number), HASH_FACTOR);
      if (((bytes[middle] as number) & 0xc0) === 0x80) continue;
      const left = contents.findHashed(bytes, start, middle, hash);
      work++;
      if (left < 0 || !text(types[left])) continue;
      const right = contents.find(bytes, middle, end);
      work += end - start;
      if (right >= 0 && text(types[right])) pairs.push(left, right);
    }
    // Long pieces that begin with many others could take hours.
    ensure(work < MAX_WORK, "ERR_LIMIT", () => `expected shorter pieces than number ${id}`);
    for (let i = pairs.length - 2; i >= 0; i -= 2) {
      merges.push(pairs[i] as number, pairs[i + 1] as number, id);
    }
  }
  return merges.finish().merges;
}

/** How spaces are prepared, and how they come back. */
function spaces(pieces: Pieces): { normalizer?: Component; decoder: Component } {
  const steps: Component[] = [];
  const replace = (pattern: object, content: string) => {
    steps.push({ type: "Replace", pattern, content });
  };
  if (pieces.charsmap) {
    steps.push({ type: "Precompiled", precompiled_charsmap: toBase64(pieces.charsmap) });
  }
  if (pieces.removeExtraSpaces) {
    // Only spaces, and only at the ends of the text.
    replace({ Regex: OUTER_SPACES }, "");
    replace({ Regex: SPACE_RUNS }, " ");
  }
  const space = pieces.escapeSpaces ? SPACE : " ";
  if (pieces.dummyPrefix) steps.push({ type: "Prepend", prepend: space });
  if (pieces.escapeSpaces) replace({ String: " " }, SPACE);
  const decoders: Component[] = [];
  if (pieces.escapeSpaces) {
    decoders.push({ type: "Replace", pattern: { String: SPACE }, content: " " });
  }
  decoders.push({ type: "ByteFallback" }, { type: "Fuse" });
  if (pieces.dummyPrefix || pieces.removeExtraSpaces) {
    const start = pieces.removeExtraSpaces ? 0xffff : 1;
    decoders.push({ type: "Strip", content: " ", start, stop: 0 });
  }
  const decoder = { type: "Sequence", decoders };
  return steps.length > 0
    ? { normalizer: { type: "Sequence", normalizers: steps }, decoder }
    : { decoder };
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(text);
}
