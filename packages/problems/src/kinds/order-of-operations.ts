// Expressions with several operations and brackets, worked out one operation a line.

import type { Random } from "../random.js";
import { Rational } from "../rational.js";
import { ask } from "../writing/ask.js";
import type { Kind } from "./kind.js";

type Sign = "+" | "-" | "*" | "/" | "^";

interface Node {
  value: number;
  operation?: { sign: Sign; left: Node; right: Node };
}

const leaf = (value: number): Node => ({ value });

const APPLY: Record<Sign, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
};

function join(sign: Sign, left: Node, right: Node): Node {
  return { value: APPLY[sign](left.value, right.value), operation: { sign, left, right } };
}

/** A random expression of so many operations, of which every part is a positive integer. */
function grow(random: Random, operations: number, size: number): Node {
  if (operations === 0) return leaf(random.int(2, size));
  if (operations === 1 && random.chance(0.15)) {
    return join("^", leaf(random.int(2, 12)), leaf(random.int(2, 3)));
  }
  const inLeft = random.int(0, operations - 1);
  const left = grow(random, inLeft, size);
  const right = grow(random, operations - 1 - inLeft, size);
  const [a, b] = [left.value, right.value];
  const choices: Sign[] = ["+"];
  if (a > b + 1) choices.push("-", "-");
  if (a * b <= size * 30) choices.push("*", "*");
  if (b > 1 && a % b === 0 && a > b) choices.push("/", "/", "/");
  return join(random.pick(choices), left, right);
}

const RANKS: Record<Sign, number> = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 3 };
const rank = (node: Node) => (node.operation === undefined ? 4 : RANKS[node.operation.sign]);

function print(node: Node): string {
  if (node.operation === undefined) return String(node.value);
  const { sign, left, right } = node.operation;
  if (sign === "^") return `${left.value}^${right.value}`;
  const own = rank(node);
  const wrap = (part: Node, bracket: boolean) => (bracket ? `(${print(part)})` : print(part));
  const rightBracket =
    rank(right) < own ||
    (rank(right) === own && "-/".includes(sign)) ||
    (sign === "*" && right.operation?.sign === "/");
  return `${wrap(left, rank(left) < own)} ${sign} ${wrap(right, rightBracket)}`;
}

/** Replaces the leftmost operation of two numbers by its value. */
function reduce(node: Node): Node {
  const { sign, left, right } = node.operation as NonNullable<Node["operation"]>;
  if (left.operation) return { ...node, operation: { sign, left: reduce(left), right } };
  if (right.operation) return { ...node, operation: { sign, left, right: reduce(right) } };
  return leaf(node.value);
}

export const orderKind: Kind = {
  name: "order-of-operations",
  about: "expressions with several operations and brackets",
  limits: { steps: 6, digits: 2 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const operations = beyond === "longer" ? random.int(7, 9) : difficulty + 1;
    const size = beyond === "larger" ? 999 : [9, 12, 20, 30, 50][difficulty - 1];
    let expression: Node;
    let text: string;
    do {
      expression = grow(random, operations, size as number);
      text = print(expression);
    } while (!/[+-]/.test(text) || !/[*/]/.test(text)); // else it belongs to another kind
    return {
      key: [text],
      write(words) {
        const lines: string[] = [];
        for (let left = expression; left.operation; left = reduce(left)) {
          lines.push(`${print(left)} = ${print(reduce(left))}`);
        }
        return { question: ask(words, text), lines, value: Rational.of(expression.value) };
      },
    };
  },
};
