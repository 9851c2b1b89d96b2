// Sums, differences, products and quotients of fractions.

import type { Random } from "../random.js";
import { Rational } from "../rational.js";
import { ask } from "../writing/ask.js";
import { gcd } from "../writing/steps.js";
import type { Kind } from "./kind.js";

interface Fraction {
  top: number;
  bottom: number;
}

const print = ({ top, bottom }: Fraction) => (bottom === 1 ? `${top}` : `${top}/${bottom}`);

function lowest({ top, bottom }: Fraction): Fraction {
  const common = gcd(top, bottom);
  return { top: top / common, bottom: bottom / common };
}

function draw(random: Random, most: number): Fraction {
  const bottom = random.int(2, most);
  return lowest({ top: random.int(1, Math.min(most, bottom * 2 - 1)), bottom });
}

/** `9/12 = 3/4`, if that is a change. */
function reduction(found: Fraction): string[] {
  const low = lowest(found);
  return low.bottom === found.bottom ? [] : [`${print(found)} = ${print(low)}`];
}

/** A sum or a difference over the least common denominator. */
function combine(a: Fraction, b: Fraction, sign: "+" | "-"): { value: Fraction; lines: string[] } {
  const bottom = (a.bottom / gcd(a.bottom, b.bottom)) * b.bottom;
  const lines: string[] = [];
  const widen = (part: Fraction): Fraction => {
    const wide = { top: (part.top * bottom) / part.bottom, bottom };
    if (part.bottom !== bottom) lines.push(`${print(part)} = ${print(wide)}`);
    return wide;
  };
  const [left, right] = [widen(a), widen(b)];
  const top = sign === "+" ? left.top + right.top : left.top - right.top;
  const value = { top, bottom };
  lines.push(`${print(left)} ${sign} ${print(right)} = ${print(value)}`, ...reduction(value));
  return { value: lowest(value), lines };
}

const SIZES = [9, 12, 15, 20, 30];

export const fractionKind: Kind = {
  name: "fractions",
  about: "adding, subtracting, multiplying and dividing fractions",
  limits: { steps: 8, digits: 2 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const most = beyond === "larger" ? 240 : (SIZES[difficulty - 1] as number);
    const form =
      beyond === "longer" ? "+" : random.pick(difficulty < 3 ? ["+", "-"] : ["+", "-", "*", "/"]);
    if (form === "*" || form === "/") {
      const [a, b] = [draw(random, most), draw(random, most)];
      return {
        key: [form, ...(form === "*" ? [print(a), print(b)].sort() : [print(a), print(b)])],
        write(words) {
          const turned = form === "*" ? b : { top: b.bottom, bottom: b.top };
          const text = form === "*" ? `${print(a)} * ${print(b)}` : `(${print(a)}) / (${print(b)})`;
          const value = { top: a.top * turned.top, bottom: a.bottom * turned.bottom };
          const lines = [
            `${text} = (${a.top} * ${turned.top}) / (${a.bottom} * ${turned.bottom})`,
            `(${a.top} * ${turned.top}) / (${a.bottom} * ${turned.bottom}) = ${value.top}/${value.bottom}`,
            ...reduction(value),
          ];
          return { question: ask(words, text), lines, value: Rational.of(value.top, value.bottom) };
        },
      };
    }
    const count = beyond === "longer" ? random.int(5, 6) : difficulty > 3 ? 3 : 2;
    const small = beyond === "longer" ? 12 : most;
    const parts = Array.from({ length: count }, () => draw(random, small));
    if (form === "-") parts.sort((a, b) => b.top / b.bottom - a.top / a.bottom);
    const rest = parts
      .slice(1)
      .reduce(
        (left, part) => left - part.top / part.bottom,
        (parts[0] as Fraction).top / (parts[0] as Fraction).bottom,
      );
    const sign = form === "-" && rest > 1e-9 ? "-" : "+";
    const texts = parts.map(print);
    return {
      key: [sign, ...(sign === "+" ? [...texts].sort() : texts)],
      write(words) {
        const lines: string[] = [];
        const total = parts.reduce((left, part) => {
          const next = combine(left, part, sign);
          lines.push(...next.lines);
          return next.value;
        });
        const question = ask(words, texts.join(` ${sign} `));
        return { question, lines, value: Rational.of(total.top, total.bottom) };
      },
    };
  },
};
