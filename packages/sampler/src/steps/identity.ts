// Whether two expressions are the same for all values of their letters: at random points modulo a prime, which is exact
// but for a chance of less than degree/2^26 at each point (Schwartz 1980, Zippel 1979).

import type { Expression } from "../expression/expression.js";

/** The largest prime under 2^26: products of two residues are exact in a double. */
const prime = 67108859;
const points = 3;
const attempts = 8;

const times = (a: number, b: number): number => (a * b) % prime;

function power(base: number, exponent: bigint): number {
  let [result, square, rest] = [1, base, exponent];
  while (rest > 0n) {
    if (rest & 1n) result = times(result, square);
    square = times(square, square);
    rest >>= 1n;
  }
  return result;
}

const inverse = (x: number): number => power(x, BigInt(prime - 2));

const residue = (x: bigint): number => {
  const rest = Number(x % BigInt(prime));
  return rest < 0 ? rest + prime : rest;
};

/** `undefined` where it has no value there; `NaN` when it isn't made of the four operations and whole powers. */
function at(tree: Expression, values: ReadonlyMap<string, number>): number | undefined {
  switch (tree.kind) {
    case "number": {
      const below = residue(tree.value.denominator);
      return below === 0 ? undefined : times(residue(tree.value.numerator), inverse(below));
    }
    case "mixed":
      return at(
        { ...tree, kind: "number", value: tree.whole.add(tree.fraction), text: "" },
        values,
      );
    case "name":
      return values.get(tree.name) ?? Number.NaN;
    case "unary": {
      const operand = at(tree.operand, values);
      if (operand === undefined || tree.operator === "+") return operand;
      return tree.operator === "-" ? (prime - operand) % prime : Number.NaN;
    }
    case "binary":
      return operation(tree, values);
    default:
      return Number.NaN;
  }
}

function operation(
  tree: Expression & { kind: "binary" },
  values: ReadonlyMap<string, number>,
): number | undefined {
  const left = at(tree.left, values);
  if (left === undefined) return undefined;
  if (tree.operator === "^") return powerAt(left, tree.right);
  const right = at(tree.right, values);
  if (right === undefined) return undefined;
  switch (tree.operator) {
    case "+":
      return (left + right) % prime;
    case "-":
      return (left - right + prime) % prime;
    case "*":
      return times(left, right);
    case "/":
      return right === 0 ? undefined : times(left, inverse(right));
    default:
      return Number.NaN;
  }
}

/** Only whole exponents that are written out: `2^x` isn't a polynomial. */
function powerAt(base: number, exponent: Expression): number | undefined {
  const negative = exponent.kind === "unary" && exponent.operator === "-";
  const number = negative ? exponent.operand : exponent;
  if (number.kind !== "number" || !number.value.isInteger || number.value.bits > 64)
    return Number.NaN;
  if (base === 0 && negative) return undefined;
  const value = power(base, number.value.numerator);
  return negative ? inverse(value) : value;
}

export function namesIn(tree: Expression, into: Set<string> = new Set()): Set<string> {
  switch (tree.kind) {
    case "name":
      into.add(tree.name);
      break;
    case "unary":
    case "postfix":
      namesIn(tree.operand, into);
      break;
    case "binary":
      namesIn(tree.left, into);
      namesIn(tree.right, into);
      break;
    case "call":
      for (const argument of tree.args) namesIn(argument, into);
      break;
  }
  return into;
}

/** Whether a root, an absolute value or another function is in it. */
export function hasCalls(tree: Expression): boolean {
  switch (tree.kind) {
    case "unary":
    case "postfix":
      return hasCalls(tree.operand);
    case "binary":
      // A power that isn't whole is a root.
      return (
        hasCalls(tree.left) ||
        hasCalls(tree.right) ||
        (tree.operator === "^" && tree.right.kind === "binary")
      );
    default:
      return tree.kind === "call";
  }
}

/** Numbers that look random and are the same in every run. */
function* residues(): Generator<number> {
  let state = 0x2545f491;
  while (true) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield 1 + ((state >>> 0) % (prime - 1));
  }
}

/** Values of `trees` at the same random points; `undefined` when one isn't a rational function. */
function sample(trees: readonly Expression[]): number[][] | undefined {
  const names = new Set<string>();
  for (const tree of trees) namesIn(tree, names);
  const random = residues();
  const rows: number[][] = [];
  for (let attempt = 0; attempt < attempts && rows.length < points; attempt++) {
    const values = new Map<string, number>();
    for (const name of names) values.set(name, random.next().value as number);
    const row = trees.map((tree) => at(tree, values));
    if (row.some((value) => Number.isNaN(value))) return undefined;
    if (row.every((value) => value !== undefined)) rows.push(row as number[]);
  }
  return rows.length === points ? rows : undefined;
}

/** `undefined` when one of them isn't a rational function of its letters. */
export function identical(a: Expression, b: Expression): boolean | undefined {
  return sample([a, b])?.every(([x, y]) => x === y);
}

/** Whether `a = b` and `c = d` say the same: one difference is the other times a constant other than 0. */
export function proportional(a: Expression, b: Expression, c: Expression, d: Expression): boolean {
  const rows = sample([a, b, c, d]);
  if (rows === undefined) return false;
  const ratios = rows.map(([w = 0, x = 0, y = 0, z = 0]) => {
    const below = (y - z + prime) % prime;
    return below === 0 ? 0 : times((w - x + prime) % prime, inverse(below));
  });
  return ratios[0] !== 0 && ratios.every((ratio) => ratio === ratios[0]);
}
