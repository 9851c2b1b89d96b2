// Masks of wide states come from what was known beforehand of the vocabulary; here
// they are held against walking the bytes of every token.

import { describe, expect, it } from "vitest";
import { compileGrammar, type GrammarSource, Vocabulary } from "../../src/index.js";
import { allowedTokens } from "./support/vocabularies.js";

const LETTERS = "abcXYZ019 ,.!<>{}()[]:\"\\/'\n\t\u0001éßЖ中文日😀-_=+";

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Pieces of random text, many of plain letters and some cut within a character, of up to 40 characters. */
function tokensOf(count: number): Uint8Array[] {
  const random = randomNumbers(1);
  const letters = Array.from(LETTERS);
  return Array.from({ length: count }, () => {
    const most = random() < 0.5 ? 9 : letters.length;
    const length = 1 + Math.floor(random() ** 3 * 40);
    const text = Array.from({ length }, () => letters[Math.floor(random() * most)]).join("");
    const bytes = new TextEncoder().encode(text);
    const [from, to] = [random() < 0.1 ? 1 : 0, bytes.length - (random() < 0.1 ? 1 : 0)];
    return to > from ? bytes.slice(from, to) : bytes;
  });
}

const tokens: (Uint8Array | undefined)[] = [
  undefined,
  ...Array.from(LETTERS, (letter) => new TextEncoder().encode(letter)),
  ...tokensOf(4000),
];
const vocabulary = new Vocabulary({ tokens, endTokens: [0] });

const string = (more: object) =>
  ({ type: "json-schema", schema: { type: "string", ...more } }) as const;
const cases: readonly (readonly [string, GrammarSource])[] = [
  ["any string", string({})],
  ["a string of at most 12 characters", string({ maxLength: 12 })],
  ["a string of 20 to 60 characters", string({ minLength: 20, maxLength: 60 })],
  ["a string with a pattern", string({ pattern: "^[a-z ]{0,30}é?.*!$" })],
  ["JSON", { type: "json-schema", schema: true }],
  ["letters, counted", { type: "regex", pattern: "([a-zA-Z0-9 ]{3,9}[,.]?){0,5}" }],
  ["all but some characters", { type: "regex", pattern: "[^<>]*" }],
  ["all but a letter", { type: "regex", pattern: "[^X]{0,30}X" }],
  ["text in brackets", { type: "gbnf", source: 'root ::= "(" ([^()] | root)* ")" [^\\n]*' }],
  ["a rule that may end anywhere", { type: "gbnf", source: 'root ::= ([^()] | "(" root ")")*' }],
  [
    "counted text within a rule",
    { type: "gbnf", source: 'root ::= "(" part* ")" "." \npart ::= [a-z]{1,4} | [^()]{2} | root' },
  ],
  [
    "a trigger",
    { type: "trigger", triggers: ["<<", "\\("], grammar: { type: "regex", pattern: "[^>]{1,9}>" } },
  ],
  [
    "a trigger, then the end",
    {
      type: "trigger",
      triggers: ["Ж"],
      grammar: { type: "regex", pattern: "[^文]*文" },
      after: "end",
    },
  ],
];

describe("masks of wide states", () => {
  it.each(cases)("are exact for %s", async (_, source) => {
    const grammar = await compileGrammar(source, vocabulary);
    const random = randomNumbers(2);
    let matcher = grammar.start();
    for (let n = 0; n < 25; n++) {
      const expected = tokens.flatMap((__, token) => (matcher.allows(token) ? [token] : []));
      expect(allowedTokens(matcher.mask(), tokens.length)).toEqual(expected);
      const more = expected.filter((token) => token !== 0);
      if (more.length === 0) matcher = grammar.start();
      else matcher.accept(more[Math.floor(random() * more.length)] as number);
    }
  });
});
