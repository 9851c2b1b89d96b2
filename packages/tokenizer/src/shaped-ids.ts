// What truncation and padding make of ids alone. All else that is known of the tokens takes the
// slow way, which decides here too what is refused.

import { type EncodingParts, encodingParts } from "./components/encoding-parts.js";
import { type Padding, pad } from "./components/padding.js";
import { type Truncation, truncate } from "./components/truncation.js";
import { type Pipeline, UNLIMITED } from "./pipeline/pipeline.js";
import type { SpecialTokens } from "./pipeline/special-tokens.js";
import type { Surroundings } from "./template.js";

/** The ids of a text that truncation leaves, without those of the template. */
export interface Cut {
  readonly ids: Int32Array;
  readonly truncation: Truncation | undefined;
}

/** Cuts the ids of `text` so that `added` others have room beside them. */
export function cutIds(
  pipeline: Pipeline,
  text: string,
  special: SpecialTokens | undefined,
  truncation: Truncation | undefined,
  added: number,
): Cut {
  if (special === "refuse") pipeline.refuseSpecial(text);
  // What the loop over bytes has found is final, and nothing after it is refused.
  const stops = truncation?.direction === "Right" && pipeline.bytes !== undefined;
  const limit = stops
    ? Math.min(Math.max(0, truncation.maxLength - added) + 1, UNLIMITED)
    : UNLIMITED;
  const { sink } = pipeline;
  sink.count = 0;
  pipeline.encode(text, special === "text" ? "text" : "parse", limit);
  const ids = sink.take();
  return { ids: truncation ? keptIds(ids, truncation, added) : ids, truncation };
}

/** The encodings of texts: their ids at once, all else when it is asked for. */
export function shaped<E>(of: {
  readonly all: readonly Cut[];
  readonly around: Surroundings;
  readonly padding: Padding | undefined;
  /** Everything of the text at `i`, truncated. */
  parts(i: number, truncation: Truncation | undefined): EncodingParts;
  encoding(i: number, ids: Int32Array, parts: () => EncodingParts): E;
}): E[] {
  const { all, around } = of;
  const beside = around.before.length + around.after.length;
  const padding =
    of.padding &&
    settled(
      of.padding,
      all.map(({ ids }) => beside + ids.length),
    );
  return all.map(({ ids, truncation }, i) => {
    let known: EncodingParts | undefined;
    return of.encoding(i, placed(ids, around, padding), () => {
      if (known !== undefined) return known;
      known = of.parts(i, truncation);
      if (padding) [known] = pad([known], padding);
      return known as EncodingParts;
    });
  });
}

/** The ids of a single text that remain beside `added` others, which a template adds. */
function keptIds(ids: Int32Array, truncation: Truncation, added: number): Int32Array {
  const { stride, strategy, direction } = truncation;
  const length = Math.max(0, truncation.maxLength - added);
  if (ids.length <= length) return ids;
  if (length > 0 && (strategy === "OnlySecond" || stride >= length)) {
    const all = [...ids];
    truncate([encodingParts(all, all)], truncation, added);
  }
  return direction === "Right" ? ids.subarray(0, length) : ids.subarray(ids.length - length);
}

/** The padding of a batch, its length that of the longest. */
function settled(padding: Padding, lengths: readonly number[]) {
  const { multipleOf = 1 } = padding;
  let length = padding.length === "longest" ? 0 : padding.length;
  if (padding.length === "longest") for (const each of lengths) length = Math.max(length, each);
  const fixed = { ...padding, length: Math.ceil(length / multipleOf) * multipleOf };
  pad([], fixed);
  return fixed;
}

/** Ids within their template, and that within its padding. */
function placed(
  ids: Int32Array,
  { before, after }: Surroundings,
  padding?: Padding & { readonly length: number },
): Int32Array {
  const length = before.length + ids.length + after.length;
  const missing = padding === undefined ? 0 : Math.max(0, padding.length - length);
  const all = new Int32Array(length + missing);
  if (padding !== undefined) all.fill(padding.id);
  const at = padding?.direction === "Left" ? missing : 0;
  all.set(before, at);
  all.set(ids, at + before.length);
  all.set(after, at + before.length + ids.length);
  return all;
}
