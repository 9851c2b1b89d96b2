// Results of `<<expression=`, the calculator annotations of GSM8K (Cobbe et al., 2021, "Training verifiers to solve
// math word problems", arXiv 2110.14168, appendix C).

import { evaluateExact } from "../expression/evaluate.js";
import { parseExpression } from "../expression/parse.js";
import { decimalOf } from "../steps/correction.js";

/** As there: digits and signs, and no space after the brackets, which a shift has. */
const open = /(?<!<)<<(?!\s)([\d\s+\-*/().,%$]{1,200})=$/;

/** What goes on in a line that ends with an open span, `>>` included; `undefined` if nothing is known to. */
export function spanResult(line: string): string | undefined {
  const expression = open.exec(line)?.[1];
  if (expression === undefined) return undefined;
  const tree = parseExpression(expression);
  const value = tree.kind === "fault" ? undefined : evaluateExact(tree);
  const text = value === undefined ? undefined : decimalOf(value);
  return text === undefined ? undefined : `${text}>>`;
}
