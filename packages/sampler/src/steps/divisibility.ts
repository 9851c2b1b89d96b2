// What words say of whole numbers: divisors, multiples, primes, even and odd, remainders modulo a number.

import { gcd } from "../exact/integer.js";
import type { Claim } from "./claim.js";

const whole = String.raw`(?<![\d.,/^*+-]|[*/+-] )(\d{1,3}(?:,\d{3})+|\d{1,40})(?!\d|[.,]\d|\s*[-*/+^=])`;
const rest = String.raw`(\d{1,3}(?:,\d{3})+|\d{1,40})(?!\d|[.,]\d|\s*[*/+^]|!)`;
const cues = new Set(
  "divisible divides multiple prime composite even odd mod factor divisor gcd lcm gcf hcf divisor greatest least".split(
    " ",
  ),
);

const read = (digits: string | undefined): bigint => BigInt((digits ?? "0").replaceAll(",", ""));

/** The largest number that trial division decides. */
const maxPrime = 10n ** 12n;

function isPrime(n: bigint): boolean | undefined {
  if (n > maxPrime) return undefined;
  const number = Number(n);
  if (number < 2) return false;
  for (let d = 2; d * d <= number; d += d === 2 ? 1 : 2) if (number % d === 0) return false;
  return true;
}

interface Rule {
  readonly pattern: RegExp;
  /** `undefined` when it can't be decided. */
  readonly holds: (match: readonly string[]) => boolean | undefined;
}

const rule = (pattern: string, holds: Rule["holds"]): Rule => ({
  pattern: new RegExp(pattern, "gi"),
  holds,
});
const not = (denied: string | undefined, value: boolean | undefined): boolean | undefined =>
  value === undefined ? undefined : denied === undefined ? value : !value;

const divides = (divisor: bigint, n: bigint): boolean | undefined =>
  divisor === 0n ? undefined : n % divisor === 0n;
const lcm = (a: bigint, b: bigint): bigint => (a === 0n || b === 0n ? 0n : (a / gcd(a, b)) * b);
const positiveRest = (n: bigint, m: bigint): bigint => ((n % m) + m) % m;

const rules: readonly Rule[] = [
  rule(`${whole} (?:is|are) (not |evenly )?divisible by ${rest}`, ([, n, word, d]) =>
    not(word === "not " ? word : undefined, divides(read(d), read(n))),
  ),
  rule(`${whole} (?:evenly )?divides ${rest}`, ([, d, n]) => divides(read(d), read(n))),
  rule(`${whole} is (not )?a (?:multiple) of ${rest}`, ([, n, word, d]) =>
    not(word, divides(read(d), read(n))),
  ),
  rule(`${whole} is (not )?a (?:factor|divisor) of ${rest}`, ([, d, word, n]) =>
    not(word, divides(read(d), read(n))),
  ),
  rule(`${whole} is (not )?(?:a )?prime(?: number)?(?![\\w-]| factor)`, ([, n, word]) =>
    not(word, isPrime(read(n))),
  ),
  rule(`${whole} is (not )?(?:an )?even(?: number)?(?![\\w-])(?! more| less)`, ([, n, word]) =>
    not(word, read(n) % 2n === 0n),
  ),
  rule(`${whole} is (not )?(?:an )?odd(?: number)?(?![\\w-])`, ([, n, word]) =>
    not(word, read(n) % 2n === 1n),
  ),
  rule(`${whole} mod(?:ulo)? ${rest}\\s*(?:=|is|equals)\\s*${rest}`, ([, n, m, r]) =>
    read(m) === 0n ? undefined : positiveRest(read(n), read(m)) === read(r),
  ),
  rule(
    String.raw`${whole}\s*(?:≡|\\equiv)\s*${rest}\s*\(?\s*(?:\\pmod|\\mod|mod)\s*\{?\s*${rest}`,
    ([, a, b, m]) => (read(m) === 0n ? undefined : positiveRest(read(a) - read(b), read(m)) === 0n),
  ),
  rule(
    `(?:gcd|gcf|hcf|greatest common (?:divisor|factor)) of ${rest} and ${rest} (?:is|=|equals) ${rest}`,
    ([, a, b, g]) => gcd(read(a), read(b)) === read(g),
  ),
  rule(
    `(?:lcm|least common multiple) of ${rest} and ${rest} (?:is|=|equals) ${rest}`,
    ([, a, b, m]) => lcm(read(a), read(b)) === read(m),
  ),
];

export function divisibilityClaims(line: string, words: ReadonlySet<string>): Claim[] {
  const cue =
    line.includes("≡") || line.includes("\\equiv") || [...words].some((word) => cues.has(word));
  if (!cue || line.length > 4096) return [];
  const supposed = /\b(?:if|whether|suppose|assume|when|unless|any|every|contradict)|\?\s*$/i.test(
    line,
  );
  const claims: Claim[] = [];
  for (const { pattern, holds } of rules) {
    for (const match of line.matchAll(pattern)) {
      const value = holds(match);
      const unsure = value === undefined || (!value && supposed);
      claims.push({
        kind: "divisibility",
        verdict: unsure ? "uncheckable" : value ? "true" : "false",
        start: match.index,
        end: match.index + match[0].length,
        reason: unsure ? "it isn't decided or may be supposed" : value ? "it is so" : "it isn't so",
        flags: [],
      });
    }
  }
  return claims;
}
