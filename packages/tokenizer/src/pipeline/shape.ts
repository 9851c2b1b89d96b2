// Which definitions the byte encoder can serve. It reads the components of a
// definition and says how a text becomes its buffer and is cut; what it doesn't know,
// the generic pipeline does.

import type { Content } from "../bpe/build-encoder.js";
import { byteTokens } from "../bpe/unknown.js";
import type { BpeModel, Component, TokenizerDefinition } from "../definition.js";

/** GPT-2's own pattern, which `ByteLevel` uses when it isn't told otherwise. */
export const GPT2_PATTERN =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/**
 * Cuts a piece of digits into threes from the right. It looks ahead once from the beginning of
 * the piece, so that a long number takes linear time in every implementation.
 */
export const FROM_THE_RIGHT = "^\\p{N}{1,2}(?=(?:\\p{N}{3})+$)|\\p{N}{3}";

/** Runs of numeric characters. */
export const NUMERIC_RUN = "\\p{N}+";

/** The pattern of cl100k and Llama 3, with that of a number in its place. */
export const wordPattern = (number: string): string =>
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" +
  `${number}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

export interface Stage {
  readonly pattern: string;
  /** What lies between the matches is kept as pieces of its own. */
  readonly keepGaps: boolean;
}

export interface Shape {
  readonly model: BpeModel;
  readonly content: Content;
  /** Normalizers that come before what {@link content} and {@link prefix} say. */
  readonly normalizers: readonly Component[];
  /**
   * A space in front: of every text that isn't empty, of each that doesn't begin with one, or of
   * those only that stand at the very beginning.
   */
  readonly prefix: "none" | "always" | "unless-there" | "first-unless-there";
  /** Patterns that cut the text, each within the pieces of the one before it. */
  readonly stages: readonly Stage[];
  /** Pieces of numeric characters are cut from the right into so many at a time; 0 for not. */
  readonly regroup: number;
  /** Without stages: cut before each space (Metaspace), before each run of them, or not at all. */
  readonly cut: "each-space" | "words";
}

/** The components of a sequence, of sequences in it, or of one component. */
export const flatten = (component: Component | undefined, inner: string): Component[] => {
  if (component === undefined || component === null) return [];
  if (component.type !== "Sequence") return [component];
  const parts = component[inner];
  return Array.isArray(parts)
    ? parts.flatMap((part) => flatten(part as Component, inner))
    : [component];
};

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

function patternOf(component: Component): string | undefined {
  const pattern = component["pattern"] as { Regex?: unknown; String?: unknown } | undefined;
  if (typeof pattern?.Regex === "string") return pattern.Regex;
  return typeof pattern?.String === "string" ? escaped(pattern.String) : undefined;
}

function stageOf(component: Component): Stage | undefined {
  if (component.type === "Digits") {
    return { pattern: component["individual_digits"] ? "\\p{N}" : "\\p{N}+", keepGaps: true };
  }
  if (component.type !== "Split") return undefined;
  const pattern = patternOf(component);
  if (pattern === undefined) return undefined;
  if (component["behavior"] === "Isolated") return { pattern, keepGaps: true };
  if (component["behavior"] === "Removed" && component["invert"] === true) {
    return { pattern, keepGaps: false };
  }
  return undefined;
}

/** How the byte encoder can serve `definition`, or undefined. */
export function shapeOf(definition: TokenizerDefinition): Shape | undefined {
  const { model } = definition;
  if (model.type !== "BPE" || model.continuingSubwordPrefix || model.endOfWordSuffix)
    return undefined;
  const normalizers = flatten(definition.normalizer, "normalizers");
  const parts = flatten(definition.preTokenizer, "pretokenizers");
  const last = parts.at(-1);
  if (model.vocabulary.encoding === "bytes" || last?.type === "ByteLevel") {
    return byteLevelShape(model, normalizers, parts);
  }
  return spacedShape(model, normalizers, parts);
}

function byteLevelShape(
  model: BpeModel,
  normalizers: readonly Component[],
  parts: readonly Component[],
): Shape | undefined {
  const stages: Stage[] = [];
  let prefix: Shape["prefix"] = "none";
  for (const part of parts) {
    if (part.type === "ByteLevel") {
      // After it, pieces are in its alphabet, which only it may leave to this encoder.
      if (part !== parts.at(-1)) return undefined;
      if (part["add_prefix_space"] === true) {
        if (parts.length > 1) return undefined;
        prefix = "unless-there";
      }
      if (part["use_regex"] !== false) stages.push({ pattern: GPT2_PATTERN, keepGaps: true });
      continue;
    }
    const stage = stageOf(part);
    if (stage === undefined) return undefined;
    stages.push(stage);
  }
  const regroup = groupsFromRight(stages) ? 3 : 0;
  if (regroup > 0) stages.pop();
  return { model, content: "bytes", normalizers, prefix, stages, regroup, cut: "words" };
}

/** Whether the last stage does nothing but cut pieces that are digits and nothing else from the right. */
function groupsFromRight(stages: readonly Stage[]): boolean {
  if (stages.at(-1)?.pattern !== FROM_THE_RIGHT) return false;
  const before = stages.at(-2)?.pattern;
  return before === NUMERIC_RUN || before === wordPattern(NUMERIC_RUN);
}

/** Whether it makes spaces marks. */
export const isMarkReplacement = (component: Component | undefined) =>
  component?.type === "Replace" &&
  patternOf(component) === escaped(" ") &&
  component["content"] === "▁";

function spacedShape(
  model: BpeModel,
  all: readonly Component[],
  parts: readonly Component[],
): Shape | undefined {
  if (losesCharacters(model)) return undefined;
  const normalizers = [...all];
  const only = parts[0];
  if (only?.type === "Metaspace" && parts.length === 1 && only["replacement"] === "▁") {
    const scheme =
      only["prepend_scheme"] ?? (only["add_prefix_space"] === false ? "never" : "always");
    const prefix =
      scheme === "always" ? "unless-there" : scheme === "first" ? "first-unless-there" : "none";
    // Whether something stands at the very beginning isn't known once a normalizer left out what was there.
    if (scheme === "first" && normalizers.some(({ type }) => type !== "NFC")) return undefined;
    const cut = only["split"] === false ? "words" : "each-space";
    return { model, content: "spaces", normalizers, prefix, stages: [], regroup: 0, cut };
  }
  // Every space has become a mark by then, so cutting at spaces cuts nothing.
  const cutsNothing =
    parts.length === 0 ||
    (parts.length === 1 &&
      only?.type === "Split" &&
      patternOf(only) === escaped(" ") &&
      !(only["behavior"] === "Removed" && only["invert"] === true));
  if (!cutsNothing || !isMarkReplacement(normalizers.at(-1))) return undefined;
  normalizers.pop();
  let prefix: Shape["prefix"] = "none";
  if (normalizers.at(-1)?.type === "Prepend" && normalizers.at(-1)?.["prepend"] === "▁") {
    normalizers.pop();
    prefix = "always";
  }
  return { model, content: "spaces", normalizers, prefix, stages: [], regroup: 0, cut: "words" };
}

/** Whether there are characters that become no token; their neighbours then merge across them. */
function losesCharacters({ unkToken, byteFallback, vocabulary }: BpeModel): boolean {
  if (unkToken !== undefined) return false;
  return !byteFallback || byteTokens(vocabulary, vocabulary.size).some((id) => id < 0);
}
