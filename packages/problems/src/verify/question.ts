// What a question asks for, as far as its text alone says it: answers are then checked against
// the question itself, not only against the solution.

import { Rational } from "../rational.js";
import { evaluate, type Unknowns } from "./parse.js";
import { READERS } from "./stories/readers.js";

const ASKED =
  /^(?:What is|How much is|Calculate|Compute|Work out|Evaluate|Find the value of) ([\d\s+\-*/^().%]+?)[.?]$/;
const SHARE = /^(?:What is|Calculate: how much is|Find) (\d+(?:\.\d+)?)% of (\d+(?:\.\d+)?)[.?]$/;
const DIVISOR =
  /greatest common divisor of (\d+), (\d+) and (\d+)|greatest common divisor of (\d+) and (\d+)/;
const MULTIPLE =
  /least common multiple of (\d+), (\d+) and (\d+)|least common multiple of (\d+) and (\d+)/;
const REMAINDER = /remainder when (\d+) is divided by (\d+)/;
const QUOTIENT = /whole-number quotient of (\d+) divided by (\d+)/;
const NEXT_MULTIPLE = /smallest multiple of (\d+) that is greater than (\d+)/;
const MULTIPLES_UP_TO = /multiples of (\d+) are there up to (\d+)|in steps of (\d+) .* above (\d+)/;
const NUMBERS_UP_TO = /from 1 to (\d+) are (?:divisible by|multiples of) (\d+)/;
const LARGEST_PRIME = /largest prime factor of (\d+)/;
const SUM_OF_PRIMES = /sum of the prime factors of (\d+)/;
const DIVISORS =
  /divisors does (\d+) have|integers is (\d+) divisible|divisors of (\d+)\.|that divide (\d+)/;
const UNKNOWN = /(?:[Ww]hat is|Solve for|Find|For which) ([x-z](?: \+ [x-z])?)\b/;
const EQUATION = /[-\d(x-z][\d\s+\-*/^().x-z]*=[\d\s+\-*/^().x-z]*[\dx-z)]/g;

const numbers = (found: RegExpExecArray) =>
  found.slice(1).flatMap((digits) => (digits === undefined ? [] : [BigInt(digits)]));
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

/**
 * The answer that the text alone leads to, where it can be read.
 *
 * @throws SyntaxError for a story of a kind that has a reader, which does not understand it
 */
export function expectedAnswer(question: string, kind: string): Rational | undefined {
  const read = READERS.get(kind);
  if (read) return read(question);
  const asked = ASKED.exec(question);
  if (asked?.[1]) return evaluate(asked[1]);
  const share = SHARE.exec(question);
  if (share) return evaluate(`${share[1]}% * ${share[2]}`);
  const divisor = DIVISOR.exec(question);
  if (divisor) return Rational.of(numbers(divisor).reduce(gcd));
  const multiple = MULTIPLE.exec(question);
  if (multiple) return Rational.of(numbers(multiple).reduce((a, b) => (a / gcd(a, b)) * b));
  const remainder = REMAINDER.exec(question);
  if (remainder) return Rational.of(numbers(remainder).reduce((a, b) => a % b));
  const quotient = QUOTIENT.exec(question);
  if (quotient) return Rational.of(numbers(quotient).reduce((a, b) => a / b));
  const next = NEXT_MULTIPLE.exec(question);
  if (next) return Rational.of(numbers(next).reduce((a, b) => (b / a + 1n) * a));
  const multiples = MULTIPLES_UP_TO.exec(question);
  if (multiples) return Rational.of(numbers(multiples).reduce((a, b) => b / a));
  const upTo = NUMBERS_UP_TO.exec(question);
  if (upTo) return Rational.of(numbers(upTo).reduce((a, b) => a / b));
  return ofPrimes(question);
}

function ofPrimes(question: string): Rational | undefined {
  const factors = (found: RegExpExecArray) => {
    let left = numbers(found)[0] ?? 1n;
    const primes: bigint[] = [];
    for (let p = 2n; left > 1n; p++) for (; left % p === 0n; left /= p) primes.push(p);
    return primes;
  };
  const largest = LARGEST_PRIME.exec(question);
  if (largest) return Rational.of(factors(largest).at(-1) ?? 1n);
  const sum = SUM_OF_PRIMES.exec(question);
  if (sum) return Rational.of(factors(sum).reduce((a, b) => a + b, 0n));
  const divisors = DIVISORS.exec(question);
  if (divisors === null) return undefined;
  const value = numbers(divisors)[0] ?? 1n;
  let count = 0n;
  for (let d = 1n; d <= value; d++) if (value % d === 0n) count++;
  return Rational.of(count);
}

/** The value of what a question about equations asks for, if it names it. */
export function askedUnknown(question: string, unknowns: Unknowns): Rational | undefined {
  const [, asked] = unknowns.size === 0 ? [] : (UNKNOWN.exec(question) ?? []);
  return asked === undefined ? undefined : evaluate(asked, unknowns);
}

/** The first equation of a question that does not hold for the unknowns. */
export function falseEquation(question: string, unknowns: Unknowns): string | undefined {
  if (unknowns.size === 0) return undefined;
  for (const [equation] of question.matchAll(EQUATION)) {
    const [left = "", right = ""] = equation.split("=");
    if (!evaluate(left, unknowns).equals(evaluate(right, unknowns))) return equation;
  }
  return undefined;
}

/** The first number of a question, other than 1, that occurs in none of the lines. */
export function unusedNumber(question: string, lines: readonly string[]): string | undefined {
  const numbers = (text: string) => text.match(/\d+(?:\.\d+)?/g) ?? [];
  const used = new Set(["1", ...lines.flatMap(numbers)]);
  return numbers(question).find((number) => !used.has(number));
}
