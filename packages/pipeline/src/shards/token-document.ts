// A document as shards hold it, checked before a byte of it is written.

import { describe, integer } from "../check.js";
import { ensure, PipelineError } from "../errors.js";
import { MAX_DOCUMENT } from "../limits.js";

/** Tokens `[start, end)` of a document, counted from its first. */
export type LossRun = readonly [start: number, end: number];

export interface TokenDocument {
  readonly tokens: Int32Array | Uint32Array | Uint16Array;
  /**
   * Which tokens a model shall learn to predict: runs in ascending order that don't
   * overlap. Without it, all; with `[]`, none.
   */
  readonly loss?: readonly LossRun[] | undefined;
}

/** Throws `ERR_ARGUMENT` unless `document` can be written; `name` is how the message names it. */
export function checkDocument(document: TokenDocument, vocabularySize: number, name: string) {
  const tokens: unknown = document?.tokens;
  ensure(
    tokens instanceof Int32Array || tokens instanceof Uint32Array || tokens instanceof Uint16Array,
    "ERR_ARGUMENT",
    () =>
      `${name}.tokens: expected an Int32Array, Uint32Array or Uint16Array, found ${describe(tokens)}`,
  );
  integer(tokens.length, `${name}.tokens.length`, 0, MAX_DOCUMENT);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as number;
    if (token < 0 || token >= vocabularySize) {
      throw new PipelineError(
        "ERR_ARGUMENT",
        `${name}.tokens[${i}]: expected an id from 0 to ${vocabularySize - 1}, found ${token}`,
      );
    }
  }
  if (document.loss === undefined) return;
  ensure(
    Array.isArray(document.loss),
    "ERR_ARGUMENT",
    () => `${name}.loss: expected an array of [start, end], found ${describe(document.loss)}`,
  );
  let last = 0;
  for (const [i, run] of document.loss.entries()) {
    const place = `${name}.loss[${i}]`;
    ensure(
      Array.isArray(run) && run.length === 2,
      "ERR_ARGUMENT",
      () => `${place}: expected [start, end], found ${describe(run)}`,
    );
    const start = integer(run[0], `${place}[0]`, last, tokens.length);
    last = integer(run[1], `${place}[1]`, start + 1, tokens.length);
  }
}
