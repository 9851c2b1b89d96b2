// Units: what they measure and how much of it. Words that aren't units (apples, students) are units of their own.

import { Rational } from "../exact/rational.js";

export interface Unit {
  /** How many of the base units one is. */
  readonly factor: Rational;
  /** Base units with their exponents, in order: `m^1 s^-1`. Empty for words. */
  readonly dimension: string;
  /** Words that are no unit of measurement, in the singular. */
  readonly words?: readonly string[];
}

type Row = readonly [names: string, factor: string, dimension: string];

// Factors are exact by definition (SI Brochure; international yard and pound agreement of 1959).
const ROWS: readonly Row[] = [
  ["m meter metre", "1", "m"],
  ["mm millimeter millimetre", "1/1000", "m"],
  ["cm centimeter centimetre", "1/100", "m"],
  ["dm decimeter decimetre", "1/10", "m"],
  ["km kilometer kilometre", "1000", "m"],
  ["in inch inches", "254/10000", "m"],
  ["ft foot feet", "3048/10000", "m"],
  ["yd yard", "9144/10000", "m"],
  ["mi mile", "1609344/1000", "m"],
  ["s sec second", "1", "s"],
  ["ms millisecond", "1/1000", "s"],
  ["min minute", "60", "s"],
  ["h hr hour", "3600", "s"],
  ["day", "86400", "s"],
  ["week", "604800", "s"],
  ["month", "1", "month"],
  ["year yr", "12", "month"],
  ["decade", "120", "month"],
  ["century centuries", "1200", "month"],
  ["g gram gramme", "1", "g"],
  ["mg milligram", "1/1000", "g"],
  ["kg kilogram kilo", "1000", "g"],
  ["tonne", "1000000", "g"],
  ["lb lbs pound", "45359237/100000", "g"],
  ["oz ounce", "45359237/1600000", "g"],
  ["L l liter litre", "1/1000", "m m m"],
  ["mL ml milliliter millilitre", "1/1000000", "m m m"],
  ["gal gallon", "231/1 inch3", "m m m"],
  ["quart qt", "231/4 inch3", "m m m"],
  ["pint pt", "231/8 inch3", "m m m"],
  ["acre", "4046.8564224", "m m"],
  ["hectare ha", "10000", "m m"],
  ["$ dollar buck USD", "1", "dollar"],
  ["¢ cent", "1/100", "dollar"],
  ["€ euro EUR", "1", "euro"],
  ["£ GBP", "1", "pound sterling"],
  ["¥ yen yuan", "1", "yen"],
  ["₹ rupee", "1", "rupee"],
  ["° degree deg", "1", "degree"],
  ["°C", "1", "celsius"],
  ["°F", "1", "fahrenheit"],
  ["Hz hertz", "1", "hertz"],
  ["N newton", "1", "newton"],
  ["J joule", "1", "joule"],
  ["W watt", "1", "watt"],
  ["V volt", "1", "volt"],
  ["K kelvin", "1", "kelvin"],
  ["mph", "1609344/3600000", "m /s"],
  ["kph kmh", "1000/3600", "m /s"],
  ["dozen", "12", ""],
];

const CUBIC_INCH = Rational.of(254n ** 3n, 10n ** 12n);

const TABLE = new Map<string, { factor: Rational; dimension: readonly string[] }>();
for (const [names, written, dimension] of ROWS) {
  const [number = "1", inches] = written.split(" ");
  const [top = "1", bottom = "1"] = number.split("/");
  const ratio = (Rational.fromDecimal(top) ?? Rational.one).divide(Rational.of(BigInt(bottom)));
  const factor = inches === undefined ? ratio : ratio.multiply(CUBIC_INCH);
  for (const name of names.split(" ")) {
    TABLE.set(name, { factor, dimension: dimension.split(" ").filter((each) => each !== "") });
  }
}

/** Words of more than one letter that stay whole when an answer is read. */
export const UNIT_WORDS: ReadonlySet<string> = new Set(
  [...TABLE.keys()]
    .filter((name) => /^[A-Za-z]{2,}$/.test(name) && name !== "in")
    .flatMap((name) => [name, `${name}s`])
    .concat(["sq", "cu", "per", "units", "unit", "cents", "pct", "percent"]),
);

const singular = (word: string): string => {
  if (word.length < 4) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
};

function lookUp(word: string): { factor: Rational; dimension: readonly string[] } | undefined {
  const plain = word.replace(/\.$/, "");
  return (
    TABLE.get(plain) ??
    TABLE.get(singular(plain)) ??
    TABLE.get(singular(plain.toLowerCase())) ??
    (plain.endsWith("s") ? TABLE.get(plain.slice(0, -1)) : undefined)
  );
}

export const NO_UNIT: Unit = { factor: Rational.one, dimension: "" };

const written = (exponents: ReadonlyMap<string, number>): string =>
  [...exponents]
    .filter(([, exponent]) => exponent !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, exponent]) => `${name}^${exponent}`)
    .join(" ");

const exponentsOf = (dimension: string): Map<string, number> =>
  new Map(
    dimension === ""
      ? []
      : dimension.split(" ").map((each): [string, number] => {
          const at = each.lastIndexOf("^");
          return [each.slice(0, at), Number(each.slice(at + 1))];
        }),
  );

/** Words that say nothing about what is measured. */
const EMPTY = new Set([
  "unit",
  "units",
  "radian",
  "radians",
  "rad",
  "of",
  "the",
  "a",
  "an",
  "in",
  "total",
  "approximately",
  "about",
]);

/** Reads `square feet`, `km/h`, `miles per hour`, `cm^2`, `apples`. Nothing that measures is {@link NO_UNIT}. */
export function readUnit(text: string): Unit {
  const tokens = text
    .replace(/[²]/g, "^2")
    .replace(/[³]/g, "^3")
    .replace(/\s*\^\s*\{?(-?\d)\}?/g, "^$1 ")
    .replace(/[/]/g, " per ")
    .replace(/[·*.,()-]/g, " ")
    .trim()
    .split(/\s+/)
    .filter((each) => each !== "");
  const exponents = new Map<string, number>();
  const words: string[] = [];
  let factor = Rational.one;
  let sign = 1;
  let raised = 1;
  for (let i = 0; i < tokens.length; i++) {
    const [token = "", written] = (tokens[i] ?? "").split("^");
    const lower = token.toLowerCase();
    if (lower === "per" || (lower === "an" && i > 0) || (lower === "a" && i > 0)) {
      sign = -1;
      continue;
    }
    if (lower === "square" || lower === "sq") raised = 2;
    else if (lower === "cubic" || lower === "cu") raised = 3;
    else if (
      EMPTY.has(lower) &&
      !(lower === "in" && (written !== undefined || i === tokens.length - 1))
    )
      raised = 1;
    else {
      const after = tokens[i + 1]?.toLowerCase();
      if (after === "squared" || after === "cubed") {
        raised = after === "squared" ? 2 : 3;
        i++;
      }
      const power = sign * (written === undefined ? raised : Number(written));
      raised = 1;
      const known = lookUp(token);
      if (known === undefined) {
        words.push(singular(lower));
        continue;
      }
      factor = factor.multiply(known.factor.pow(power) ?? Rational.one);
      for (const base of known.dimension) {
        const name = base.replace("/", "");
        exponents.set(name, (exponents.get(name) ?? 0) + (base.startsWith("/") ? -power : power));
      }
    }
  }
  const dimension = written(exponents);
  // Words beside a unit (5 cm long) don't matter; alone they are what is counted.
  return words.length === 0 || dimension !== ""
    ? { factor, dimension }
    : { factor, dimension, words };
}

export function multiplyUnits(a: Unit, b: Unit, power: 1 | -1 = 1): Unit {
  const exponents = exponentsOf(a.dimension);
  for (const [name, exponent] of exponentsOf(b.dimension)) {
    exponents.set(name, (exponents.get(name) ?? 0) + power * exponent);
  }
  const words = [...(a.words ?? []), ...(b.words ?? [])];
  const factor = power === 1 ? a.factor.multiply(b.factor) : a.factor.divide(b.factor);
  return { factor, dimension: written(exponents), ...(words.length > 0 && { words }) };
}

export function raiseUnit(unit: Unit, power: number): Unit {
  const exponents = new Map(
    [...exponentsOf(unit.dimension)].map(([name, exponent]) => [name, exponent * power]),
  );
  return { ...unit, factor: unit.factor.pow(power) ?? unit.factor, dimension: written(exponents) };
}

/** Whether two units may stand for each other, up to their factors. One that isn't there goes with every other. */
export function compatible(a: Unit | undefined, b: Unit | undefined): boolean {
  if (a === undefined || b === undefined || isNone(a) || isNone(b)) return true;
  if (a.dimension !== b.dimension) return false;
  if (a.words === undefined || b.words === undefined) return a.words === b.words;
  const [few, many] = a.words.length <= b.words.length ? [a.words, b.words] : [b.words, a.words];
  return few.every((word) => many.includes(word));
}

export const isNone = (unit: Unit): boolean => unit.dimension === "" && unit.words === undefined;
