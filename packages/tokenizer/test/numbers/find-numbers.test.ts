import { describe, expect, it } from "vitest";
import { findNumbers } from "../../src/numbers/math-number.js";
import { cases } from "./cases.js";
import { mark, shown } from "./support.js";

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

describe("options", () => {
  const found = (text: string, options: object) => {
    const numbers = findNumbers(text, options);
    return [mark(text, numbers), ...numbers.map(shown)];
  };

  it("divide two numbers by a slash", () => {
    expect(found("1/2 and 3 1/2 and \\frac12", { slashFractions: false })).toEqual([
      "«1»/«2» and «3» «1»/«2» and «\\frac12»",
      "integer 1",
      "integer 2",
      "integer 3",
      "integer 1",
      "integer 2",
      "fraction 1/2",
    ]);
  });

  it("join groups by plain spaces", () => {
    expect(found("1 234 567 and 5 67 and 2 1/2 and 1 2 345", { spaceGroups: true })).toEqual([
      "«1 234 567» and «5» «67» and «2 1/2» and «1» «2» «345»",
      "grouped 1234567",
      "integer 5",
      "integer 67",
      "mixed 5/2",
      "integer 1",
      "integer 2",
      "integer 345",
    ]);
  });

  it("multiply by words", () => {
    expect(found("$1.5 million, 2 hundred, 3 thousands", { multipliers: true })).toEqual([
      "$«1.5 million», «2 hundred», «3» thousands",
      "decimal 1500000",
      "integer 200",
      "integer 3",
    ]);
    expect(found("1.5 million", {})).toEqual(["«1.5» million", "decimal 3/2"]);
  });
});

describe("what a number tells", () => {
  const one = (text: string) => {
    const [number] = findNumbers(text);
    if (!number) throw new Error(`no number in ${text}`);
    return number;
  };

  it.each([
    ["0.10", 2],
    ["0.1", 1],
    ["12.50%", 2],
    ["1.25e3", 2],
    ["5.", 0],
    ["1,234.567", 3],
    ["1/2", 0],
    ["\\frac{0.25}{2}", 0],
    ["٣٫٥", 1],
  ])("has the decimal places of %s as written: %i", (text, places) => {
    expect(one(text).decimalPlaces).toBe(places);
  });

  it.each([
    ["-5", -1],
    ["−5", -1],
    ["-0", -1],
    ["+5", 1],
    ["\\frac{-1}{2}", -1],
    ["-\\frac{-1}{2}", 1],
    ["\\frac{1}{-2}", -1],
    ["\\frac1{-2}", -1],
    ["\\frac{-1}{-2}", 1],
    ["-\\frac{-1}{-2}", -1],
    ["10^{-3}", 1],
  ])("has the sign of %s: %i", (text, sign) => {
    expect(one(text).sign).toBe(sign);
  });

  it("tells LaTeX from plain text", () => {
    expect(["\\frac12", "1{,}000", "5\\%", "10^{3}"].map((text) => one(text).latex)).toEqual(
      Array(4).fill(true),
    );
    expect(["1/2", "1,000", "5%", "10^3"].map((text) => one(text).latex)).toEqual(
      Array(4).fill(false),
    );
  });

  it("reads a value once", () => {
    const number = one("1/3");
    expect(number.value).toBe(number.value);
  });

  it.each([
    ["5 km", "km", 2],
    ["5km away", "km", 1],
    ["60 km/h.", "km/h", 3],
    ["9.8 m/s^2", "m/s^2", 4],
    ["3 cm²", "cm²", 2],
    ["5\\text{ cm}", "cm", 1],
    ["5\\,\\mathrm{kg}", "kg", 3],
    ["$12", "$", 0],
    ["\\$12", "$", 0],
    ["-$5", "$", 1],
    ["€5", "€", 0],
    ["5 €", "€", 2],
    ["90°", "°", 2],
    ["20 °C", "°C", 3],
    ["90^\\circ", "°", 2],
    ["90^{\\circ}", "°", 2],
    ["50 minutes", "minutes", 3],
    ["3-inch pipe", "inch", 2],
    ["$5 + $3", "$", 0],
    ["9.8 m/s^{2}", "m/s^{2}", 4],
    ["3 mm", "mm", 2],
    ["7\\text{ m/s^{2}}", "m/s^{2}", 1],
    ["7\\,\\text{m/s}^2", "m/s^2", 3],
    ["$5 m^2", "m^2", 3],
    ["5 in", "in", 2],
    ["5 in. of rain", "in", 2],
    ["5 in of rain", "in", 2],
    ["5-in pipe", "in", 2],
    ["5in pipe", "in", 1],
    ["5 in^2 in all", "in^2", 2],
    ["12 in × 3 in", "in", 3],
    ["5 in by 3 in", "in", 2],
    ["3 A of current", "A", 2],
    ["a current of 3 A.", "A", 15],
    ["20 C, then", "C", 3],
    ["64 B", "B", 3],
    ["12 A/m here", "A/m", 3],
    ["12\\text{ A} flow", "A", 2],
    ["154 pm bonds", "pm", 4],
    ["5 m wide", "m", 2],
    ["$100 - $50", "$", 0],
  ])("has the unit of %s: %s at %i", (text, unit, start) => {
    const number = one(text);
    expect([number.unit?.text, number.unit?.start]).toEqual([unit, start]);
  });

  it("tells the time from picometres", () => {
    expect(findNumbers("7:30 pm, 12:45 pm").map(({ unit }) => unit)).toEqual(
      Array(4).fill(undefined),
    );
  });

  it("has no number in the span of a unit", () => {
    for (const [marked] of Object.values(cases).flat()) {
      let end = 0;
      for (const number of findNumbers(marked.replace(/[«»]/g, ""))) {
        expect([marked, number.start >= end]).toEqual([marked, true]);
        end = Math.max(number.end, number.unit?.end ?? 0);
      }
    }
  });

  it.each([
    "5 clips",
    "$5$",
    "$$5$$",
    "$2x + 1$",
    "$5 + 3$",
    "1990s",
    "5",
    "x = 5",
    "5 mmm",
    "3 is",
    "5 in total",
    "5 in\ntotal",
    "2 in a row",
    "1 in 5",
    "3-in-1",
    "5 A students",
    "5 A's",
    "5 A\u2019s",
    "2 A + 3",
    "2A = 4",
    "5 A^2",
    "Room 12 B",
    "room #12 B",
    "section 3 C.",
    "Bus no. 12 A",
    "12B",
    "7 pm",
    "7pm",
    "11.30 pm",
    "x = 5\\text{ or }",
    "5\\text{ if }",
    "5\\text{ in total}",
    "3m^2",
    "3 m^2 - 5 m",
  ])("has no unit in %s", (text) => {
    expect(one(text).unit).toBeUndefined();
  });
});
