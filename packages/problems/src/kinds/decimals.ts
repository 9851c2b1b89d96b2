// Sums, differences, products and quotients of decimals, by whole numbers of the smallest place.

import { Rational } from "../rational.js";
import { ask } from "../writing/ask.js";
import { addition, decimal, multiplication, subtraction } from "../writing/steps.js";
import type { Kind } from "./kind.js";

const SIZES = [2, 3, 3, 4, 5];

/** Without zeros at the end: 250 at two places is 2.5. */
const trim = (value: number, scale: number) =>
  scale > 0 ? decimal(value, scale).replace(/\.?0+$/, "") : String(value);

export const decimalKind: Kind = {
  name: "decimals",
  about: "adding, subtracting, multiplying and dividing decimals",
  limits: { steps: 10, digits: 5 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const size = beyond === "larger" ? random.int(6, 7) : (SIZES[difficulty - 1] as number);
    const scale = difficulty < 3 ? 1 : 2;
    const form = beyond ? random.pick(["+", "-"]) : random.pick(["+", "-", "*", "/"]);
    if (form === "+" || form === "-") {
      const count = beyond === "longer" ? random.int(5, 7) : 2;
      const values = Array.from({ length: count }, () => random.digits(size));
      if (form === "-" && beyond !== "longer") values.sort((a, b) => b - a);
      const sign = form === "-" && beyond !== "longer" && values[0] !== values[1] ? "-" : "+";
      const texts = values.map((value) => decimal(value, scale));
      return {
        key: [sign, ...(sign === "+" ? [...texts].sort() : texts)],
        write(words) {
          const lines: string[] = [];
          const total = values.reduce((left, value) => {
            const next = sign === "+" ? left + value : left - value;
            const whole = sign === "+" ? addition(left, value) : subtraction(left, value);
            const power = 10 ** scale;
            lines.push(
              `${decimal(left, scale)} ${sign} ${decimal(value, scale)} = (${left} ${sign} ${value}) / ${power}`,
            );
            lines.push(...whole, `${next} / ${power} = ${trim(next, scale)}`);
            return next;
          });
          const text = trim(total, scale);
          return {
            question: ask(words, texts.join(` ${sign} `)),
            lines,
            value: Rational.of(total, 10 ** scale),
            text,
          };
        },
      };
    }
    const factor = random.digits(difficulty > 3 ? 2 : 1);
    const other = random.digits(difficulty > 3 ? 3 : difficulty > 1 ? 2 + random.int(0, 1) : 2);
    if (form === "*") {
      const moved = difficulty > 2 ? 1 : 0;
      const [a, b] = [decimal(other, 1), decimal(factor, moved)];
      const power = 10 ** (1 + moved);
      const product = other * factor;
      return {
        key: [form, a, b],
        write(words) {
          const text = trim(product, 1 + moved);
          const lines = [
            `${a} * ${b} = (${other} * ${factor}) / ${power}`,
            ...multiplication(other, factor),
            `${product} / ${power} = ${text}`,
          ];
          return {
            question: ask(words, `${a} * ${b}`),
            lines,
            value: Rational.of(product, power),
            text,
          };
        },
      };
    }
    const dividend = other * factor;
    return {
      key: [form, dividend, factor, scale],
      write(words) {
        const [whole, text] = [decimal(dividend, scale), trim(other, scale)];
        const lines = [
          `${whole} / ${factor} = (${dividend} / ${factor}) / ${10 ** scale}`,
          `${dividend} / ${factor} = ${other}`,
          `${other} / ${10 ** scale} = ${text}`,
        ];
        return {
          question: ask(words, `${whole} / ${factor}`),
          lines,
          value: Rational.of(other, 10 ** scale),
          text,
        };
      },
    };
  },
};
