import type { MathNumber } from "../../src/numbers/math-number.js";

/** A number as kind and value, such as `fraction 1/2`. */
export const shown = ({ kind, value }: MathNumber) => {
  if (!value) return `${kind} undefined`;
  const below = value.denominator === 1n ? "" : `/${value.denominator}`;
  return `${kind} ${value.numerator}${below}`;
};

/** All that two numbers have to agree in. */
export const whole = (number: MathNumber) => [
  number.start,
  number.end,
  number.text,
  shown(number),
  number.unit,
];

/** `text` with «…» around the numbers. */
export const mark = (text: string, numbers: readonly MathNumber[]) => {
  let out = "";
  let at = 0;
  for (const { start, end } of numbers) {
    out += `${text.slice(at, start)}«${text.slice(start, end)}»`;
    at = end;
  }
  return out + text.slice(at);
};

/** The seed of all random tests here, printed so that a failure can be run again. */
export const SEED = 20_261_126;
console.log(`fast-check seed ${SEED}`);
