// Checks a whole solution.

import type { Claim, LineCheck } from "./claim.js";
import { StepChecker, type StepCheckerOptions } from "./step-checker.js";

export interface StepCoverage {
  /** Lines that aren't blank. */
  readonly lines: number;
  /** Of these, lines with a relation or another claim. */
  readonly linesWithClaims: number;
  /** Of these, lines with a claim that is true or false. */
  readonly linesChecked: number;
  readonly claims: number;
  /** Claims that are true or false. */
  readonly claimsChecked: number;
}

export interface StepReport {
  /** In the order of the text. Spans are offsets in the text. */
  readonly claims: readonly Claim[];
  readonly lines: readonly LineCheck[];
  /** The first line with a false claim. */
  readonly firstFalse: LineCheck | undefined;
  readonly coverage: StepCoverage;
}

/**
 * Finds what a solution claims and says of each claim whether it is true, false or can't be checked. Exact; when in doubt
 * about what the notation means, a claim is `uncheckable`.
 *
 * @example
 * const { claims } = checkSteps("She has 3 * 4 = 12 apples, and 12 - 5 = 8 are left.");
 * claims.map((claim) => claim.verdict); // ["true", "false"]
 */
export function checkSteps(text: string, options: StepCheckerOptions = {}): StepReport {
  const checker = new StepChecker(options);
  const lines: LineCheck[] = [];
  const claims: Claim[] = [];
  const counts = { lines: 0, linesWithClaims: 0, linesChecked: 0, claims: 0, claimsChecked: 0 };
  let start = 0;
  for (const line of text.split("\n")) {
    const offset = start;
    const checked = checker.check(line);
    const moved = checked.claims.map((claim) => ({
      ...claim,
      start: claim.start + offset,
      end: claim.end + offset,
    }));
    lines.push({ ...checked, claims: moved });
    claims.push(...moved);
    if (line.trim() !== "") counts.lines++;
    if (checked.relations) counts.linesWithClaims++;
    const sure = moved.filter((claim) => claim.verdict !== "uncheckable").length;
    if (sure > 0) counts.linesChecked++;
    counts.claims += moved.length;
    counts.claimsChecked += sure;
    start += line.length + 1;
  }
  const firstFalse = lines.find((line) => line.verdict === "false");
  return { claims, lines, firstFalse, coverage: counts };
}
