import { describe, expect, it } from "vitest";
import { findNumbers, type MathNumber } from "../../src/numbers/math-number.js";
import { cases } from "./cases.js";

const shown = ({ kind, value }: MathNumber) => {
  if (!value) return `${kind} undefined`;
  const below = value.denominator === 1n ? "" : `/${value.denominator}`;
  return `${kind} ${value.numerator}${below}`;
};

const mark = (text: string, numbers: readonly MathNumber[]) => {
  let out = "";
  let at = 0;
  for (const { start, end } of numbers) {
    out += `${text.slice(at, start)}«${text.slice(start, end)}»`;
    at = end;
  }
  return out + text.slice(at);
};

describe.each(Object.entries(cases))("numbers in a text: %s", (_, group) => {
  it.each(group.map(([marked, ...found]) => [marked, found] as const))("%s", (marked, found) => {
    const text = marked.replace(/[«»]/g, "");
    const numbers = findNumbers(text);
    expect([mark(text, numbers), ...numbers.map(shown)]).toEqual([marked, ...found]);
  });

  it("are the same in the middle of a text", () => {
    for (const [marked, ...found] of group) {
      const text = `so that ${marked.replace(/[«»]/g, "")} as above`;
      const numbers = findNumbers(text);
      expect([mark(text, numbers), ...numbers.map(shown)]).toEqual([
        `so that ${marked} as above`,
        ...found,
      ]);
    }
  });
});

it("covers more than 150 cases", () => {
  expect(Object.values(cases).flat().length).toBeGreaterThan(150);
});
