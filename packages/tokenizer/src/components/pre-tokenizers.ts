// Pre-tokenizers of tokenizer.json: they cut a text into the pieces that the model
// tokenizes one by one.

import type { Component } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { compilePattern } from "../pattern/pattern.js";
import { isWhiteSpace, isWord } from "../unicode/categories.js";
import { isNumericChar, isPunctuationChar } from "../unicode/predicates.js";
import { type AlignedText, mapCharacters, widthAt } from "./aligned-text.js";
import { toByteLevel } from "./byte-alphabet.js";
import { build, expected, root, type Shape } from "./shape.js";
import { SPLIT_BEHAVIORS, type SplitBehavior, splitPiece } from "./split.js";
import { type FindAll, literal, readPattern } from "./text-pattern.js";
import { prepend, replaceAll } from "./text-steps.js";

export interface PreTokenizer {
  /** Cuts `piece` and appends the parts, none of them empty, to `out`. */
  split(piece: AlignedText, out: AlignedText[]): void;
  /** Whether the cuts depend on where in the original text a piece begins. */
  readonly needsOrigin?: boolean;
}

/**
 * Builds the pre-tokenizer that `component` describes.
 * @param path Where in the file it stands, for errors.
 * @throws TokenizerError `ERR_FORMAT`, `ERR_UNSUPPORTED`, `ERR_LIMIT` or `ERR_PATTERN`.
 */
export function buildPreTokenizer(component: Component, path = "pre_tokenizer"): PreTokenizer {
  return read(root(component, path));
}

const read = (shape: Shape): PreTokenizer => build(shape, TYPES);

const TYPES: Readonly<Record<string, (shape: Shape) => PreTokenizer>> = {
  Sequence(shape) {
    const steps = shape.each("pretokenizers", read);
    return {
      needsOrigin: steps.some((step) => step.needsOrigin),
      split(piece, out) {
        let pieces = [piece];
        for (const step of steps) {
          const next: AlignedText[] = [];
          for (const each of pieces) step.split(each, next);
          pieces = next;
        }
        for (const each of pieces) if (each.text !== "") out.push(each);
      },
    };
  },
  ByteLevel(shape) {
    const addPrefixSpace = shape.boolean("add_prefix_space");
    shape.boolean("trim_offsets");
    const find = shape.boolean("use_regex", true) ? gpt2Pattern() : undefined;
    return {
      split(piece, out) {
        const spaced = addPrefixSpace && !piece.text.startsWith(" ") ? prepend(piece, " ") : piece;
        const parts: AlignedText[] = [];
        if (find) splitPiece(spaced, find(spaced.text), "Isolated", false, parts);
        else if (spaced.text !== "") parts.push(spaced);
        for (const part of parts) {
          out.push(part.rewrite((text, log) => mapCharacters(text, log, toByteLevel)));
        }
      },
    };
  },
  Split(shape) {
    const find = readPattern(shape);
    const behavior = shape.oneOf("behavior", SPLIT_BEHAVIORS);
    return splitter(find, behavior, shape.boolean("invert"));
  },
  Digits(shape) {
    const behavior = shape.boolean("individual_digits") ? "Isolated" : "Contiguous";
    return splitter(each(isNumericChar), behavior);
  },
  Metaspace(shape) {
    const { replacement, scheme } = readMetaspace(shape);
    const splits = shape.boolean("split", true);
    const space = literal(" ");
    const mark = literal(replacement);
    return {
      needsOrigin: scheme === "first",
      split(piece, out) {
        let marked = piece;
        if (piece.text.includes(" ")) {
          marked = piece.rewrite((text, log) => {
            if (log) return replaceAll(text, log, space(text), replacement);
            return text.replaceAll(" ", replacement);
          });
        }
        if (
          (scheme === "always" || (scheme === "first" && piece.origin === 0)) &&
          !marked.text.startsWith(replacement)
        ) {
          marked = prepend(marked, replacement);
        }
        const cut = splits && marked.text.indexOf(replacement, 1) >= 0;
        if (cut) splitPiece(marked, mark(marked.text), "MergedWithNext", false, out);
        else if (marked.text !== "") out.push(marked);
      },
    };
  },
  Whitespace: () => splitter(words, "Removed", true),
  WhitespaceSplit: () => splitter(each(isWhiteSpace), "Removed"),
  Punctuation(shape) {
    return splitter(each(isPunctuationChar), shape.oneOf("behavior", SPLIT_BEHAVIORS, "Isolated"));
  },
  CharDelimiterSplit: (shape) => splitter(literal(shape.character("delimiter")), "Removed"),
  BertPreTokenizer() {
    const spaces = each(isWhiteSpace);
    const punctuation = each(isPunctuationChar);
    return {
      split(piece, out) {
        const parts: AlignedText[] = [];
        splitPiece(piece, spaces(piece.text), "Removed", false, parts);
        for (const part of parts) {
          splitPiece(part, punctuation(part.text), "Isolated", false, out);
        }
      },
    };
  },
  FixedLength(shape) {
    const length = shape.whole("length", 1, 5);
    return {
      split(piece, out) {
        const { text } = piece;
        for (let from = 0; from < text.length; ) {
          let to = from;
          for (let n = 0; n < length && to < text.length; n++) to += widthAt(text, to);
          out.push(piece.slice(from, to));
          from = to;
        }
      },
    };
  },
};

/** The replacement and the scheme of a Metaspace component, whose older form has `add_prefix_space`. */
export function readMetaspace(shape: Shape): { replacement: string; scheme: PrependScheme } {
  const replacement = shape.character("replacement");
  const prefix = shape.value["add_prefix_space"] ?? true;
  if (typeof prefix !== "boolean") {
    throw expected("true or false", prefix, shape.at("add_prefix_space"));
  }
  const scheme = shape.oneOf(
    "prepend_scheme",
    ["always", "first", "never"],
    prefix ? "always" : "never",
  );
  if (!prefix && scheme !== "never") {
    throw new TokenizerError(
      "ERR_FORMAT",
      `${shape.at("prepend_scheme")}: ${scheme} contradicts add_prefix_space: false`,
    );
  }
  return { replacement, scheme };
}

export type PrependScheme = "always" | "first" | "never";

/** GPT-2's pattern, which ByteLevel splits by. */
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

function gpt2Pattern(): FindAll {
  const pattern = compilePattern(GPT2);
  return (text) => pattern.findAll(text);
}

function splitter(find: FindAll, behavior: SplitBehavior, invert = false): PreTokenizer {
  return {
    split: (piece, out) => splitPiece(piece, find(piece.text), behavior, invert, out),
  };
}

/** Every character of a class is a match. */
function each(test: (codePoint: number) => boolean): FindAll {
  return (text) => {
    const found: number[] = [];
    for (let i = 0; i < text.length; ) {
      const codePoint = text.codePointAt(i) as number;
      const width = codePoint > 0xffff ? 2 : 1;
      if (test(codePoint)) found.push(i, i + width);
      i += width;
    }
    return found;
  };
}

/** Runs of word characters, and runs of what is neither word nor white space: `\w+|[^\w\s]+`. */
function words(text: string): number[] {
  const found: number[] = [];
  let start = 0;
  let previous = 0;
  for (let i = 0; i <= text.length; ) {
    const codePoint = text.codePointAt(i) ?? 0x20;
    const kind = isWord(codePoint) ? 1 : isWhiteSpace(codePoint) ? 0 : 2;
    if (kind !== previous) {
      if (previous !== 0) found.push(start, i);
      start = i;
      previous = kind;
    }
    i += codePoint > 0xffff ? 2 : 1;
  }
  return found;
}
