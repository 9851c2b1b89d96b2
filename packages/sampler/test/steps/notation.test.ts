import { type ClaimVerdict, checkSteps } from "@ryanstream/sampler";
import { describe, expect, it } from "vitest";

const verdictOf = (line: string): ClaimVerdict | undefined => checkSteps(line).lines[0]?.verdict;

/** Lines that are true, and the same with a mistake. */
const pairs: Record<string, readonly (readonly [right: string, wrong: string])[]> = {
  "plain arithmetic": [
    ["3 + 4 = 7", "3 + 4 = 8"],
    ["3 × 4 = 12", "3 × 4 = 13"],
    ["3x4 = 12", "3x4 = 13"],
    ["5 x 2 x 3 = 30", "5 x 2 x 3 = 31"],
    ["12 ÷ 4 × 3 = 9", "12 ÷ 4 × 3 = 1"],
    ["7 - -2 = 9", "7 - -2 = 5"],
    ["-3^2 = -9", "-3^2 = 9"],
    ["(-3)^2 = 9", "(-3)^2 = -9"],
    ["2(3)(4) = 24", "2(3)(4) = 25"],
    ["(5 + 3) / 2 = 4", "(5 + 3) / 2 = 5"],
    ["2³ + 1 = 9", "2³ + 1 = 7"],
    ["2**3 = 8", "2 ** 3 = 9"],
    ["5! = 120", "5! = 125"],
    ["1,040 / 4 = 260", "1,040 / 4 = 26"],
    [".5 * .5 = .25", ".5 * .5 = 2.5"],
    ["√16 + 1 = 5", "√16 + 1 = 9"],
    ["gcd(12, 18) = 6", "gcd(12, 18) = 3"],
    ["max(3, 7) = 7", "max(3, 7) = 3"],
    ["twenty - 5 = 15", "twenty - 5 = 16"],
    ["3 times 4 equals 12", "3 times 4 equals 14"],
    [
      "99999999999999999999 + 1 = 100000000000000000000",
      "99999999999999999999 + 1 = 99999999999999999999",
    ],
  ],
  "chains and prose": [
    ["2 + 3 = 5 = 10 / 2", "2 + 3 = 5 = 10 / 5"],
    ["She has 3 * 4 = 12 apples", "She has 3 * 4 = 14 apples"],
    [
      "3 large stickers + 42 stickers = 45 stickers",
      "3 large stickers + 42 stickers = 47 stickers",
    ],
    ["7 stickers/page * 6 pages = 42 stickers", "7 stickers/page * 6 pages = 13 stickers"],
    [
      "Each day: 1200-mile trip / 60 miles an hour = 20 hours",
      "Each day: 1200-mile trip / 60 miles an hour = 22 hours",
    ],
    ["n - 1 = 81/3 = 27", "n - 1 = 81/3 = 28"],
    ["f(2) = 2(2) + 1 = 5", "f(2) = 2(2) + 1 = 6"],
    ["Total = 3 + 4 = 7", "Total = 3 + 4 = 8"],
    ["2 + 3 = 5, 5 * 2 = 10", "2 + 3 = 5, 5 * 2 = 11"],
    ["5 + 5 = 10 → 10 / 2 = 5", "5 + 5 = 10 → 10 / 2 = 4"],
    ["x = 4 (since 3 + 4 = 7)", "x = 4 (since 3 + 4 = 8)"],
    ["Day 1: 5 + 3 = 8, day 2: 8 + 4 = 12", "Day 1: 5 + 3 = 8, day 2: 8 + 4 = 13"],
  ],
  "bullets, numbers and headings of a list": [
    ["- 3 + 4 = 7", "* 3 + 4 = 8"],
    ["1. 5 + 5 = 10", "1. 5 + 5 = 11"],
    ["2) 5 + 5 = 10", "(2) 5 + 5 = 11"],
    ["a) 5 + 5 = 10", "(b) 5 + 5 = 11"],
    ["Step 3: 4 * 5 = 20", "**Step 3:** 4 * 5 = 21"],
    ["> 3 + 4 = 7", "> 3 + 4 = 9"],
    ["### 2. 3 + 4 = 7", "### 2. 3 + 4 = 9"],
  ],
  markdown: [
    ["**3 + 4 = 7**", "**3 + 4 = 8** apples"],
    ["3 + 4 = **7**", "3 + 4 = **8**"],
    ["*3 + 4 = 7*", "*3 + 4 = 8*"],
    ["So `3 + 4 = 7`.", "So `3 + 4 = 8`."],
    ["_3 + 4 = 7_", "_3 + 4 = 8_"],
  ],
  LaTeX: [
    ["$3 \\times 4 = 12$", "$3 \\times 4 = 13$"],
    ["\\[ 3 \\cdot 4 = 12 \\]", "\\[ 3 \\cdot 4 = 14 \\]"],
    [
      "\\( \\frac{1}{2} + \\frac13 = \\frac{5}{6} \\)",
      "\\( \\frac{1}{2} + \\frac13 = \\frac{2}{5} \\)",
    ],
    ["2\\frac{1}{2} \\times 2 = 5", "2\\frac{1}{2} \\times 2 = 2"],
    ["3 + 4 = \\boxed{7}", "3 + 4 = \\boxed{8}"],
    ["\\boxed{3 + 4 = 7}", "\\boxed{3 + 4 = 8}"],
    ["1{,}040 \\div 4 = 260", "1{,}040 \\div 4 = 26"],
    ["\\left(3 + 4\\right) \\cdot 2 = 14", "\\left(3 + 4\\right) \\cdot 2 = 11"],
    ["3 \\cdot 4 = 12 \\text{ apples}", "3 \\cdot 4 = 14 \\text{ apples}"],
    ["90^\\circ + 45^{\\circ} = 135^\\circ", "90^\\circ + 45^{\\circ} = 145^\\circ"],
    ["5 + 3 &= 8 \\\\", "5 + 3 &= 9 \\\\"],
    ["\\sqrt{16} = 4", "\\sqrt{16} = 8"],
    ["\\text{lcm}(4, 6) = 12", "\\text{lcm}(4, 6) = 24"],
    ["2^{10} = 1024", "2^{10} = 1022"],
    ["So $x = 2$ and $3 + 4 = 7$.", "So $x = 2$ and $3 + 4 = 8$."],
  ],
  "fractions, percent and rounding": [
    ["2 1/2 + 1/4 = 2 3/4", "2 1/2 + 1/4 = 2 3/5"],
    ["2½ * 2 = 5", "2½ * 2 = 4"],
    ["2 / 1/5 = 10", "2 / 1/5 = 11"],
    ["1/4 * 100 = 25%", "1/4 * 100 = 26%"],
    ["1/4 = 25%", "1/4 = 26%"],
    ["100% - 20% = 80%", "100% - 20% = 70%"],
    ["50 + 10% = 55", "50 + 10% = 56"],
    ["20% of 50 = 10", "20% of 50 = 12"],
    ["1/2 of 30 = 15", "1/2 of 30 = 16"],
    ["10/3 = 3.33", "10/3 = 3.35"],
    ["10/3 = 3.333...", "10/3 = 3.332..."],
    ["10 / 3 ≈ 3.3", "10 / 3 ≈ 4.1"],
    ["2/3 = 67%", "2/3 = 68%"],
    ["1.05 * 19 ≈ 20", "1.05 * 19 ≈ 30"],
  ],
  "money and units": [
    ["$3*4=$12", "$3*4=$13"],
    ["\\$5 + \\$3 = \\$8", "\\$5 + \\$3 = \\$9"],
    ["$1.50 = 150 cents", "$1.50 = 160 cents"],
    ["3 * 50 cents = $1.50", "3 * 50 cents = $1.70"],
    ["3 hours * 60 = 180 minutes", "3 hours * 60 = 190 minutes"],
    ["3 hours = 180 minutes", "3 hours = 200 minutes"],
    ["2 hours + 30 minutes = 150 minutes", "2 hours + 30 minutes = 160 minutes"],
    ["60 miles/hour * 30 minutes = 30 miles", "60 miles/hour * 30 minutes = 31 miles"],
    ["20 dozen = 20*12", "20 dozen / 3 = 81"],
    ["2 quarters + 3 dimes = 80 cents", "2 quarters + 3 dimes = 90 cents"],
    ["5 cm * 4 cm = 20 cm^2", "5 cm * 4 cm = 24 cm^2"],
    ["7*2 = 14 billion", "7*2 = 15 billion"],
    ["$2 million * 3 = $6 million", "$2 million * 3 = $7 million"],
  ],
  remainders: [
    ["17 / 5 = 3 remainder 2", "17 / 5 = 3 remainder 3"],
    ["17 ÷ 5 = 3 R 2", "17 ÷ 5 = 3 R 1"],
    ["17 ÷ 5 = 3 R2", "17 ÷ 5 = 3 R7"],
    ["17/5 = 3 with a remainder of 2", "17/5 = 2 with a remainder of 7"],
    ["17/5 = 3 full boxes", "17/5 = 5 full boxes"],
  ],
  comparisons: [
    ["3/4 > 2/3", "3/4 < 2/3"],
    ["200 < 220, so Lola wins", "240 < 220, so Lola wins"],
    ["2 \\leq 3 < 4", "2 \\leq 3 < 3"],
    ["3 + 4 ≠ 8", "3 + 4 != 7"],
    ["7 >= 7", "7 >= 8"],
  ],
  "divisibility and ratios": [
    ["12 is divisible by 4", "12 is divisible by 5"],
    ["12 is not divisible by 5", "12 is not divisible by 4"],
    ["7 divides 21", "7 divides 22"],
    ["24 is a multiple of 6", "24 is a multiple of 7"],
    ["97 is prime", "91 is prime"],
    ["17 mod 5 = 2", "17 mod 5 = 3"],
    ["17 \\equiv 2 \\pmod{5}", "17 \\equiv 3 \\pmod{5}"],
    ["The GCD of 12 and 18 is 6.", "The GCD of 12 and 18 is 4."],
    ["3:4 = 6:8", "3:4 = 6:9"],
  ],
  annotations: [
    ["48/2 = <<48/2=24>>24 clips", "48/2 = <<48/2=25>>25 clips"],
    ["It is <<3*4=12>>12", "It is <<3*4=12>>21"],
    ["287 x 4 = <<1148=1148>>1,148", "287 x 4 = <<1148=1148>>1,184"],
    ["40 * 10% = <<40*10*.01=4>>4 kids", "40 * 10% = <<40*10*.01=5>>5 kids"],
    ["so $<<2.5*2=5>>5.00", "so $<<2.5*2=5>>5.50"],
  ],
  "division by zero": [
    ["0 / 3 = 0", "3 / 0 = 0"],
    ["(0 * 6) / (1 * 13) = 0", "(1 * 13) / (0 * 6) = 13/12"],
    ["\\frac{4 - 4}{2} = 0", "\\frac{2}{4 - 4} = 0"],
  ],
};

describe.each(Object.entries(pairs))("%s", (_, lines) => {
  it.each(lines)("%s", (right) => {
    expect(verdictOf(right)).toBe("true");
  });
  it.each(lines.map(([, wrong]) => [wrong]))("not %s", (wrong) => {
    expect(verdictOf(wrong)).toBe("false");
  });
});

describe("a rounded result", () => {
  it.each([["10/3 = 3.33"], ["10/3 = about 3"], ["17/5 = 3 full boxes"], ["2/3 = 67%"]])(
    "%s is flagged",
    (line) => {
      expect(checkSteps(line).claims[0]?.flags).toEqual(["rounded"]);
    },
  );
  it("of a whole number is false where nothing says so", () => {
    expect(verdictOf("10 / 3 = 3")).toBe("false");
  });
});

describe("units that disagree while the numbers agree", () => {
  it("are flagged and no falsehood", () => {
    const [claim] = checkSteps("3 hours + 20 minutes = 23 hours").claims;
    expect([claim?.verdict, claim?.flags]).toEqual(["true", ["units"]]);
  });
});

describe("what may be meant in another way", () => {
  it.each([
    ["a time of day", "2:30 p.m. + 2 hours = 4:30"],
    ["an hour", "2 p.m. - 3 hours = 11 a.m."],
    ["a time over midnight", "9 pm + 5 hours = 2 am"],
    ["a date", "On 5/12/2020 = 3 days"],
    ["a range", "Weeks 1-2 = 96 - 70 = 26"],
    ["a label", "Week 2 = 35 + 35 = 70"],
    ["a bullet or a minus", "- 3 + 4 = 1"],
    ["a definition", "let x = 5"],
    ["a function", "f(2) = 5"],
    ["a subscript", "x_1 = 3, x_{2} = 4"],
    ["digits to a base", "101_2 = 5"],
    ["digits to a base in words", "In base 8, 7 + 1 = 10"],
    ["a residue", "12 + 5 = 5 (mod 12)"],
    ["a share", "1/3 = 10 apples"],
    ["a percentage of something", "20% = 50"],
    ["a running equals sign", "3 + 4 = 7 * 2 = 14"],
    ["a half", "half of 10 + 3 = 8"],
    ["a factor in words", "twice 5 + 3 = 13"],
    ["a power in words", "3 squared + 4 squared = 25"],
    ["places", "3 tens + 4 ones = 34"],
    ["fractions in words", "2 thirds + 1 third = 1"],
    ["a function's argument", "sin 30 + cos 60 = 1"],
    ["a logarithm", "\\log_2 8 = 3"],
    ["a sum's bounds", "\\sum_{k=1}^{5} k = 15"],
    ["an absolute value", "|3 - 5| = 2"],
    ["dots", "1 + 2 + ... + 10 = 55"],
    ["a decimal comma", "2,5 + 2,5 = 5"],
    ["thousands by spaces", "10 000 + 5 = 10 005"],
    ["a stroke before a product", "6/2(1+2) = 1"],
    ["a question", "Is 3 + 5 = 9?"],
    ["a denial", "3 + 5 = 9 is wrong"],
    ["a supposition", "Suppose that 3 + 5 = 9"],
    ["a word for a number", "7 * 8 = fifty-six"],
    ["a unit for another", "1 box = 12 pencils"],
    ["feet and inches", "5'6\" = 66 inches"],
    ["one thing for another", "5 friends = 250/5 = 50"],
    ["irrational numbers", "\\sqrt{2} = 1.5"],
    ["too large a number", "9^9^9 = 5"],
    ["hexadecimal digits", "0x10 = 16"],
    ["coordinates", "(1, 2) = (3, 4)"],
    ["a conclusion", "3 + 4 => 8"],
    ["versions", "1.2.3 = 4"],
    ["a leading zero", "0900 - 0130 = 0730 hours"],
  ])("%s is never false", (_, line) => {
    expect(verdictOf(line ?? "")).not.toBe("false");
  });
});

describe("a span", () => {
  it.each([
    ["She has 3 * 4 = 12 apples.", ["3 * 4 = 12"]],
    ["So $2 + 3 = 5 = 10/2$, and 7 < 8.", ["2 + 3 = 5", "5 = 10/2", "7 < 8"]],
    ["1. **4 + 4 = 8**", ["4 + 4 = 8"]],
    ["48/2 = <<48/2=24>>24", ["48/2 = <<48/2=24>>24", "<<48/2=24>>", "<<48/2=24>>24"]],
    ["\\frac{6}{2} = \\boxed{3}", ["\\frac{6}{2} = \\boxed{3}"]],
    ["12 is divisible by 4.", ["12 is divisible by 4"]],
  ])("in %s covers the claim", (text, spans) => {
    expect(checkSteps(text).claims.map(({ start, end }) => text.slice(start, end))).toEqual(spans);
  });

  it("is an offset in the whole text", () => {
    const text = "First,\n  3 + 4 = 7.\nThen 7 + 1 = 9.";
    const { claims, firstFalse } = checkSteps(text);
    expect(claims.map(({ start, end }) => text.slice(start, end))).toEqual([
      "3 + 4 = 7",
      "7 + 1 = 9",
    ]);
    expect(firstFalse?.line).toBe(2);
  });
});
