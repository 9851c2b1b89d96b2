// Normalizers of tokenizer.json: they rewrite a text before it is cut into pieces.

import type { Component } from "../definition.js";
import { ensure } from "../errors.js";
import { isCombiningMark } from "../unicode/predicates.js";
import { type AlignedText, type EditLog, type LengthCheck, mapCharacters } from "./aligned-text.js";
import { bertNormalizer } from "./bert-normalizer.js";
import { toByteLevel } from "./byte-alphabet.js";
import { precompiled } from "./precompiled.js";
import { build, root, type Shape } from "./shape.js";
import { readPattern } from "./text-pattern.js";
import { lowercase, prepend, replaceAll, strip } from "./text-steps.js";
import { unicodeForm } from "./unicode-form.js";

/** A normalized text may have this many times the units of the text, */
const MAX_GROWTH = 64;
/** and this many more, so that short texts may become long ones. */
const MAX_ADDED = 2 ** 20;

export interface Normalizer {
  /**
   * The normalized text; with alignments where the given text has them.
   * @throws TokenizerError `ERR_LIMIT` if it grows to more than 64 times its length and 2^20
   *   UTF-16 units, on the way too.
   */
  normalize(text: AlignedText): AlignedText;
}

/**
 * Builds the normalizer that `component` describes.
 * @param path Where in the file it stands, for errors.
 * @throws TokenizerError `ERR_FORMAT`, `ERR_UNSUPPORTED`, `ERR_LIMIT` or `ERR_PATTERN`.
 */
export function buildNormalizer(component: Component, path = "normalizer"): Normalizer {
  const steps = read(root(component, path));
  return {
    normalize(text) {
      const limit = MAX_GROWTH * text.text.length + MAX_ADDED;
      const check: LengthCheck = (length) =>
        ensure(
          length <= limit,
          "ERR_LIMIT",
          () =>
            `${path}: expected a normalized text of at most ${limit} UTF-16 units (${MAX_GROWTH} times the text and ${MAX_ADDED}), found ${length}`,
        );
      return steps.reduce((value, step) => {
        const result = step(value, check);
        check(result.text.length);
        return result;
      }, text);
    },
  };
}

type Step = (text: AlignedText, check: LengthCheck) => AlignedText;

/** As a `TextStep`; what can grow without bounds asks first. */
type CheckedStep = (text: string, log: EditLog | undefined, check: LengthCheck) => string;

const read = (shape: Shape): Step[] => build(shape, TYPES);

const rewriting = (step: CheckedStep): Step[] => [
  (piece, check) => piece.rewrite((text, log) => step(text, log, check)),
];

/** A normalizer that maps characters by themselves. */
const mapping = (map: (codePoint: number) => string | undefined): Step[] =>
  rewriting((text, log) => mapCharacters(text, log, map));

const TYPES: Readonly<Record<string, (shape: Shape) => Step[]>> = {
  Sequence: (shape) => shape.each("normalizers", read).flat(),
  NFC: () => rewriting(unicodeForm("NFC")),
  NFD: () => rewriting(unicodeForm("NFD")),
  NFKC: () => rewriting(unicodeForm("NFKC")),
  NFKD: () => rewriting(unicodeForm("NFKD")),
  Lowercase: () => rewriting(lowercase),
  Strip(shape) {
    const left = shape.boolean("strip_left");
    const right = shape.boolean("strip_right");
    return rewriting((text, log) => strip(text, log, left, right));
  },
  StripAccents: () => mapping((codePoint) => (isCombiningMark(codePoint) ? "" : undefined)),
  Replace(shape) {
    const find = readPattern(shape);
    const content = shape.string("content");
    const wanted = shape.object("pattern").value["String"];
    const literally = content.replaceAll("$", "$$$$");
    return rewriting((text, log, check) => {
      // A string of as many parts as a text has spaces would be slow to make and to read.
      if (!log && typeof wanted === "string" && wanted !== "") {
        // Counted only where it could matter.
        const added = (text.length / wanted.length) * (content.length - wanted.length);
        if (added > MAX_ADDED) check(lengthAfter(text, find(text), content));
        return text.replaceAll(wanted, literally);
      }
      const matches = find(text);
      check(lengthAfter(text, matches, content));
      return replaceAll(text, log, matches, content);
    });
  },
  Prepend(shape) {
    const prefix = shape.string("prepend");
    return [
      (text, check) => {
        check(prefix.length + text.text.length);
        return prepend(text, prefix);
      },
    ];
  },
  BertNormalizer: bertNormalizer,
  Precompiled: (shape) => rewriting(precompiled(shape)),
  Nmt: () => mapping(nmt),
  ByteLevel: () => mapping(toByteLevel),
};

/** How long a text gets where `content` takes the place of every match. */
function lengthAfter(text: string, matches: ArrayLike<number>, content: string): number {
  let length = text.length + (matches.length / 2) * content.length;
  for (let m = 0; m < matches.length; m += 2) {
    length -= (matches[m + 1] as number) - (matches[m] as number);
  }
  return length;
}

/** The cleaning rules of SentencePiece's nmt_nfkc: control characters go, odd spaces become plain. */
function nmt(codePoint: number): string | undefined {
  if (codePoint < 0x20) {
    if (codePoint === 9 || codePoint === 10 || codePoint === 12 || codePoint === 13) return " ";
    return codePoint === 0 ? undefined : "";
  }
  if (codePoint === 0x7f || codePoint === 0x8f || codePoint === 0x9f) return "";
  return NMT_SPACES.has(codePoint) ? " " : undefined;
}

const NMT_SPACES: ReadonlySet<number> = new Set([
  0x1680, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd,
]);
