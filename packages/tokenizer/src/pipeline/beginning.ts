// The beginning of a text, as much of it as so many tokens need: for counting up to a limit
// and for cutting at one. Where that isn't known for less than the whole text, nothing is said.

import { isHigh } from "../unicode/surrogates.js";
import type { BytePipeline } from "./byte-pipeline.js";
import type { Pipeline } from "./pipeline.js";
import type { SpecialTokens } from "./special-tokens.js";

/** What a token has unless a sample of the text, so long, says otherwise. */
const UNITS_A_TOKEN = 5;
const SAMPLE = 4096;
/** Texts are not the same throughout: so much more than that is read, and if that's not enough, so much more again. */
const MORE = [1.125, 8];
/** A few units more are needed to decide the last token. */
const MORE_UNITS = 1024;
/** Tokens before the cut that are looked at again when a text ends there. */
const BACK = 64;

/**
 * Writes the beginning of `text` to the pipeline's buffer; false if it has added tokens, or is
 * changed by a normalizer, or isn't served by the bytes alone.
 */
function fill(
  pipeline: Pipeline,
  text: string,
  limit: number,
  special: SpecialTokens,
  more: number,
): BytePipeline | undefined {
  const { bytes } = pipeline;
  if (bytes === undefined || special === "refuse" || !pipeline.streams) return undefined;
  let units = Math.ceil(more * limit * unitsAToken(bytes, text, limit)) + MORE_UNITS;
  units = Math.min(text.length, units);
  if (units < text.length && isHigh(text.charCodeAt(units - 1))) units--;
  // A token that begins before the end of this may go on behind it.
  const searched = units < text.length ? text.slice(0, units + pipeline.longestAdded) : text;
  if (bytes.normalized(searched) !== searched || pipeline.hasAdded(searched, special === "text")) {
    return undefined;
  }
  bytes.fill(units < text.length ? text.slice(0, units) : text, true);
  return bytes;
}

function unitsAToken(bytes: BytePipeline, text: string, limit: number): number {
  if (limit < SAMPLE || text.length < 2 * SAMPLE) return UNITS_A_TOKEN;
  const { buffer, loop } = bytes;
  // Beginnings are often other than the rest: titles, short lines.
  const at = Math.min(text.length >> 1, 2 * limit);
  bytes.fill(text.slice(0, SAMPLE / 2) + text.slice(at, at + SAMPLE / 2), true);
  loop.count = 0;
  bytes.run(buffer.bytes, buffer.view, 0, buffer.end, false, limit);
  return loop.count === 0 ? UNITS_A_TOKEN : SAMPLE / loop.count;
}

/** How many tokens a text has, but at most about `limit`; undefined if that isn't known so. */
export function countBeginning(
  pipeline: Pipeline,
  text: string,
  limit: number,
  special: SpecialTokens,
): number | undefined {
  for (const more of MORE) {
    const bytes = fill(pipeline, text, limit, special, more);
    if (bytes === undefined) break;
    const { buffer, loop } = bytes;
    const whole = buffer.text.length === text.length;
    loop.count = 0;
    bytes.run(buffer.bytes, buffer.view, 0, buffer.end, whole, limit);
    if (whole || loop.count >= limit) return loop.count;
  }
  return undefined;
}

/** The beginning of a text that has at most `limit` tokens; undefined if that isn't known so. */
export function cutBeginning(
  pipeline: Pipeline,
  text: string,
  limit: number,
  special: SpecialTokens,
): string | undefined {
  for (const more of MORE) {
    const bytes = fill(pipeline, text, limit + BACK, special, more);
    if (bytes === undefined || bytes.stages > 1) break;
    const { buffer, loop } = bytes;
    const whole = buffer.text.length === text.length;
    loop.count = 0;
    // Up to the end of a piece shortly before the cut, and on beyond the cut.
    const { bytes: octets, view, end } = buffer;
    const stop = bytes.run(octets, view, 0, end, whole, Math.max(0, limit - BACK));
    const before = loop.count;
    if (before > limit) break;
    if (before < limit + 1 && stop < end) bytes.run(octets, view, stop, end, whole, limit + 1);
    if (loop.count > limit) return cutBehind(bytes, text, limit, stop, before);
    if (whole) return text;
  }
  return undefined;
}

/** @param stop  where in the buffer the first `before` tokens end, a few less than `limit`. */
function cutBehind(
  bytes: BytePipeline,
  text: string,
  limit: number,
  stop: number,
  before: number,
): string | undefined {
  const { buffer, loop, encoder } = bytes;
  const { bytes: octets, view, begin } = buffer;
  const { lengths, unknownId } = encoder;
  let cut = stop;
  for (let i = before; i < limit; i++) {
    const id = loop.out[i] as number;
    if (id === unknownId) return undefined;
    cut += lengths[id] as number;
  }
  // By itself a beginning can be more tokens than it was in the whole: then less of it.
  const known = loop.count;
  for (let keep = limit; keep > before; keep--) {
    const whole = wholeCharacters(octets, begin, cut);
    loop.count = known;
    bytes.run(octets, view, stop, whole, true, known + limit + 1);
    if (before + loop.count - known <= limit) return text.slice(0, buffer.units(begin, whole));
    cut -= lengths[loop.out[keep - 1] as number] as number;
  }
  return undefined;
}

/** The last place up to `end` that isn't within a character. */
function wholeCharacters(bytes: Uint8Array, begin: number, end: number): number {
  let at = end;
  while (at > begin && ((bytes[at] as number) & 0xc0) === 0x80) at--;
  return at;
}
