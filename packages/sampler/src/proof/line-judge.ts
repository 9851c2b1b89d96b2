// What is thought of a line: by checking its claims, and by a person's own verifiers.

import { ensure } from "../errors.js";
import { describe } from "../sampling/check.js";
import type { ClaimVerdict } from "../steps/claim.js";
import type { Correction } from "../steps/correction.js";
import type { StepChecker } from "../steps/step-checker.js";

export interface LineJudgement {
  readonly verdict: ClaimVerdict;
  /** Why, in words. */
  readonly reason?: string;
  /** Of a false line: where the wrong part begins. Default: 0. */
  readonly start?: number;
  /** One after its last character. Default: the line's end. */
  readonly end?: number;
  /** Of a false line: what would be right. */
  readonly correction?: Correction | undefined;
}

/** As found: by claims of the line, or by a verifier. */
export interface FoundJudgement extends LineJudgement {
  readonly byClaims: boolean;
}

export interface LineContext {
  /** The text before the line. */
  readonly before: string;
  /** From 0. */
  readonly line: number;
  readonly signal: AbortSignal | undefined;
}

/** A person's own check of a line: `"uncheckable"` where it has nothing to say. */
export type LineVerifier = (
  line: string,
  context: LineContext,
) => LineJudgement | ClaimVerdict | Promise<LineJudgement | ClaimVerdict>;

/** False if any verifier says so, else true if any does. */
export async function judgeLine(
  line: string,
  context: LineContext,
  {
    checker,
    verifiers,
  }: {
    readonly checker: StepChecker | undefined;
    readonly verifiers: readonly LineVerifier[];
  },
): Promise<FoundJudgement> {
  let found: FoundJudgement = {
    ...(checker === undefined ? { verdict: "uncheckable" } : claimsOf(checker, line)),
    byClaims: true,
  };
  if (found.verdict === "false") return found;
  for (const verify of verifiers) {
    const given = await verify(line, context);
    const judgement = { ...checkJudgement(given), byClaims: false };
    if (judgement.verdict === "false") return judgement;
    if (judgement.verdict === "true" && found.verdict !== "true") found = judgement;
  }
  return found;
}

function checkJudgement(given: LineJudgement | ClaimVerdict): LineJudgement {
  const judgement = typeof given === "string" ? { verdict: given } : given;
  const verdict: unknown = judgement?.verdict;
  ensure(
    verdict === "true" || verdict === "false" || verdict === "uncheckable",
    "ERR_ARGUMENT",
    () =>
      `verifier: expected "true", "false" or "uncheckable", found ${describe(verdict ?? given)}`,
  );
  return judgement;
}

function claimsOf(checker: StepChecker, line: string): LineJudgement {
  const { verdict, claims } = checker.check(line);
  const claim = claims.find((each) => each.verdict === verdict);
  if (claim === undefined) return { verdict };
  const { reason, start, end, correction } = claim;
  return { verdict, reason, start, end, correction };
}
