// Sums, differences, products and divisions of whole numbers, worked out digit by digit.

import { Rational } from "../rational.js";
import { ask } from "../writing/ask.js";
import { addition, division, multiplication, subtraction } from "../writing/steps.js";
import type { Kind } from "./kind.js";

const descending = (values: number[]) => values.sort((a, b) => b - a);

export const addKind: Kind = {
  name: "addition",
  about: "sums of two or more whole numbers",
  limits: { steps: 11, digits: 5 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const length = () =>
      beyond === "larger" ? random.int(6, 8) : random.int(Math.max(1, difficulty - 1), difficulty);
    const most = difficulty > 3 ? 3 : 2;
    const count = beyond === "longer" ? random.int(7, 9) : random.int(2, most);
    const terms = Array.from({ length: count }, () =>
      beyond === "longer"
        ? random.digits(random.int(2, 5))
        : random.digits(Math.max(1, length() + (difficulty === 1 ? random.int(0, 1) : 0))),
    );
    return {
      key: descending([...terms]),
      write(words) {
        const lines: string[] = [];
        const value = terms.reduce((total, term) => {
          lines.push(...addition(total, term));
          return total + term;
        });
        return { question: ask(words, terms.join(" + ")), lines, value: Rational.of(value) };
      },
    };
  },
};

export const subtractKind: Kind = {
  name: "subtraction",
  about: "differences of whole numbers",
  limits: { steps: 5, digits: 5 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const length = beyond === "larger" ? random.int(6, 8) : Math.max(2, difficulty);
    const first = random.digits(length);
    const count = beyond === "longer" ? random.int(3, 5) : 1;
    const taken: number[] = [];
    for (let left = first; taken.length < count && left > 3; left -= taken.at(-1) ?? 0) {
      taken.push(random.int(2, left - 1));
    }
    return {
      key: [first, ...taken],
      write(words) {
        const lines: string[] = [];
        const value = taken.reduce((left, term) => {
          lines.push(...subtraction(left, term));
          return left - term;
        }, first);
        return {
          question: ask(words, [first, ...taken].join(" - ")),
          lines,
          value: Rational.of(value),
        };
      },
    };
  },
};

const FACTORS = [
  [1, 2],
  [3, 1],
  [2, 2],
  [3, 2],
  [3, 3],
] as const;

export const multiplyKind: Kind = {
  name: "multiplication",
  about: "products of whole numbers",
  limits: { steps: 12, digits: 3 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const [a, b] = FACTORS[difficulty - 1] as readonly [number, number];
    const factors =
      beyond === "larger"
        ? [random.digits(random.int(5, 6)), random.digits(random.int(1, 3))]
        : [random.digits(a), random.digits(b)];
    if (beyond === "longer")
      factors.splice(0, 2, random.digits(2), random.digits(2), random.digits(2), random.digits(2));
    return {
      key: descending([...factors]),
      write(words) {
        const lines: string[] = [];
        const value = factors.reduce((total, factor) => {
          lines.push(...multiplication(total, factor));
          return total * factor;
        });
        return { question: ask(words, factors.join(" * ")), lines, value: Rational.of(value) };
      },
    };
  },
};

export const divideKind: Kind = {
  name: "division",
  about: "long division: quotients and remainders",
  limits: { steps: 6, digits: 6 },
  beyond: ["larger"],
  draw(random, difficulty, beyond) {
    const divisor = random.digits(difficulty > 3 ? 2 : 1);
    const quotient = random.digits(
      beyond === "larger"
        ? random.int(6, 8)
        : difficulty > 3
          ? difficulty - 2 + random.int(0, 1)
          : difficulty + random.int(0, 1),
    );
    const form = random.pick(["exact", "quotient", "remainder"]);
    const rest = form === "exact" ? 0 : random.int(1, divisor - 1);
    const dividend = divisor * quotient + rest;
    return {
      key: [form, dividend, divisor],
      write(words) {
        const lines = division(dividend, divisor);
        if (form === "exact") {
          lines.push(`${dividend} / ${divisor} = ${quotient}`);
          return {
            question: ask(words, `${dividend} / ${divisor}`),
            lines,
            value: Rational.of(quotient),
          };
        }
        if (form === "quotient") {
          const start = words.pick(["What is", "Find", "Give", "Work out"]);
          const end = start === "What is" ? "?" : ".";
          lines.push(`(${dividend} - ${rest}) / ${divisor} = ${quotient}`);
          const question = `${start} the whole-number quotient of ${dividend} divided by ${divisor}${end}`;
          return { question, lines, value: Rational.of(quotient) };
        }
        const question = words.pick([
          `What is the remainder when ${dividend} is divided by ${divisor}?`,
          `Find the remainder when ${dividend} is divided by ${divisor}.`,
          `Give the remainder when ${dividend} is divided by ${divisor}.`,
          `Which number is the remainder when ${dividend} is divided by ${divisor}?`,
        ]);
        lines.push(`Remainder: ${dividend} - ${divisor} * ${quotient} = ${rest}`);
        return { question, lines, value: Rational.of(rest) };
      },
    };
  },
};
