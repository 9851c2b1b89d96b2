// Random arithmetic with its exact value from a reference of its own, written in the notations of solutions.

import fc from "fast-check";

export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

export type Tree =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "+" | "-" | "*" | "/"; readonly left: Tree; readonly right: Tree };

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));

export function fraction(n: bigint, d: bigint): Fraction {
  const common = gcd(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / common, d: d / common };
}

/** `undefined` where it divides by zero. */
export function reference(tree: Tree): Fraction | undefined {
  if (tree.kind === "number") {
    const [whole = "", part = ""] = tree.text.split(".");
    return fraction(BigInt(whole + part), 10n ** BigInt(part.length));
  }
  const [a, b] = [reference(tree.left), reference(tree.right)];
  if (a === undefined || b === undefined) return undefined;
  switch (tree.kind) {
    case "+":
      return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
    case "-":
      return fraction(a.n * b.d - b.n * a.d, a.d * b.d);
    case "*":
      return fraction(a.n * b.n, a.d * b.d);
    case "/":
      return b.n === 0n ? undefined : fraction(a.n * b.d, a.d * b.n);
    default:
      return tree satisfies never;
  }
}

const number: fc.Arbitrary<Tree> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .integer({ min: 1, max: 999 })
      .map((n) => ({ kind: "number" as const, text: `${n}` })),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1000, max: 9999999 })
      .map((n) => ({ kind: "number" as const, text: `${n}` })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 99 })).map(([whole, part]) => ({
      kind: "number" as const,
      text: `${whole}.${`${part}`.padStart(2, "0")}`,
    })),
  },
);

export const tree: fc.Arbitrary<Tree> = fc
  .letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      number,
      fc.record({
        kind: fc.constantFrom("+" as const, "-" as const, "*" as const, "/" as const),
        left: tie("tree"),
        right: tie("tree"),
      }),
    ),
  }))
  .tree.filter((one) => one.kind !== "number" && reference(one) !== undefined);

export interface Notation {
  readonly times: string;
  readonly over: "/" | "÷" | "frac" | "\\div";
  readonly minus: string;
  readonly thousands: boolean;
  readonly tight: boolean;
}

export const notation: fc.Arbitrary<Notation> = fc.record({
  times: fc.constantFrom("*", "×", "·", "x", "\\times", "\\cdot"),
  over: fc.constantFrom("/" as const, "÷" as const, "frac" as const, "\\div" as const),
  minus: fc.constantFrom("-", "−"),
  thousands: fc.boolean(),
  tight: fc.boolean(),
});

function grouped(text: string, how: Notation): string {
  const [whole = "", part] = text.split(".");
  const written = how.thousands ? whole.replace(/\B(?=(?:\d{3})+$)/g, ",") : whole;
  return part === undefined ? written : `${written}.${part}`;
}

export function write(one: Tree, how: Notation): string {
  if (one.kind === "number") return grouped(one.text, how);
  const [left, right] = [write(one.left, how), write(one.right, how)];
  if (one.kind === "/" && how.over === "frac") return `\\frac{${left}}{${right}}`;
  const sum = (side: Tree): boolean => side.kind === "+" || side.kind === "-";
  const product = one.kind === "*" || one.kind === "/";
  const a = product && sum(one.left) ? `(${left})` : left;
  const b =
    (product && one.right.kind !== "number") || (one.kind === "-" && sum(one.right))
      ? `(${right})`
      : right;
  const sign =
    one.kind === "*" ? how.times : one.kind === "/" ? how.over : one.kind === "-" ? how.minus : "+";
  return how.tight && !/[a-z]/.test(sign) ? `${a}${sign}${b}` : `${a} ${sign} ${b}`;
}

export function writeValue({ n, d }: Fraction, how: Notation): string {
  const sign = n < 0n ? "-" : "";
  const size = `${n < 0n ? -n : n}`;
  if (d === 1n) return `${sign}${grouped(size, how)}`;
  return how.over === "frac" ? `${sign}\\frac{${size}}{${d}}` : `${sign}${size}/${d}`;
}

/** `1/2/20` may be a date. */
export const isAmbiguous = (text: string): boolean => /\d\/\d{1,2}\/\d/.test(text);

/** What stands around an equation; `$` and such take nothing away from what can be said of it. */
export const frames: readonly ((equation: string) => string)[] = [
  (equation) => equation,
  (equation) => `$${equation}$`,
  (equation) => `\\( ${equation} \\)`,
  (equation) => `\\[ ${equation} \\]`,
  (equation) => `**${equation}**`,
  (equation) => `* ${equation}`,
  (equation) => `3. ${equation}`,
  (equation) => `Step 2: ${equation}`,
  (equation) => `**Step 2:** ${equation}.`,
  (equation) => `So ${equation}.`,
  (equation) => `Total: ${equation}`,
];

/** Frames with words and units, where a difference may be a matter of reading. */
export const wordyFrames: readonly ((equation: string) => string)[] = [
  (equation) => `She has ${equation} apples, and he has none.`,
  (equation) => `That makes ${equation} hours in 3 days (at most).`,
  (equation) => `- The price is $${equation} for all`,
  (equation) => `Because there are 12, we find ${equation} of them left over`,
  (equation) => `If it is so, then ${equation}, which is 5% more`,
];
