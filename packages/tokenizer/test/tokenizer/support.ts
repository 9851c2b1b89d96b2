// What every tokenizer must do, whatever its kind: held against Hugging Face's, and
// against what the words mean.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect } from "vitest";
import { extras } from "../../src/extras.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import { Pipeline } from "../../src/pipeline/pipeline.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { Oracle } from "../support/oracle.js";
import { anyText, hostileText } from "../support/texts.js";

export const seed = Number(process.env["SEED"] ?? 20261126);

export interface Subject {
  readonly tokenizer: Tokenizer;
  readonly oracle: Oracle;
  /** The exact, slow way of the same definition. */
  readonly pipeline: Pipeline;
  readonly text: fc.Arbitrary<string>;
}

/** Our tokenizer and the reference, of a file's path or of a tokenizer.json's object. */
export function subjectOf(source: string | object): Subject {
  const json =
    typeof source === "string" ? readFileSync(source) : Buffer.from(JSON.stringify(source));
  const definition = readTokenizerJson(json);
  const special = definition.addedTokens.map(({ content }) => content).slice(0, 40);
  return {
    tokenizer: new Tokenizer(definition),
    oracle: Oracle.fromJson(json.toString()),
    pipeline: new Pipeline(definition, extras),
    text: fc.oneof(
      { weight: 1, arbitrary: anyText(40) },
      { weight: 3, arbitrary: hostileText({ special, fragments: 8, run: 20 }) },
    ),
  };
}

/** The text as UTF-8 has it. */
export const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** Cuts a text anywhere. */
export const cuts = fc.array(fc.nat(), { maxLength: 8 });

export function partsOf(text: string, places: readonly number[]): string[] {
  const at = [0, ...places.map((place) => place % (text.length + 1)), text.length];
  at.sort((a, b) => a - b);
  return at.slice(1).map((end, i) => text.slice(at[i], end));
}

const byteLength = (text: string) => new TextEncoder().encode(text).length;

export async function sameAsReference({ tokenizer, oracle, pipeline }: Subject, text: string) {
  pipeline.sink.count = 0;
  pipeline.encode(text);
  expect([...pipeline.sink.take()]).toEqual(pipeline.detailed(text).ids);
  for (const addSpecialTokens of [false, true]) {
    const encoding = tokenizer.encode(text, { addSpecialTokens });
    const expected = await oracle.encode(text, { addSpecialTokens });
    expect([...encoding.ids]).toEqual(expected.ids);
    expect([...tokenizer.encodeIds(text, { addSpecialTokens })]).toEqual(expected.ids);
    const spans = Array.from(encoding.starts, (start, i) => [start, encoding.ends[i]]);
    expect(spans).toEqual(expected.offsets);
    const { byteStarts, byteEnds } = encoding;
    for (const [i, [start, end]] of expected.offsets.entries()) {
      expect(byteStarts[i]).toBe(byteLength(text.slice(0, start)));
      expect(byteEnds[i]).toBe(byteLength(text.slice(0, end)));
    }
    expect([...encoding.typeIds]).toEqual(expected.typeIds);
    expect([...encoding.specialTokensMask]).toEqual(expected.specialMask);
    expect(Array.from(encoding.wordIds, (word) => (word < 0 ? null : word))).toEqual(
      expected.words,
    );
  }
}

export async function decodesAsReference({ tokenizer, oracle }: Subject, ids: readonly number[]) {
  for (const skipSpecialTokens of [false, true]) {
    const expected = await oracle.decode(ids, skipSpecialTokens);
    expect(tokenizer.decode(ids, { skipSpecialTokens })).toBe(expected);
    const stream = tokenizer.decodeStream({ skipSpecialTokens });
    for (const count of [1, 3]) {
      let text = "";
      for (let i = 0; i < ids.length; i += count) {
        text += stream.push(count === 1 ? (ids[i] as number) : ids.slice(i, i + count));
      }
      expect(text + stream.end()).toBe(expected);
    }
  }
}

export function streamsAsWhole({ tokenizer }: Subject, text: string, places: readonly number[]) {
  for (const specialTokens of ["parse", "text"] as const) {
    const expected = [...tokenizer.encode(text, { specialTokens }).ids];
    const stream = tokenizer.encodeStream({ specialTokens });
    for (const parts of [partsOf(text, places), text.split("")]) {
      const ids = parts.flatMap((part) => [...stream.push(part)]);
      expect([...ids, ...stream.end()]).toEqual(expected);
    }
  }
}

export function countsAndTruncates(
  { tokenizer, pipeline }: Pick<Subject, "tokenizer" | "pipeline">,
  text: string,
  limit: number,
) {
  for (const specialTokens of ["parse", "text"] as const) {
    // Without the template, which may repeat the text.
    const countOf = (each: string) => pipeline.detailed(each, specialTokens, false).ids.length;
    const { ids, ends } = pipeline.detailed(text, specialTokens);
    const count = ids.length;
    for (const addSpecialTokens of [false, true]) {
      const options = { addSpecialTokens, specialTokens };
      const { length } = tokenizer.encode(text, options);
      expect(tokenizer.count(text, options)).toBe(length);
      for (const most of [limit, length - 1, length, length + 1]) {
        if (most < 0) continue;
        expect(tokenizer.countUpTo(text, most, options)).toBe(Math.min(most, length));
      }
    }
    for (const most of [limit, count - 1, count, 0, 2 ** 40]) {
      if (most < 0) continue;
      const prefix = tokenizer.truncate(text, most, { specialTokens });
      expect(text.startsWith(prefix)).toBe(true);
      expect(countOf(prefix)).toBeLessThanOrEqual(most);
      expect(
        /[\ud800-\udbff]$/.test(prefix) && /^[\udc00-\udfff]/.test(text.slice(prefix.length)),
      ).toBe(false);
      if (count <= most) expect(prefix).toBe(text);
      else if (most > 0 && ends[most - 1] !== ends[most]) {
        // All that the first tokens stand for, if it fits by itself.
        const first = text.slice(0, ends[most - 1]);
        if (countOf(first) <= most) expect(prefix).toBe(first);
      }
    }
  }
}
