// Sets of numbers as automata over their decimal text. All texts of a value are
// in a set or none is, so that sets can be intersected and complemented; texts
// with an exponent are left out wherever anything is asked of a number.

import { SamplerError } from "../../errors.js";
import { AutomatonBuilder, complement, intersect } from "../characters/automata.js";
import type { Budget } from "../limits.js";
import { parseRegex } from "../regex/parse.js";
import { searchAutomaton } from "../regex/search.js";
import type { Automaton } from "../rules/expression.js";

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const MAX_MODULUS = 4000;

interface Decimal {
  readonly negative: boolean;
  /** Digits before the point, without leading zeros; none for 0. */
  readonly whole: string;
  /** Digits after it, without zeros at the end. */
  readonly fraction: string;
}

/** The decimal that JSON text of the number says. */
function decimalOf(value: number): Decimal {
  const [, sign, digits, after = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) as unknown as [
      string,
      string,
      string,
      string?,
      string?,
    ];
  const shift = Number(exponent);
  let whole = digits;
  let fraction = after;
  if (shift > 0) {
    const moved = fraction.padEnd(shift, "0");
    whole += moved.slice(0, shift);
    fraction = moved.slice(shift);
  } else if (shift < 0) {
    const moved = whole.padStart(1 - shift, "0");
    fraction = moved.slice(moved.length + shift) + fraction;
    whole = moved.slice(0, moved.length + shift);
  }
  whole = whole.replace(/^0+/, "");
  fraction = fraction.replace(/0+$/, "");
  return { negative: sign === "-" && whole + fraction !== "", whole, fraction };
}

type Order = "less" | "equal" | "greater";
const FLIPPED = { less: "greater", equal: "equal", greater: "less" } as const;

/** Numbers that compare with `value` in one of the ways. */
export function compared(value: number, orders: readonly Order[], budget: Budget): Automaton {
  const { negative, whole, fraction } = decimalOf(value);
  const zero = whole + fraction === "";
  const built = new AutomatonBuilder(budget);
  const start = built.addState(false);
  const positive = negative
    ? magnitudes("", "", () => orders.includes("greater"), built)
    : magnitudes(whole, fraction, (order) => orders.includes(order), built);
  const below = negative
    ? magnitudes(whole, fraction, (order) => orders.includes(FLIPPED[order]), built)
    : magnitudes(
        "",
        "",
        (order) => orders.includes(order === "equal" && zero ? "equal" : "less"),
        built,
      );
  built.addEdge(start, MINUS, MINUS, below);
  copyEdges(built, positive, start);
  return intersect([built, decimals(budget)], budget);
}

function copyEdges(built: AutomatonBuilder, from: number, to: number): void {
  const list = built.edges[from] as number[];
  for (let i = 0; i < list.length; i += 3) {
    built.addEdge(to, list[i] as number, list[i + 1] as number, list[i + 2] as number);
  }
}

/** Adds states that read digits without a sign, and accept by how they compare; returns the first. */
function magnitudes(
  whole: string,
  fraction: string,
  accepts: (order: Order) => boolean,
  built: AutomatonBuilder,
): number {
  const memo = new Map<string, number>();
  // Before the point: how many digits, and how they compare with as many of `whole`.
  const inWhole = (read: number, order: Order): number => {
    const ended: Order =
      read < whole.length ? "less" : order !== "equal" ? order : fraction === "" ? "equal" : "less";
    return remember(
      `w${read}${order}`,
      accepts(read > whole.length ? "greater" : ended),
      (state) => {
        const over = read >= whole.length;
        const point = read > whole.length ? "greater" : read < whole.length ? "less" : order;
        built.addEdge(state, POINT, POINT, inFraction(0, point));
        for (let digit = 0; digit <= 9; digit++) {
          // A zero in front is no digit of the number: what follows it can only be the point.
          const next =
            read === 0 && digit === 0
              ? inWhole(0, "equal")
              : over
                ? inWhole(whole.length + 1, "greater")
                : inWhole(read + 1, order === "equal" ? orderOf(digit, whole, read) : order);
          built.addEdge(state, ZERO + digit, ZERO + digit, next);
        }
      },
    );
  };
  const inFraction = (read: number, order: Order): number => {
    const ended: Order = order === "equal" && read < fraction.length ? "less" : order;
    const place = order === "equal" ? read : 0;
    return remember(`f${place}${order}`, accepts(ended), (state) => {
      for (let digit = 0; digit <= 9; digit++) {
        const next =
          order !== "equal"
            ? inFraction(0, order)
            : read < fraction.length
              ? inFraction(read + 1, orderOf(digit, fraction, read))
              : inFraction(read, digit === 0 ? "equal" : "greater");
        built.addEdge(state, ZERO + digit, ZERO + digit, next);
      }
    });
  };
  const remember = (key: string, accept: boolean, fill: (state: number) => void): number => {
    let state = memo.get(key);
    if (state === undefined) {
      state = built.addState(accept);
      memo.set(key, state);
      fill(state);
    }
    return state;
  };
  return inWhole(0, "equal");
}

function orderOf(digit: number, digits: string, at: number): Order {
  const other = Number(digits[at]);
  return digit < other ? "less" : digit > other ? "greater" : "equal";
}

/** Just these numbers. */
export function ofNumbers(values: readonly number[], budget: Budget): Automaton {
  const forms = values.map((value) => {
    const { negative, whole, fraction } = decimalOf(value);
    const sign = whole + fraction === "" ? "-?" : negative ? "-" : "";
    return `${sign}${whole || "0"}${fraction === "" ? "(\\.0+)?" : `\\.${fraction}0*`}`;
  });
  return searchAutomaton(parseRegex(`^(${forms.join("|")})$`, budget), budget);
}

/** Every decimal without an exponent. */
export function decimals(budget: Budget, withFraction = true): Automaton {
  const built = new AutomatonBuilder(budget);
  const [start, sign, zero, digits, point, fraction] = [false, false, true, true, false, true].map(
    (accept) => built.addState(accept),
  ) as [number, number, number, number, number, number];
  built.addEdge(start, MINUS, MINUS, sign);
  for (const from of [start, sign]) {
    built.addEdge(from, ZERO, ZERO, zero);
    built.addEdge(from, ZERO + 1, NINE, digits);
  }
  if (withFraction) for (const from of [zero, digits]) built.addEdge(from, POINT, POINT, point);
  built.addEdge(digits, ZERO, NINE, digits);
  for (const from of [point, fraction]) built.addEdge(from, ZERO, NINE, fraction);
  return built;
}

export function integers(budget: Budget): Automaton {
  return multiples(1, budget, "integer");
}

/** Multiples of `value`, which is above 0. */
export function multiples(value: number, budget: Budget, where: string): Automaton {
  const { whole, fraction } = decimalOf(value);
  const scale = fraction.length;
  const modulus = Number((whole + fraction).replace(/^0+/, ""));
  if (modulus * (scale + 2) > MAX_MODULUS) {
    throw new SamplerError("ERR_UNSUPPORTED", `${where}: multiples of ${value} aren't supported`);
  }
  const built = new AutomatonBuilder(budget);
  // States: the start, then remainders before the point, then after 0, 1, … digits behind it.
  const remainderAt = (remainder: number, place: number) => 1 + (place + 1) * modulus + remainder;
  built.addState(false);
  const power = (digits: number) => Number(10n ** BigInt(digits) % BigInt(modulus));
  for (let place = -1; place <= scale; place++) {
    const factor = power(scale - Math.max(0, place));
    for (let r = 0; r < modulus; r++) {
      built.addState((BigInt(r) * BigInt(factor)) % BigInt(modulus) === 0n);
    }
  }
  built.addEdge(0, MINUS, MINUS, 0);
  for (let digit = 0; digit <= 9; digit++) {
    built.addEdge(0, ZERO + digit, ZERO + digit, remainderAt(digit % modulus, -1));
  }
  for (let place = -1; place <= scale; place++) {
    for (let r = 0; r < modulus; r++) {
      const state = remainderAt(r, place);
      if (place === -1) built.addEdge(state, POINT, POINT, remainderAt(r, 0));
      for (let digit = 0; digit <= 9; digit++) {
        if (place < scale) {
          const to = remainderAt((r * 10 + digit) % modulus, place === -1 ? -1 : place + 1);
          built.addEdge(state, ZERO + digit, ZERO + digit, to);
        } else if (digit === 0) built.addEdge(state, ZERO, ZERO, state);
      }
    }
  }
  return intersect([built, decimals(budget)], budget);
}

/** Decimals that aren't in the set. */
export function otherNumbers(set: Automaton, budget: Budget): Automaton {
  return intersect([complement(set, budget), decimals(budget)], budget);
}
