// From a text without added tokens to ids, over the byte encoder.

import { buildEncoder } from "../bpe/build-encoder.js";
import type { BpeEncoder } from "../bpe/encoder.js";
import {
  matchEnd,
  type PieceAutomaton,
  PieceLoop,
  type Splitting,
  UNDECIDED,
} from "../bpe/piece-loop.js";
import type { Shape } from "./shape.js";
import { TextBuffer } from "./text-buffer.js";

/** A stage with its pattern compiled. */
interface Cutter {
  readonly automaton: PieceAutomaton;
  readonly keepGaps: boolean;
}

/** Texts of all kinds: pieces of every length, characters of every size, what patterns leave out. */
export const PRIMERS = [
  "The quick (brown) fox's 1,234,567.89 jumps\n\n  over it \t\r\n",
  "é caractères ÀÉ ½²³ Ⅷ 中文，字。😀👍🏽 \u0301a\u0301 \u{10ffff}\u0378\u0085\ufeff\u00a0",
  "internationalization incomprehensibilities antidisestablishmentarianism ",
  "",
  " ",
  "▁▁x",
];

export class BytePipeline {
  readonly shape: Shape;
  readonly encoder: BpeEncoder;
  readonly loop: PieceLoop;
  readonly buffer = new TextBuffer();
  /** How much of the buffer the last {@link encode} encoded: all of it, unless its limit came first. */
  stopped = 0;
  /** All stages but the last, which the loop does. */
  readonly #cutters: readonly Cutter[];
  readonly #normalize: ((text: string) => string) | undefined;

  /**
   * @param automata   the stages' patterns, compiled.
   * @param normalize  what the shape's normalizers do; absent when there are none.
   */
  constructor(
    shape: Shape,
    automata: readonly PieceAutomaton[],
    normalize: ((text: string) => string) | undefined,
  ) {
    this.shape = shape;
    this.encoder = buildEncoder(shape.model, shape.content);
    this.#normalize = normalize;
    const cutters = automata.map((automaton, i) => ({
      automaton,
      keepGaps: shape.stages[i]?.keepGaps ?? true,
    }));
    const last = cutters.pop();
    this.#cutters = cutters;
    let splitting: Splitting = last?.automaton ?? "whole";
    if (last === undefined && shape.content === "spaces") {
      if (shape.cut === "each-space") splitting = "each-space";
      else if (this.encoder.spacesLead) splitting = "words";
    }
    this.loop = new PieceLoop(this.encoder, splitting, last?.keepGaps ?? true, shape.regroup);
    this.#prime();
  }

  /**
   * Takes each way through the loop once. Code that is optimised before a rare way was taken is
   * thrown away when it first is, in the middle of a text.
   */
  #prime(): void {
    const { loop, encoder, buffer } = this;
    encoder.asleep = true;
    loop.out = new Int32Array(1);
    for (const text of PRIMERS) {
      this.fill(text, true);
      for (const final of [true, false]) {
        this.run(buffer.bytes, buffer.view, 0, buffer.end, final, 0x7fffffff);
        this.run(buffer.bytes, buffer.view, 0, buffer.end, final, 1);
      }
    }
    encoder.asleep = false;
    encoder.pieces.clear();
    loop.count = 0;
  }

  /** How many patterns cut the text, each within the pieces of the one before it. */
  get stages(): number {
    return this.#cutters.length + 1;
  }

  /** Whether the text that is encoded can be another than the one that was given. */
  get normalizes(): boolean {
    return this.#normalize !== undefined;
  }

  /** The text after the normalizers, before spaces become marks. */
  normalized(text: string): string {
    return this.#normalize === undefined ? text : this.#normalize(text);
  }

  /**
   * Adds the ids of a text that {@link normalized} gave to the loop's.
   *
   * @param first  whether the text stands at the beginning of the whole input.
   * @param limit  stops soon after the loop has so many ids.
   * @returns how many bytes the buffer has in front of the text.
   */
  encode(text: string, first: boolean, limit: number): number {
    const prefixed = this.fill(text, first);
    const { bytes, view, end } = this.buffer;
    this.stopped = this.run(bytes, view, 0, end, true, limit);
    return prefixed;
  }

  /** As {@link encode}, for a part of a text to which all normalizers have been applied. */
  encodeNormalized(text: string, first: boolean, limit: number): number {
    const begins = this.shape.prefix === "always" ? "none" : this.shape.prefix;
    const prefixed = this.fill(text, first, begins);
    const { bytes, view, end } = this.buffer;
    this.stopped = this.run(bytes, view, 0, end, true, limit);
    return prefixed;
  }

  /** Writes a text to {@link buffer}, and says how many bytes stand in front of it. */
  fill(text: string, first: boolean, prefix: Shape["prefix"] = this.shape.prefix): number {
    const { shape, buffer } = this;
    if (text.length === 0) {
      buffer.write(text, 0);
      return 0;
    }
    const content =
      shape.content === "spaces" && text.includes("▁") ? text.replaceAll("▁", " ") : text;
    const prefixed =
      prefix === "always" ||
      (prefix !== "none" && (first || prefix === "unless-there") && content.charCodeAt(0) !== 0x20);
    if (prefixed) buffer.bytes[0] = 0x20;
    buffer.write(content, prefixed ? 1 : 0);
    return prefixed ? 1 : 0;
  }

  /** As {@link PieceLoop.run}, through all stages. */
  run(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    final: boolean,
    limit: number,
  ): number {
    return this.#cutters.length === 0
      ? this.loop.run(bytes, view, start, end, final, limit)
      : this.#stage(0, bytes, view, start, end, final, limit);
  }

  #stage(
    index: number,
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    final: boolean,
    limit: number,
  ): number {
    const cutter = this.#cutters[index];
    if (cutter === undefined) return this.loop.run(bytes, view, start, end, final, limit);
    const { automaton, keepGaps } = cutter;
    const { asciiClasses, transitions, start: begin } = automaton;
    let p = start;
    while (p < end) {
      // What no match begins in.
      let q = p;
      let e = -1;
      while (q < end) {
        const a = bytes[q] as number;
        if (a < 0x80) {
          if (transitions[begin + (asciiClasses[a] as number)] === 0) {
            q++;
            continue;
          }
        } else if ((a & 0xc0) === 0x80) {
          q++;
          continue;
        }
        e = matchEnd(automaton, bytes, q, end, final);
        if (e > q || e === UNDECIDED) break;
        q++;
      }
      if (!final && (q >= end || e === UNDECIDED)) break;
      if (q > p && keepGaps) {
        this.#stage(index + 1, bytes, view, p, q, true, limit);
        if (this.loop.count >= limit) return q;
      }
      p = q;
      if (q >= end) break;
      this.#stage(index + 1, bytes, view, q, e, true, limit);
      p = e;
      if (this.loop.count >= limit) break;
    }
    return p;
  }
}
