// Normalizers of tokenizer.json: they rewrite a text before it is cut into pieces.

import type { Component } from "../definition.js";
import { isCombiningMark } from "../unicode/predicates.js";
import { type AlignedText, mapCharacters, type TextStep } from "./aligned-text.js";
import { bertNormalizer } from "./bert-normalizer.js";
import { toByteLevel } from "./byte-alphabet.js";
import { precompiled } from "./precompiled.js";
import { build, root, type Shape } from "./shape.js";
import { readPattern } from "./text-pattern.js";
import { lowercase, prepend, replaceAll, strip } from "./text-steps.js";
import { unicodeForm } from "./unicode-form.js";

export interface Normalizer {
  /** The normalized text; with alignments where the given text has them. */
  normalize(text: AlignedText): AlignedText;
}

/**
 * Builds the normalizer that `component` describes.
 * @param path Where in the file it stands, for errors.
 * @throws TokenizerError `ERR_FORMAT`, `ERR_UNSUPPORTED`, `ERR_LIMIT` or `ERR_PATTERN`.
 */
export function buildNormalizer(component: Component, path = "normalizer"): Normalizer {
  const steps = read(root(component, path));
  return { normalize: (text) => steps.reduce((value, step) => step(value), text) };
}

type Step = (text: AlignedText) => AlignedText;

const read = (shape: Shape): Step[] => build(shape, TYPES);

const rewriting = (step: TextStep): Step[] => [(text) => text.rewrite(step)];

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
    return rewriting((text, log) => {
      // A string of as many parts as a text has spaces would be slow to make and to read.
      if (!log && typeof wanted === "string") return text.replaceAll(wanted, literally);
      return replaceAll(text, log, find(text), content);
    });
  },
  Prepend(shape) {
    const prefix = shape.string("prepend");
    return [(text) => prepend(text, prefix)];
  },
  BertNormalizer: bertNormalizer,
  Precompiled: (shape) => rewriting(precompiled(shape)),
  Nmt: () => mapping(nmt),
  ByteLevel: () => mapping(toByteLevel),
};

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
