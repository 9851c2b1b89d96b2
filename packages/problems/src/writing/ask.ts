// Ways to ask for the value of an expression.

import type { Random } from "../random.js";

const WAYS = [
  "What is @?",
  "Calculate @.",
  "Work out @.",
  "Evaluate @.",
  "Find the value of @.",
  "Compute @.",
  "How much is @?",
];

export function ask(random: Random, expression: string): string {
  return random.pick(WAYS).replace("@", expression);
}
