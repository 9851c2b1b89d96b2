// Everything that the page shows of a text, made in the worker.

import {
  type EncodedNumber,
  equalRationals,
  type MathTokenizer,
  parseRational,
  type Rational,
  toDecimalString,
} from "../src/index.js";
import {
  type Encoded,
  type EncodeSettings,
  type Entry,
  type FoundNumber,
  MOST_NUMBERS,
  MOST_TOKENS,
} from "./messages.js";

export function encodeFor(
  tokenizer: MathTokenizer,
  text: string,
  settings: EncodeSettings,
): Encoded {
  const time = timeOf(() => tokenizer.encodeIds(text, settings));
  const encoding = tokenizer.encode(text, settings);
  const first = (all: Int32Array) => all.slice(0, MOST_TOKENS);
  const ids = first(encoding.ids);
  return {
    text,
    tokens: {
      ids,
      starts: first(encoding.starts),
      ends: first(encoding.ends),
      byteStarts: first(encoding.byteStarts),
      byteEnds: first(encoding.byteEnds),
    },
    entries: entriesOf(tokenizer, ids),
    numbers: encoding.numbers.slice(0, MOST_NUMBERS).map(toFound),
    tokenCount: encoding.length,
    numberCount: encoding.numberSpans.count,
    characters: countCharacters(text),
    bytes: new TextEncoder().encode(text).length,
    time,
  };
}

/** Milliseconds for a call: the mean of many once it is warm, or of one that is long. */
function timeOf(work: () => void): number {
  const warm = meanOf(work, 5);
  return warm > 20 ? warm : meanOf(work, 5);
}

/** The clock of a browser is coarse, so one short call says nothing. */
function meanOf(work: () => void, least: number): number {
  const start = performance.now();
  for (let calls = 1; ; calls++) {
    work();
    const passed = performance.now() - start;
    if (passed >= least) return passed / calls;
  }
}

function entriesOf(tokenizer: MathTokenizer, ids: Int32Array): Map<number, Entry> {
  const special = new Set<number>();
  for (const token of tokenizer.definition.addedTokens) if (token.special) special.add(token.id);
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const entries = new Map<number, Entry>();
  for (const id of ids) {
    if (entries.has(id)) continue;
    const bytes = tokenizer.decodeBytes([id]);
    entries.set(id, {
      token: tokenizer.idToToken(id) ?? "",
      bytes: Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")),
      text: decoded(strict, bytes),
      special: special.has(id),
    });
  }
  return entries;
}

function decoded(decoder: TextDecoder, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function toFound(number: EncodedNumber): FoundNumber {
  const { start, end, tokenStart, tokenEnd, kind, text, value, unit } = number;
  const exact = value && writeRational(value);
  const decimal = value && writeDecimal(value);
  return { start, end, tokenStart, tokenEnd, kind, text, exact, decimal, unit: unit?.text };
}

function writeRational({ numerator, denominator }: Rational): string {
  return denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;
}

function writeDecimal(value: Rational): string {
  const digits = toDecimalString(value, 12);
  return equalRationals(parseRational(digits), value) ? digits : `${digits}…`;
}

function countCharacters(text: string): number {
  let pairs = 0;
  for (let i = 1; i < text.length; i++) {
    const isLow = (text.charCodeAt(i) & 0xfc00) === 0xdc00;
    if (isLow && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) pairs++;
  }
  return text.length - pairs;
}
