// Makes one number of a line wrong, as a model that calculates or copies badly does.

import { below, pick, type Random } from "./random.js";

export const corruptions = ["digit", "neighbour", "dropped", "added", "swapped"] as const;
export type Corruption = (typeof corruptions)[number];

/** `undefined` when that kind of mistake leaves the number as it is, or no number. */
export function corruptNumber(
  number: string,
  kind: Corruption,
  random: Random,
): string | undefined {
  const digits = [...number].flatMap((symbol, at) => (/\d/.test(symbol) ? [at] : []));
  const at = pick(random, digits);
  const replace = (from: number, to: number, text: string): string =>
    number.slice(0, from) + text + number.slice(to);
  const made = ((): string => {
    switch (kind) {
      case "digit":
        return replace(at, at + 1, String((Number(number[at]) + 1 + below(random, 9)) % 10));
      case "neighbour": {
        const places = number.includes(".") ? number.length - number.indexOf(".") - 1 : 0;
        const unit = 10n ** BigInt(places);
        const value = BigInt(number.replace(".", "")) + (random() < 0.5 ? 1n : -1n);
        const text = String(value < 0n ? 1n : value).padStart(places + 1, "0");
        return unit === 1n ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
      }
      case "dropped":
        return replace(at, at + 1, "");
      case "added":
        return replace(at, at, String(below(random, 10)));
      case "swapped": {
        const next = digits[digits.indexOf(at) + 1];
        if (next === undefined) return number;
        return replace(at, next + 1, `${number[next]}${number.slice(at + 1, next)}${number[at]}`);
      }
      default:
        return kind satisfies never;
    }
  })();
  const whole = /^(?:0|[1-9]\d*)(?:\.\d+)?$/.test(made);
  return whole && Number(made) !== Number(number) ? made : undefined;
}

export type Place = "result" | "operand";

/** Corrupts a number after (`result`) or before (`operand`) the last equals sign between `start` and `end`. */
export function corruptLine(
  line: string,
  place: Place,
  kind: Corruption,
  random: Random,
  start = 0,
  end = line.length,
): string | undefined {
  const part = line.slice(start, end);
  const equals = part.lastIndexOf("=");
  if (equals === -1) return undefined;
  const numbers = [...part.matchAll(/(?<![\d.])\d+(?:\.\d+)?/g)].filter(({ index }) =>
    place === "result" ? index > equals : index < equals,
  );
  if (numbers.length === 0) return undefined;
  const number = pick(random, numbers);
  const made = corruptNumber(number[0], kind, random);
  if (made === undefined) return undefined;
  const at = start + number.index;
  return line.slice(0, at) + made + line.slice(at + number[0].length);
}
