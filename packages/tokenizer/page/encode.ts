// Everything that the page shows of a text, made in the worker.

import {
  type EncodedNumber,
  type MathTokenizer,
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

/** UTF-16 units of a text that takes longer than what its first call may have to build. */
const LONG = 200_000;

export function encodeFor(
  tokenizer: MathTokenizer,
  text: string,
  settings: EncodeSettings,
): Encoded {
  const time = timeOf(() => tokenizer.encodeIds(text, settings), text.length > LONG);
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

/** Milliseconds for a call, once it is warm unless that would take long. */
function timeOf(work: () => void, isLong: boolean): number {
  const first = meanOf(work, 20);
  return isLong ? first : meanOf(work, 5);
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
    const token = tokenizer.idToToken(id) ?? "";
    const bytes = bytesOf(tokenizer, id, token);
    entries.set(id, {
      token,
      bytes: Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")),
      text: decoded(strict, bytes),
      special: special.has(id),
    });
  }
  return entries;
}

/** What a token adds to a text, wherever it stands. */
function bytesOf(tokenizer: MathTokenizer, id: number, token: string): Uint8Array {
  // A byte of its own decodes to the mark for what is no character.
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
  const bytes = tokenizer.decodeBytes([id]);
  // At the beginning of a text this space is left out.
  return token.startsWith("▁") ? tokenizer.decodeBytes([id, id]).subarray(bytes.length) : bytes;
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

/** Places of a decimal that are shown. */
const PLACES = 12;

function writeDecimal(value: Rational): string {
  const isWhole = 10n ** BigInt(PLACES) % value.denominator === 0n;
  return toDecimalString(value, PLACES) + (isWhole ? "" : "…");
}

function countCharacters(text: string): number {
  let pairs = 0;
  for (let i = 1; i < text.length; i++) {
    const isLow = (text.charCodeAt(i) & 0xfc00) === 0xdc00;
    if (isLow && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) pairs++;
  }
  return text.length - pairs;
}
