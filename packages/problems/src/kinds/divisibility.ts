// Greatest common divisors by Euclid, least common multiples, prime factors, multiples.

import type { Random } from "../random.js";
import { Rational } from "../rational.js";
import { listed } from "../writing/names.js";
import { gcd } from "../writing/steps.js";
import type { Draft, Kind } from "./kind.js";

const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23];

/** Two numbers for which Euclid's algorithm takes so many divisions. */
function euclidean(
  random: Random,
  divisor: number,
  divisions: number,
  quotient: number,
): [number, number] {
  let [small, large] = [divisor, divisor * random.int(2, quotient)];
  for (let i = 1; i < divisions; i++)
    [small, large] = [large, large * random.int(1, quotient) + small];
  return [large, small];
}

function euclid(a: number, b: number): string[] {
  const lines: string[] = [];
  let [large, small] = [a, b];
  for (;;) {
    const [quotient, rest] = [Math.floor(large / small), large % small];
    lines.push(`${large} = ${quotient} * ${small}${rest === 0 ? "" : ` + ${rest}`}`);
    if (rest === 0) return [...lines, `Last divisor: ${large} / ${quotient} = ${small}`];
    [large, small] = [small, rest];
  }
}

/** The prime factors, and a line for each that is split off. */
function factor(value: number): { factors: number[]; lines: string[] } {
  const factors: number[] = [];
  const lines: string[] = [];
  let left = value;
  for (let p = 2; p * p <= left; p++) {
    for (; left % p === 0 && left > p; left /= p) {
      factors.push(p);
      lines.push(`${left} = ${p} * ${left / p}`);
    }
  }
  return { factors: [...factors, left], lines };
}

function composite(random: Random, least: number, most: number): number {
  for (;;) {
    let value = 1;
    while (value < least) value *= random.pick(PRIMES.slice(0, random.int(2, PRIMES.length)));
    if (value <= most) return value;
  }
}

const draft = (question: string, lines: string[], value: number): Draft => ({
  question,
  lines,
  value: Rational.of(value),
});

const capital = (text: string) => `${text[0]?.toUpperCase()}${text.slice(1)}`;
const find = (random: Random, what: string) =>
  random.pick([`What is ${what}?`, `Find ${what}.`, `${capital(what)} is which number?`]);

const FORMS = [
  ["gcd", "multiple", "largest"],
  ["gcd", "lcm", "multiple", "largest", "sum"],
  ["gcd", "lcm", "count", "sum", "divisors"],
  ["gcd", "lcm", "count", "sum", "divisors"],
  ["gcd", "lcm", "three", "sum", "divisors"],
];
const BOUNDS = [40, 60, 99, 300, 900];

export const divisibilityKind: Kind = {
  name: "divisibility",
  about: "greatest common divisors, least common multiples, prime factors, multiples",
  limits: { steps: 9, digits: 4 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const form = beyond ? "gcd" : random.pick(FORMS[difficulty - 1] as string[]);
    const bound = BOUNDS[difficulty - 1] as number;
    if (form === "gcd") {
      const divisions =
        beyond === "longer" ? random.int(10, 12) : random.int(2, Math.min(4, difficulty + 1));
      const divisor = random.int(
        2,
        beyond === "longer" ? 3 : beyond ? 900 : ([9, 12, 15, 15, 20][difficulty - 1] as number),
      );
      const [a, b] = euclidean(
        random,
        divisor,
        divisions,
        beyond === "longer" ? 2 : beyond ? 9 : 3,
      );
      return {
        key: [form, a, b],
        write: (words) =>
          draft(find(words, `the greatest common divisor of ${a} and ${b}`), euclid(a, b), divisor),
      };
    }
    if (form === "lcm" || form === "three") {
      const values = Array.from({ length: form === "three" ? 3 : 2 }, () =>
        random.int(4, form === "three" ? 60 : bound),
      ).sort((a, b) => b - a);
      return {
        key: ["lcm", ...values],
        write(words) {
          const lines: string[] = [];
          const total = values.reduce((a, b) => {
            const [large, small] = a > b ? [a, b] : [b, a];
            const common = gcd(large, small);
            lines.push(
              ...euclid(large, small),
              `Least common multiple: ${a} * ${b} / ${common} = ${(a * b) / common}`,
            );
            return (a * b) / common;
          });
          return draft(find(words, `the least common multiple of ${listed(values)}`), lines, total);
        },
      };
    }
    if (form === "multiple" || form === "count") {
      const divisor = random.int(3, 9 + 5 * difficulty);
      const limit = random.int(3, 30) * divisor + random.int(1, divisor - 1);
      const quotient = Math.floor(limit / divisor);
      return {
        key: [form, divisor, limit],
        write(words) {
          const line = `${limit} = ${divisor} * ${quotient} + ${limit % divisor}`;
          if (form === "multiple") {
            return draft(
              find(words, `the smallest multiple of ${divisor} that is greater than ${limit}`),
              [line, `${divisor} * (${quotient} + 1) = ${divisor * (quotient + 1)}`],
              divisor * (quotient + 1),
            );
          }
          const question = words.pick([
            `How many positive multiples of ${divisor} are there up to ${limit}?`,
            `How many of the numbers from 1 to ${limit} are divisible by ${divisor}?`,
            `How many whole numbers from 1 to ${limit} are multiples of ${divisor}?`,
            `Counting in steps of ${divisor} from ${divisor}, how many numbers are not above ${limit}?`,
          ]);
          return draft(
            question,
            [line, `(${limit} - ${limit % divisor}) / ${divisor} = ${quotient}`],
            quotient,
          );
        },
      };
    }
    const value = composite(random, bound / 4 + 10, bound * 3);
    return {
      key: [form, value],
      write(words) {
        const { factors, lines } = factor(value);
        if (form === "largest") {
          const largest = factors.at(-1) as number;
          const rest = value / largest;
          return draft(
            find(words, `the largest prime factor of ${value}`),
            [...lines, `Largest: ${value} / ${rest} = ${largest}`],
            largest,
          );
        }
        if (form === "sum") {
          const sum = factors.reduce((a, b) => a + b);
          const question = find(
            words,
            `the sum of the prime factors of ${value}, each as often as it occurs`,
          );
          return draft(question, [...lines, `Sum: ${factors.join(" + ")} = ${sum}`], sum);
        }
        const powers = [...new Set(factors)].map(
          (p) => [p, factors.filter((q) => q === p).length] as const,
        );
        const count = powers.reduce((product, [, power]) => product * (power + 1), 1);
        lines.push(
          `${value} = ${powers.map(([p, power]) => (power === 1 ? p : `${p}^${power}`)).join(" * ")}`,
        );
        lines.push(
          `Divisors: ${powers.map(([, power]) => `(${power} + 1)`).join(" * ")} = ${count}`,
        );
        const question = words.pick([
          `How many positive divisors does ${value} have?`,
          `By how many positive integers is ${value} divisible?`,
          `Find the number of positive divisors of ${value}.`,
          `What is the number of positive integers that divide ${value}?`,
        ]);
        return draft(question, lines, count);
      },
    };
  },
};
