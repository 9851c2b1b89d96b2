// Multi-step arithmetic written out as the chains of BIG-Bench Mistake (Tyen et al., 2023) are: an expression of two parts,
// each reduced operation by operation, with at most one mistake, from which the rest goes on.

import { below, pick, type Random } from "./random.js";

export interface ArithmeticChain {
  readonly steps: readonly string[];
  /** The step of the first mistake, from 0. */
  readonly mistake: number | undefined;
}

type Term = number | "+" | "-" | "*";

interface Slip {
  /** Operations until the mistake; counts down. */
  left: number;
  made: boolean;
}

const apply = (a: number, sign: Term, b: number): number =>
  sign === "*" ? a * b : sign === "+" ? a + b : a - b;

/** The next operation done, products first. */
function reduce(terms: readonly Term[], random: Random, slip: Slip): Term[] {
  const product = terms.indexOf("*");
  const at = product === -1 ? 1 : product;
  const [a, sign, b] = [terms[at - 1], terms[at], terms[at + 1]] as [number, Term, number];
  let value = apply(a, sign, b);
  if (slip.left-- === 0) {
    slip.made = true;
    const wrong = [
      value + 1,
      value - 1,
      value + 10,
      -value,
      apply(a, "+", b),
      apply(a, "-", b),
    ].filter((one) => one !== value);
    value = pick(random, wrong);
  }
  return [...terms.slice(0, at - 1), value, ...terms.slice(at + 2)];
}

function write(terms: readonly Term[]): string {
  return terms.length === 1 ? `${terms[0]}` : `(${terms.join(" ")})`;
}

function part(random: Random): Term[] {
  const number = (): number => below(random, 19) - 9 || 1;
  const terms: Term[] = [number()];
  const count = 2 + below(random, 3);
  for (let i = 0; i < count; i++) terms.push(pick(random, ["+", "-", "*"] as const), number());
  return terms;
}

export function arithmeticChain(random: Random, withMistake: boolean): ArithmeticChain {
  const parts = [part(random), part(random)] as const;
  const sign = pick(random, ["+", "-", "*"] as const);
  const operations = parts.reduce((sum, terms) => sum + (terms.length - 1) / 2, 1);
  const slip: Slip = { left: withMistake ? below(random, operations) : -1, made: false };
  const steps = [
    `This equation can be written as "A ${sign} B", where A = ${write(parts[0])} and B = ${write(parts[1])}.`,
  ];
  let mistake: number | undefined;
  const values = parts.map((terms, index) => {
    let line = `Let's calculate ${"AB"[index]} = ${write(terms)}`;
    let rest: Term[] = [...terms];
    while (rest.length > 1) {
      rest = reduce(rest, random, slip);
      line += ` = ${write(rest)}`;
    }
    steps.push(`${line}.`);
    if (slip.made) mistake ??= steps.length - 1;
    return rest[0] as number;
  });
  const [total] = reduce([values[0] as number, sign, values[1] as number], random, slip);
  steps.push(
    `Then, the final equation is A ${sign} B = ${values[0]} ${sign} ${values[1]} = ${total}.`,
  );
  if (slip.made) mistake ??= steps.length - 1;
  steps.push(`So the answer is ${total}.`);
  return { steps, mistake };
}
