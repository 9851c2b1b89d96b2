// Calculator annotations: `48/2 = <<48/2=24>>24` says 48/2 = 24 twice and copies the 24.

import { Rational } from "../exact/rational.js";
import type { Link } from "./chains.js";
import { findChains } from "./chains.js";
import type { Claim } from "./claim.js";
import { judgeEquality } from "./equality.js";
import { type Surroundings, show } from "./judgement.js";
import { isRounded } from "./rounding.js";
import { scan } from "./scan.js";
import type { Side } from "./side.js";
import type { Token } from "./tokens.js";
import { isLooseRatio } from "./units.js";
import { sideValue } from "./value.js";

/** What stands around an annotation doesn't change its inside. */
const noWords: ReadonlySet<string> = new Set();

/** The claims of the annotation at token `at`: its inside, and the number after it. */
export function annotationClaims(
  line: string,
  tokens: readonly Token[],
  at: number,
  around: Surroundings,
): Claim[] {
  const token = tokens[at] as Token;
  const links = findChains(scan(line, token.start + 2, token.end - 2)).flatMap(
    (chain) => chain.links,
  );
  const claims: Claim[] = [];
  for (const link of links) {
    const { left, right } = link;
    if (left === undefined || right === undefined || left.letters || right.letters) continue;
    const judged = judgeEquality(link, left, right, { ...around, words: noWords, annotated: true });
    claims.push({
      kind: "annotation",
      verdict: judged.verdict,
      start: token.start,
      end: token.end,
      reason: judged.reason,
      flags: judged.flags ?? [],
    });
  }
  const last: Link | undefined = links[links.length - 1];
  const copy = last?.right === undefined ? undefined : copyClaim(tokens, at, last.right);
  return copy === undefined ? claims : [...claims, copy];
}

function copyClaim(tokens: readonly Token[], at: number, result: Side): Claim | undefined {
  const next = tokens[at + 1]?.kind === "money" ? at + 2 : at + 1;
  const copied = tokens[next];
  const annotation = tokens[at] as Token;
  if (copied?.kind !== "number" || copied.decimals < 0) return undefined;
  if ((tokens[next - 1]?.end ?? 0) !== copied.start || tokens[next + 1]?.text === "/")
    return undefined;
  const [value, exact] = [Rational.fromDecimal(copied.text), sideValue(result)];
  if (value === undefined || exact === undefined) return undefined;
  const span = { start: annotation.start, end: copied.end };
  const percent = tokens[next + 1]?.kind === "percent";
  const hundred = Rational.of(100);
  const same = value.equals(exact) || (percent && value.equals(exact.multiply(hundred)));
  if (same)
    return { kind: "copy", verdict: "true", ...span, reason: "the result is copied", flags: [] };
  if (isRounded(exact, value, copied.decimals)) {
    return {
      kind: "copy",
      verdict: "true",
      ...span,
      reason: "the result is copied and rounded",
      flags: ["rounded"],
    };
  }
  const exactPercent = percent && isRounded(exact.multiply(hundred), value, copied.decimals);
  const { numerator, denominator } = value.isZero ? value : exact.divide(value);
  const scaled =
    value.equals(exact.multiply(hundred)) ||
    exact.equals(value.multiply(hundred)) ||
    isLooseRatio(numerator, denominator, new Set([tokens[next + 1]?.text ?? ""]));
  if (exactPercent || scaled || tokens[next + 1]?.kind === "bang") {
    return {
      kind: "copy",
      verdict: "uncheckable",
      ...span,
      reason: "it may be written in another unit",
      flags: [],
    };
  }
  const reason = `the annotation has ${show(exact)}, and ${copied.text} is copied`;
  return { kind: "copy", verdict: "false", ...span, reason, flags: [] };
}
