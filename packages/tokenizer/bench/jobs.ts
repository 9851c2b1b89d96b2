// What a measuring process is asked and what it answers. One process measures one peer
// once: see worker.ts for how, and peer.py for the same in Python.

import type { VocabularyFiles } from "./vocabularies.js";

export type Mode =
  /** Encode and decode long texts. */
  | "speed"
  /** Milliseconds for each text, small ones as the median of three. */
  | "runs"
  /** Microseconds a call for many short texts. */
  | "short"
  /** Load and encode a word. */
  | "load"
  /** What only ours has: compiled form, counting, streaming, numbers. */
  | "compiled"
  | "counting"
  | "stream"
  | "numbers"
  /** Chat templates. */
  | "chat";

export interface TextFile {
  readonly name: string;
  readonly path: string;
  /** Encode it once only. */
  readonly once?: boolean;
}

export interface Job {
  readonly peer: string;
  readonly mode: Mode;
  readonly files: VocabularyFiles;
  readonly warm: string;
  readonly texts: readonly TextFile[];
}

/** Speeds in MB/s of UTF-8 (10⁶ bytes), times as `mode` says. */
export interface Result {
  readonly text: string;
  readonly fresh?: number;
  readonly repeat?: number;
  readonly decode?: number;
  readonly count?: number;
  readonly ms?: number;
  /** How many ids, and SHA-256 of them as little-endian 32-bit integers. */
  readonly ids?: number;
  readonly hash?: string;
  /** Heap growth a call. */
  readonly bytes?: number;
  readonly [figure: string]: number | string | undefined;
}

export interface Answer {
  /** CPU milliseconds from nothing to a tokenizer. */
  readonly load: number;
  readonly results: readonly Result[];
}
