import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { MathTokenizer } from "../../src/math-tokenizer.js";
import { findNumbers, type MathNumber } from "../../src/numbers/math-number.js";
import { parseRational } from "../../src/numbers/rational.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { trainBpe } from "../../src/training/train-bpe.js";
import { cases } from "./cases.js";

const tokenizer = new MathTokenizer(await trainBpe(["a b"], { vocabularySize: 256 }));

const only = (text: string) => findNumbers(text)[0] as MathNumber;

describe("a number as JSON", () => {
  it("has its text, kind, span, and its value as a string", () => {
    expect(JSON.parse(JSON.stringify(findNumbers("half is 1/2, not -0.250")))).toEqual([
      { text: "1/2", value: "1/2", kind: "fraction", sign: 1, unit: null, start: 8, end: 11 },
      { text: "-0.250", value: "-1/4", kind: "decimal", sign: -1, unit: null, start: 17, end: 23 },
    ]);
  });

  it("keeps every digit of what no double can hold", () => {
    const digits = "123456789".repeat(9);
    expect(only(digits).toJSON().value).toBe(digits);
  });

  it("has null where there is no value", () => {
    expect(only("1e999999999").toJSON().value).toBeNull();
  });

  it.each(Object.keys(cases))("has a value that parseRational reads back: %s", (name) => {
    for (const [marked] of cases[name] ?? []) {
      for (const number of findNumbers(marked.replace(/[«»]/g, ""))) {
        const { value } = number.toJSON();
        expect(value === null ? undefined : parseRational(value)).toEqual(number.value);
      }
    }
  });

  it("has the tokens too for a number of an encoding", () => {
    const { numbers } = tokenizer.encode("x = -75 km");
    expect(JSON.parse(JSON.stringify(numbers))).toEqual([
      {
        ...JSON.parse(JSON.stringify(only("x = -75 km"))),
        sign: -1,
        unit: "km",
        sequence: 0,
        tokenStart: 4,
        tokenEnd: 7,
        complete: true,
      },
    ]);
  });

  it("is in the JSON of an encoding", () => {
    const encoding = tokenizer.encode("x = 7", { pair: "y = 8" });
    const json = JSON.parse(JSON.stringify(encoding));
    expect(Object.keys(json)).toEqual(["ids", "tokens", "offsets", "numbers"]);
    expect(json.numbers).toEqual(JSON.parse(JSON.stringify(encoding.numbers)));
    expect(json.numbers).toHaveLength(2);
  });
});

describe("a number in Node's console", () => {
  it("shows what its JSON has", () => {
    expect(inspect(only("50%"))).toBe(
      "MathNumber {\n  text: '50%',\n  value: '1/2',\n  kind: 'percent',\n  sign: 1,\n  unit: null,\n  start: 0,\n  end: 3\n}",
    );
  });

  it("has its own name in an encoding", () => {
    const { numbers } = tokenizer.encode("2/6");
    expect(inspect(numbers, { breakLength: Number.POSITIVE_INFINITY, compact: true })).toBe(
      "[ EncodedNumber { text: '2/6', value: '1/3', kind: 'fraction', sign: 1, unit: null, start: 0, end: 3, sequence: 0, tokenStart: 0, tokenEnd: 3, complete: true } ]",
    );
  });

  it("is shown with its encoding, of which nothing internal is", () => {
    const encoding = tokenizer.encode("a 7", { pair: "8" });
    const shown = inspect(encoding, { depth: 9 });
    expect(shown).toMatch(/^MathEncoding \{\s+ids: Int32Array\(4\)/);
    expect(shown).toMatch(/numbers: \[\s+EncodedNumber \{\s+text: '7'/);
    expect(shown).toContain("pair: '8'");
    expect(inspect(tokenizer.encode("a"))).not.toContain("pair");
    const plain = inspect(new Tokenizer(tokenizer.definition).encode("a 7"), { depth: 9 });
    expect(plain).toMatch(/^Encoding \{\s+ids: Int32Array\(3\)/);
    for (const text of [shown, plain]) expect(text).not.toMatch(/source|Function/);
  });

  it("is shown inside other objects with their options", () => {
    expect(inspect({ n: only("50%") }, { compact: false })).toContain("text: '50%',\n");
  });

  it("is shown where the host hands no inspect", () => {
    const shown = Object(only("7"))[Symbol.for("nodejs.util.inspect.custom")](2, {});
    expect(shown).toBe(
      'MathNumber {"text":"7","value":"7","kind":"integer","sign":1,"unit":null,"start":0,"end":1}',
    );
  });
});
