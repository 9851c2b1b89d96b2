// Units that amounts are written in. Factors are exact: a numerator and a denominator over the base of the dimension.

export type Dimension =
  | "time"
  | "calendar"
  | "length"
  | "mass"
  | "volume"
  | "money"
  | "count"
  | "data";

export interface Unit {
  readonly dimension: Dimension;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Names in the singular; `~` before one that has no plural in `s`. */
const table: Readonly<
  Record<Dimension, readonly (readonly [names: string, numerator: number, denominator?: number])[]>
> = {
  time: [
    ["second sec", 1],
    ["minute min", 60],
    ["hour hr", 3600],
    ["day", 86400],
    ["week", 604800],
    ["fortnight", 1209600],
  ],
  calendar: [
    ["month", 1],
    ["year yr", 12],
    ["decade", 120],
    ["~century ~centuries", 1200],
  ],
  length: [
    ["millimeter millimetre ~mm", 1],
    ["centimeter centimetre ~cm", 10],
    ["decimeter decimetre ~dm", 100],
    ["meter metre", 1000],
    ["kilometer kilometre ~km", 1000000],
    ["~inch ~inches", 254, 10],
    ["foot ~feet ~ft", 3048, 10],
    ["yard yd", 9144, 10],
    ["mile", 1609344],
  ],
  mass: [
    ["milligram ~mg", 1],
    ["gram", 1000],
    ["kilogram kilo ~kg", 1000000],
    ["tonne", 1000000000],
    ["ounce ~oz", 45359237, 1600],
    ["pound lb", 45359237, 100],
  ],
  volume: [
    ["milliliter millilitre ~ml", 1],
    ["centiliter centilitre ~cl", 10],
    ["deciliter decilitre ~dl", 100],
    ["liter litre", 1000],
    ["teaspoon ~tsp", 492892159375, 100000000000],
    ["tablespoon ~tbsp", 1478676478125, 100000000000],
    ["cup", 2365882365, 10000000],
    ["pint", 473176473, 1000000],
    ["quart", 946352946, 1000000],
    ["gallon", 3785411784, 1000000],
  ],
  money: [
    ["cent ~penny ~pennies", 1],
    ["nickel", 5],
    ["dime", 10],
    ["quarter", 25],
    ["dollar", 100],
  ],
  count: [
    ["pair couple", 2],
    ["dozen", 12],
    ["~gross", 144],
    ["~score", 20],
  ],
  data: [
    ["byte", 1],
    ["kilobyte ~kb", 1000],
    ["megabyte ~mb", 1000000],
    ["gigabyte ~gb", 1000000000],
  ],
};

function build(): Map<string, Unit> {
  const units = new Map<string, Unit>();
  for (const dimension of Object.keys(table) as Dimension[]) {
    for (const [names, numerator, denominator = 1] of table[dimension]) {
      const unit = { dimension, numerator: BigInt(numerator), denominator: BigInt(denominator) };
      for (const name of names.split(" ")) {
        if (name.startsWith("~")) units.set(name.slice(1), unit);
        else units.set(name, unit).set(`${name}s`, unit);
      }
    }
  }
  return units;
}

const units = build();

export function unitOf(word: string): Unit | undefined {
  return units.get(word);
}

/** What two sides that say the same differ by when a unit was left to the reader, and words that it takes for that. */
const looseFactors: readonly (readonly [factor: bigint, words: ReadonlySet<string>])[] = (
  [
    [3, "yard yards feet foot ft"],
    [4, "quart quarts gallon gallons quarter quarters month months"],
    [7, "week weeks weekly day days daily"],
    [10, "dime dimes mm cm millimeters centimeters"],
    [12, "dozen dozens month months monthly year years yearly feet foot ft inch inches"],
    [16, "ounce ounces oz pound pounds cup cups gallon gallons"],
    [20, "score"],
    [24, "hour hours day days daily"],
    [25, "quarter quarters"],
    [30, "month months day days"],
    [36, "yard yards inch inches"],
    [52, "week weeks weekly year years yearly"],
    [60, "minute minutes min hour hours hr second seconds sec"],
    [
      100,
      "percent percentage % $ cent cents dollar dollars cm centimeter centimeters meter meters metre metres",
    ],
    [365, "day days year years daily"],
    [
      1000,
      "thousand thousands kg kilogram kilograms gram grams km kilometer kilometers meter meters liter liters ml milliliter milliliters mg kilo kilos kw watts kilowatts tonne ton tons",
    ],
    [1760, "mile miles yard yards"],
    [2000, "ton tons pound pounds"],
    [3600, "second seconds hour hours"],
    [5280, "mile miles feet foot ft"],
    [1000000, "million millions"],
  ] as const
).map(([factor, words]) => [BigInt(factor), new Set(words.split(" "))]);

/** Whether one of `words` could explain a ratio of `numerator / denominator`. */
export function isLooseRatio(
  numerator: bigint,
  denominator: bigint,
  words: ReadonlySet<string>,
): boolean {
  if (numerator !== 1n && denominator !== 1n) return false;
  const ratio = denominator === 1n ? numerator : denominator;
  const found = looseFactors.find(([factor]) => factor === ratio);
  return found !== undefined && [...found[1]].some((word) => words.has(word));
}
