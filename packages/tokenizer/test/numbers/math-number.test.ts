import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { MathTokenizer } from "../../src/math-tokenizer.js";
import { findNumbers, type MathNumber } from "../../src/numbers/math-number.js";
import { parseRational } from "../../src/numbers/rational.js";
import { trainBpe } from "../../src/training/train-bpe.js";
import { cases } from "./cases.js";

const only = (text: string) => findNumbers(text)[0] as MathNumber;

describe("a number as JSON", () => {
  it("has its text, kind, span, and its value as a string", () => {
    expect(JSON.parse(JSON.stringify(findNumbers("half is 1/2, not -0.250")))).toEqual([
      { text: "1/2", value: "1/2", kind: "fraction", start: 8, end: 11 },
      { text: "-0.250", value: "-1/4", kind: "decimal", start: 17, end: 23 },
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

  it("is the same for a number of an encoding", async () => {
    const tokenizer = new MathTokenizer(await trainBpe(["x = 7"], { vocabularySize: 257 }));
    const { numbers } = tokenizer.encode("x = 7");
    expect(JSON.stringify(numbers)).toBe(JSON.stringify(findNumbers("x = 7")));
  });
});

describe("a number in Node's console", () => {
  it("shows what its JSON has", () => {
    expect(inspect(only("50%"))).toBe(
      "MathNumber { text: '50%', value: '1/2', kind: 'percent', start: 0, end: 3 }",
    );
  });

  it("is shown inside other objects with their options", () => {
    expect(inspect({ n: only("50%") }, { compact: false })).toContain("text: '50%',\n");
  });

  it("is shown where the host hands no inspect", () => {
    const shown = Object(only("7"))[Symbol.for("nodejs.util.inspect.custom")](2, {});
    expect(shown).toBe('MathNumber {"text":"7","value":"7","kind":"integer","start":0,"end":1}');
  });
});
