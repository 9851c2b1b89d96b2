import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Expression, evaluateExact, parseExpression, Rational } from "../../src/index.js";
import { show } from "./show.js";

const trees: readonly (readonly [text: string, tree: string])[] = [
  ["1+2*3", "(1 + (2 * 3))"],
  ["2^3^2", "(2 ^ (3 ^ 2))"],
  ["-2^2", "(- (2 ^ 2))"],
  ["2^-3", "(2 ^ (- 3))"],
  ["2 × 3 ÷ 4", "((2 * 3) / 4)"],
  ["2\\cdot-3", "(2 * (- 3))"],
  ["9**9**9", "(9 ^ (9 ^ 9))"],
  ["10,080", "10080"],
  ["10{,}000", "10000"],
  ["10,\\!080", "10080"],
  ["1 000 000", "1000000"],
  ["1,234,567.5", "2469135/2"],
  ["(1,200)", "(1, 200)"],
  ["(1,234 + 5)*2", "((1234 + 5) * 2)"],
  ["1,2,3,100", "list<1, 2, 3, 100>"],
  ["\\{1,200\\}", "{1, 200}"],
  ["2\\frac{1}{2}", "2&1/2"],
  ["x = 2 1/2", "{x = 2&1/2}"],
  ["2½", "2&1/2"],
  ["3\\frac{a}{b}", "(3 *. (a /. b))"],
  ["3\\frac{7}{2}", "(3 *. (7 /. 2))"],
  ["\\frac12x", "((1 /. 2) *. x)"],
  ["\\frac1{72}", "(1 /. 72)"],
  ["\\sqrt12", "sqrt[12]"],
  ["\\sqrt[3]{8}y", "(root[8, 3] *. y)"],
  ["sqrt(16) + 2sqrt3", "(sqrt[16] + (2 *. sqrt[3]))"],
  ["50\\% + 5!", "((50 %) + (5 !))"],
  ["30^{\\circ}", "(30 °)"],
  ["\\sin^2 x + \\cos^2 x", "((sin[x] ^ 2) + (cos[x] ^ 2))"],
  ["\\sin 2x \\cos y", "(sin[(2 *. x)] *. cos[y])"],
  ["\\sin(x)^2", "(sin[x] ^ 2)"],
  ["\\sin^{-1} x", "arcsin[x]"],
  ["\\log_2 8", "log[8, 2]"],
  ["|x-1|+2|y|", "(abs[(x - 1)] + (2 *. abs[y]))"],
  ["(-\\infty, 3) \\cup [5, \\infty)", "(((- infinity), 3) ∪ [5, infinity))"],
  ["]1,2[", "]1, 2["],
  ["[1,2[", "[1, 2["],
  ["1 \\pm \\sqrt{2}", "(1 ± sqrt[2])"],
  ["\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}", "pmatrix<1 2; 3 4>"],
  ["x < 3 \\le y", "{x < 3 <= y}"],
  ["x = 1 or x = 2", "list<{x = 1}, {x = 2}>"],
  ["5 \\text{ cm}", '(5 *. "cm")'],
  ["\\$5.50", '("$" *. 11/2)'],
  ["2A_{16}", "2A_16"],
  ["x_1 + x_{12}^2", "(x_1 + (x_12 ^ 2))"],
  ["0.1\\overline{23}", "61/495"],
  ["1.5e-3", "3/2000"],
  ["1:2:3", "((1 : 2) : 3)"],
  ["\\{x | x > 2\\}", "{(x ∣ {x > 2})}"],
  ["\\text{13}", "13"],
  ["a/bc", "((a / b) *. c)"],
  ["n!/(n-1)!", "((n !) / ((n - 1) !))"],
];

const faults: readonly (readonly [text: string, fault: string])[] = [
  ["", "fault 0-0: expected an operand"],
  ["3 4", "fault 2-3: two numbers side by side"],
  ["3 +", "fault 3-3: expected an operand"],
  ["(3", 'fault 0-1: "(" isn\'t closed'],
  ["3)", 'fault 1-2: unexpected ")"'],
  ["\\int x", "fault 0-4: \\int isn't supported"],
  ["2^", "fault 1-2: expected an exponent"],
  ["x_", "fault 2-2: expected a subscript"],
];

describe("parseExpression", () => {
  it.each(trees)("reads %s", (text, tree) => {
    expect(show(parseExpression(text))).toBe(tree);
  });

  it.each(faults)("says why and where it can't read %j", (text, fault) => {
    expect(show(parseExpression(text))).toBe(fault);
  });

  it("keeps where everything stood", () => {
    const found = parseExpression("12 + (x - \\frac{1}{2})", {}) as Expression & { kind: "binary" };
    expect(found.span).toEqual({ start: 0, end: 22 });
    expect(found.left.span).toEqual({ start: 0, end: 2 });
    expect(found.right.span).toEqual({ start: 5, end: 22 });
  });

  it("stops where the expression ends if it may", () => {
    const found = parseExpression("3 + 4 ) and so on", { partial: true });
    expect([show(found), found.span.end]).toEqual(["(3 + 4)", 5]);
    const quoted = parseExpression('12 / 4" # he said', { partial: true });
    expect([show(quoted), quoted.span.end]).toEqual(["(12 / 4)", 6]);
  });

  it("keeps the words that it is given whole", () => {
    expect(show(parseExpression("5 cm^2", { words: new Set(["cm"]) }))).toBe('(5 *. ("cm" ^ 2))');
    expect(show(parseExpression("1,234", { thousands: false }))).toBe("list<1, 234>");
  });

  it("bounds length and depth", () => {
    expect(show(parseExpression("1".repeat(5000)))).toMatch(
      /^fault 4096-5000: expected at most 4096/,
    );
    for (const open of [
      "(",
      "-",
      "{",
      "\\sqrt{",
      "2^",
      "|",
      "\\sin ",
      "\\frac{",
      "\\{",
      "2^-",
      "[",
    ]) {
      expect(parseExpression(open.repeat(500)).kind).toBe("fault");
    }
  });

  it("gives faults, never exceptions", () => {
    const pieces = [
      "1",
      "23",
      ".",
      ",",
      "(",
      ")",
      "[",
      "]",
      "{",
      "}",
      "\\{",
      "\\frac",
      "\\sqrt",
      "^",
      "_",
      "-",
      "+",
      "x",
      "sin",
    ];
    pieces.push(
      "\\text{",
      "|",
      "!",
      "%",
      "\\begin{pmatrix}",
      "\\end{pmatrix}",
      "&",
      "\\\\",
      "=",
      "<",
      ":",
      " ",
      "\\log",
      "°",
      "½",
      "²",
    );
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const found = parseExpression(parts.join(""));
        if (found.kind !== "fault") evaluateExact(found);
      }),
      { seed: 6, numRuns: 5000 },
    );
  });
});

// A tree with its own value, and two ways to write it.
interface Written {
  plain: string;
  latex: string;
  value: Rational | undefined;
}
const both = (
  a: Written,
  b: Written,
  plain: string,
  latex: (a: string, b: string) => string,
  of: (x: Rational, y: Rational) => Rational | undefined,
): Written => ({
  plain: `(${a.plain})${plain}(${b.plain})`,
  latex: latex(a.latex, b.latex),
  value: a.value === undefined || b.value === undefined ? undefined : of(a.value, b.value),
});
const { tree } = fc.letrec<{ tree: Written }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.integer({ min: 0, max: 99_999 }).map((n) => ({
      plain: `${n}`,
      latex: n.toLocaleString("en-US").replaceAll(",", "{,}"),
      value: Rational.of(n),
    })),
    fc
      .tuple(tie("tree"), tie("tree"), fc.constantFrom("+", "-", "*", "/"))
      .map(([a, b, operator]) => {
        if (operator === "+")
          return both(
            a,
            b,
            "+",
            (x, y) => `{${x}}+\\left(${y}\\right)`,
            (x, y) => x.add(y),
          );
        if (operator === "-")
          return both(
            a,
            b,
            "-",
            (x, y) => `${x}-\\left(${y}\\right)`,
            (x, y) => x.subtract(y),
          );
        if (operator === "*") {
          return both(
            a,
            b,
            "*",
            (x, y) => `\\left(${x}\\right)\\left(${y}\\right)`,
            (x, y) => x.multiply(y),
          );
        }
        return both(
          a,
          b,
          "÷",
          (x, y) => `\\frac{${x}}{${y}}`,
          (x, y) => (y.isZero ? undefined : x.divide(y)),
        );
      }),
    tie("tree").map((a) => ({
      plain: `-(${a.plain})`,
      latex: `-\\left(${a.latex}\\right)`,
      value: a.value?.negate(),
    })),
  ),
}));

describe("evaluateExact", () => {
  it("gives the same as the rationals that a text was written from", () => {
    fc.assert(
      fc.property(tree, ({ plain, latex, value }) => {
        for (const text of [plain, latex]) {
          const found = parseExpression(text);
          expect(found.kind, text).not.toBe("fault");
          expect(evaluateExact(found as Expression)?.toString(), text).toBe(value?.toString());
        }
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it.each([
    ["2^{-3} + 50\\%", "5/8"],
    ["-2^2", "-4"],
    ["5! / 3!", "20"],
    ["\\binom{5}{2}", "10"],
    ["\\sqrt{\\frac{4}{9}}", "2/3"],
    ["(-8)^{1/3}", "-2"],
    ["\\lfloor -2.5 \\rfloor + \\lceil 2.1 \\rceil", "0"],
    ["lcm(4, 6) + gcd(12, 18)", "18"],
    ["max(1, 7/2, 3)", "7/2"],
    ["1010_2", "10"],
    ["x^2 - y", "7"],
    ["0^0", "1"],
    ["1/0", undefined],
    ["0^{-1}", undefined],
    ["\\sqrt{2}", undefined],
    ["19_8", undefined],
    ["z", undefined],
    ["9^{9^9}", undefined],
    ["(1+1/99999)^{99999}", undefined],
    ["9999!", undefined],
    ["((2^{9999})^{9999})", undefined],
  ])("takes %s for %s", (text, value) => {
    const bindings = { x: Rational.of(3), y: Rational.of(2) };
    expect(evaluateExact(parseExpression(text) as Expression, bindings)?.toString()).toBe(value);
  });
});
