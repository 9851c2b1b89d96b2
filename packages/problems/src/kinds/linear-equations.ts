// Linear equations in one unknown: brackets are multiplied out, terms are brought together.

import type { Random } from "../random.js";
import { Rational } from "../rational.js";
import type { Beyond, Kind } from "./kind.js";

/** `factor * (x + shift)`; a plain `factor * x` has no shift, a plain number has no x. */
interface Term {
  factor: number;
  x: boolean;
  shift: number;
}

const x = (factor: number, shift = 0): Term => ({ factor, x: true, shift });
const plain = (factor: number): Term => ({ factor, x: false, shift: 0 });

function printTerm({ factor, x, shift }: Term, name: string): string {
  const size = Math.abs(factor);
  if (!x) return `${size}`;
  const front = size === 1 ? "" : `${size}`;
  if (shift === 0) return `${front}${name}`;
  return `${front}(${name} ${shift < 0 ? "-" : "+"} ${Math.abs(shift)})`;
}

function print(terms: readonly Term[], name: string): string {
  const kept = terms.filter(({ factor }) => factor !== 0);
  if (kept.length === 0) return "0";
  return kept
    .map((term, i) => {
      const sign = term.factor < 0 ? "-" : "+";
      const text = printTerm(term, name);
      return i > 0 ? ` ${sign} ${text}` : sign === "-" ? `-${text}` : text;
    })
    .join("");
}

const expand = (terms: readonly Term[]): Term[] =>
  terms.flatMap((term) =>
    term.shift === 0 ? [term] : [x(term.factor), plain(term.factor * term.shift)],
  );

/** Both sides as they are, and then with one more bracket multiplied out each time. */
function expansions(left: readonly Term[], right: readonly Term[]): [Term[], Term[]][] {
  const all: [Term[], Term[]][] = [[[...left], [...right]]];
  for (let i = 0; i < left.length + right.length; i++) {
    const l = [...expand(left.slice(0, i + 1)), ...left.slice(i + 1)];
    const done = Math.max(0, i + 1 - left.length);
    all.push([l, [...expand(right.slice(0, done)), ...right.slice(done)]]);
  }
  return all;
}

function collect(terms: readonly Term[]): [coefficient: number, constant: number] {
  let [coefficient, constant] = [0, 0];
  for (const term of expand(terms)) {
    if (term.x) coefficient += term.factor;
    else constant += term.factor;
  }
  return [coefficient, constant];
}

/** The equations from the first to the value of the unknown, each different from the one before. */
function solve(left: readonly Term[], right: readonly Term[], name: string): string[] {
  const [a, b] = collect(left);
  const [c, d] = collect(right);
  const equation = (l: readonly Term[], r: readonly Term[]) =>
    `${print(l, name)} = ${print(r, name)}`;
  const value = Rational.of(d - b, a - c);
  const lines = [
    ...expansions(left, right).map(([l, r]) => equation(l, r)),
    equation([x(a), plain(b)], [x(c), plain(d)]),
    equation([x(a - c), plain(b)], [plain(d)]),
    ...(b === 0 ? [] : [`${print([x(a - c)], name)} = ${d} ${b < 0 ? "+" : "-"} ${Math.abs(b)}`]),
    equation([x(a - c)], [plain(d - b)]),
    ...(a - c === 1 || !value.isInteger
      ? []
      : [`${name} = ${d - b} / ${a - c < 0 ? `(${a - c})` : a - c}`]),
    `${name} = ${value}`,
  ];
  return lines.filter((line, i) => line !== lines[i - 1]).slice(1);
}

const SIZES = [20, 15, 15, 12, 9];

/** Both sides, except for the constant that makes the solution come out. */
function draw(random: Random, difficulty: number, beyond: Beyond): { left: Term[]; right: Term[] } {
  const size = beyond === "larger" ? 999 : (SIZES[difficulty - 1] as number);
  const some = () => random.int(2, size);
  const either = () => (random.chance(0.5) ? some() : -some());
  if (beyond === "longer") {
    const left = Array.from({ length: 4 }, () => x(some(), either()));
    return { left, right: [x(some(), either()), x(some())] };
  }
  if (difficulty === 1) {
    return { left: random.chance(0.3) ? [x(some())] : [x(1), plain(either() * 3)], right: [] };
  }
  if (difficulty === 2) return { left: [x(some()), plain(either() * 2)], right: [] };
  if (difficulty === 3) return { left: [x(some()), plain(either())], right: [x(some())] };
  if (difficulty === 4) return { left: [x(some(), either()), plain(either())], right: [x(some())] };
  return {
    left: [x(some(), either()), x(either(), either())],
    right: [x(some()), plain(either())],
  };
}

export const linearKind: Kind = {
  name: "linear-equation",
  about: "linear equations in one unknown",
  limits: { steps: 8, digits: 3 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const solution =
      random.pick([1, 1, 1, -1]) *
      random.int(2, beyond === "larger" ? 99 : Math.max(20, 5 + 4 * difficulty));
    let sides: { left: Term[]; right: Term[] };
    do sides = draw(random, difficulty, beyond);
    while (
      collect(sides.left)[0] === collect(sides.right)[0] ||
      // A bracket that is 0 would make its factor meaningless.
      [...sides.left, ...sides.right].some(({ shift }) => shift === -solution)
    );
    const { left } = sides;
    const [a, b] = collect(left);
    const [c, d] = collect(sides.right);
    // Off by one, the solution is a fraction.
    const off = difficulty > 3 && !beyond && random.chance(0.3) ? 1 : 0;
    const right = [...sides.right, plain((a - c) * solution + b - d + off)];
    return {
      key: [print(left, "x"), print(right, "x")],
      write(words) {
        const name = words.pick(["x", "y", "z"]);
        const equation = `${print(left, name)} = ${print(right, name)}`;
        const question = words.pick([
          `Solve for ${name}: ${equation}.`,
          `Solve the equation ${equation}.`,
          `Find ${name} if ${equation}.`,
          `What is ${name} when ${equation}?`,
          `For which ${name} does ${equation} hold?`,
        ]);
        const value = Rational.of((a - c) * solution + off, a - c);
        return { question, lines: solve(left, right, name), value };
      },
    };
  },
};
