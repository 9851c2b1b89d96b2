// Two linear equations in two unknowns, by elimination.

import { Rational } from "../rational.js";
import { gcd } from "../writing/steps.js";
import type { Kind } from "./kind.js";

/** ax + by, without needless ones and zeros. */
function combination(a: number, b: number): string {
  const term = (factor: number, name: string) =>
    `${Math.abs(factor) === 1 ? "" : Math.abs(factor)}${name}`;
  const first = a === 0 ? "" : `${a < 0 ? "-" : ""}${term(a, "x")}`;
  if (b === 0) return first;
  if (a === 0) return `${b < 0 ? "-" : ""}${term(b, "y")}`;
  return `${first} ${b < 0 ? "-" : "+"} ${term(b, "y")}`;
}

const bracket = (value: number) => (value < 0 ? `(${value})` : `${value}`);

const SIZES = [1, 3, 5, 8, 12];

export const systemKind: Kind = {
  name: "linear-system",
  about: "two linear equations in two unknowns",
  limits: { steps: 10, digits: 3 },
  beyond: ["larger"],
  draw(random, difficulty, beyond) {
    const size = beyond === "larger" ? 99 : (SIZES[difficulty - 1] as number);
    const some = () => random.int(1, size) * (difficulty > 1 && random.chance(0.3) ? -1 : 1);
    const [a, c] =
      difficulty === 1 && !beyond ? [1, 1] : [random.int(1, size), random.int(1, size)];
    let [b, d] = [some(), some()];
    if (difficulty === 1 && !beyond) [b, d] = [1, -1];
    while (a * d === b * c) d = d + 1 === 0 ? 1 : d + 1;
    const most = beyond === "larger" ? 400 : [40, 12, 15, 18, 20][difficulty - 1];
    const unknown = () =>
      random.int(2, most as number) * (difficulty > 2 && random.chance(0.3) ? -1 : 1);
    const [x, y] = [unknown(), unknown()];
    const [e, f] = [a * x + b * y, c * x + d * y];
    // A multiple of x + y among the equations would give the sum away.
    const isGiven = a === b || c === d;
    const asked = random.pick(isGiven ? ["x", "y"] : ["x", "y", "x + y"]);
    return {
      key: [asked, ...[[a, b, e].join(" "), [c, d, f].join(" ")].sort()],
      write(words) {
        const [first, second] = [`${combination(a, b)} = ${e}`, `${combination(c, d)} = ${f}`];
        const both = words.pick([
          `Solve the system ${first}, ${second}`,
          `Given that ${first} and ${second}`,
          `If ${first} and ${second}`,
          `The numbers x and y are such that ${first} and ${second}`,
        ]);
        const stop = /^(If|Given)/.test(both) ? ", what" : ". What";
        const common = gcd(a, c);
        const [p, q] = [c / common, a / common];
        const times = (factor: number, k: number, l: number, m: number) =>
          factor === 1 ? [] : [`${combination(factor * k, factor * l)} = ${factor * m}`];
        const [left, right] = [p * b - q * d, p * e - q * f];
        const lines = [
          ...times(p, a, b, e),
          ...times(q, c, d, f),
          `${combination(0, left)} = ${p * e} - ${bracket(q * f)}`,
          `${combination(0, left)} = ${right}`,
          ...(left === 1 ? [] : [`y = ${y}`]),
        ];
        lines.push(`${combination(a, 0)} = ${e} - ${bracket(b)} * ${bracket(y)}`);
        lines.push(`${combination(a, 0)} = ${e - b * y}`);
        if (a !== 1) lines.push(`x = ${x}`);
        if (asked === "y") lines.push(`y = ${y}`);
        if (asked === "x + y") lines.push(`x + y = ${x} + ${bracket(y)}`, `x + y = ${x + y}`);
        const value = asked === "x" ? x : asked === "y" ? y : x + y;
        return { question: `${both}${stop} is ${asked}?`, lines, value: Rational.of(value) };
      },
    };
  },
};
