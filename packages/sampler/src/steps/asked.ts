// The letter that a question asks for, and a final answer beside the question's equations.

import { evaluateExact } from "../expression/evaluate.js";
import type { Claim } from "./claim.js";
import type { Facts } from "./facts.js";
import { parse } from "./value.js";

/** The letter, and after it nothing that makes another expression of it. */
const asks =
  /(?:what is|find|determine|solve for|compute|for which|for what value of|(?:the )?value of)\s+(?:the value of\s+)?\$?([a-zA-Z])\$?(?=\s*(?:[?.,;:]|$|\b(?:when|if|that|hold|holds|does|do|is|such|satisfies|satisfying|in|from|given|so)\b))/gi;
const box =
  /\\boxed\s*\{\s*(-?(?:\d[\d,]*(?:\.\d+)?(?:\s*\/\s*\d+)?|\\[dt]?frac\{\d+\}\{\d+\}))\s*\}/;

/** `undefined` when it isn't one letter for certain. */
export function askedLetter(question: string): string | undefined {
  const letters = new Set(
    [...question.matchAll(asks)].flatMap((match) =>
      match[1] === undefined || match[1] === "a" ? [] : [match[1]],
    ),
  );
  const [only] = letters;
  return letters.size === 1 ? only : undefined;
}

/** The claim of `\boxed{…}` on a line without an equation, when `facts`, the question's, decide it. */
export function boxedClaim(line: string, letter: string, facts: Facts): Claim | undefined {
  if (!line.includes("\\boxed") || line.includes("=")) return undefined;
  const match = box.exec(line);
  const tree = match?.[1] === undefined ? undefined : parse(match[1]);
  const name = parse(letter);
  if (
    match === null ||
    tree === undefined ||
    name === undefined ||
    evaluateExact(tree) === undefined
  )
    return undefined;
  const finding = facts.consider(name, tree);
  if (finding.says !== "follows" && finding.says !== "contradicts") return undefined;
  return {
    kind: "solution",
    verdict: finding.says === "follows" ? "true" : "false",
    start: match.index,
    end: match.index + match[0].length,
    reason: `as ${letter} of the question: ${finding.reason}`,
    flags: [],
  };
}
