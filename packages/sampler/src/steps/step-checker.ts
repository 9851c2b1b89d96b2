// Checks a solution line by line, with what the lines before it said, and takes lines back.

import { ensure } from "../errors.js";
import { askedLetter, boxedClaim } from "./asked.js";
import type { Claim, ClaimVerdict, LineCheck } from "./claim.js";
import { Facts } from "./facts.js";
import { type LineContext, lineClaims } from "./line-claims.js";

export interface StepCheckerOptions {
  /** Its equations are taken as given, and a boxed answer is put into them. */
  readonly question?: string;
}

/** How far a checker had come. */
export type CheckMark = number & { readonly brand?: unique symbol };

/**
 * Checks the lines of a solution as they come.
 *
 * @example
 * const checker = new StepChecker({ question: "Solve 2x + 3 = 11." });
 * checker.check("2x = 8").verdict; // "true"
 * const mark = checker.mark();
 * checker.check("x = 5").verdict; // "false"
 * checker.rollback(mark);
 * checker.check("x = 4").verdict; // "true"
 */
export class StepChecker {
  readonly #contexts: LineContext[];
  #asked: string | undefined;
  readonly #empty: LineContext = { facts: Facts.none, open: undefined };

  constructor(options: StepCheckerOptions = {}) {
    let context = this.#empty;
    for (const line of (options.question ?? "").split("\n")) {
      context = lineClaims(line, context, Facts.none, true).context;
    }
    this.#contexts = [{ facts: context.facts, open: undefined }];
    this.#asked = context.facts.isEmpty ? undefined : askedLetter(options.question ?? "");
  }

  /** How many lines were checked and not taken back. */
  get lines(): number {
    return this.#contexts.length - 1;
  }

  /** Checks the next line. Spans are offsets in it. Never throws for what it says. */
  check(line: string): LineCheck {
    const before = this.#contexts[this.#contexts.length - 1] ?? this.#empty;
    const given = this.#contexts[0]?.facts ?? Facts.none;
    const { claims: found, context, relations } = lineClaims(line, before, given);
    const boxed = this.#asked === undefined ? undefined : boxedClaim(line, this.#asked, given);
    const claims = boxed === undefined ? found : [...found, boxed];
    this.#contexts.push(context);
    return {
      line: this.lines - 1,
      claims,
      verdict: verdictOf(claims),
      relations: relations || boxed !== undefined,
    };
  }

  /** The place that {@link rollback} goes back to. */
  mark(): CheckMark {
    return this.lines;
  }

  /** A second checker that knows the same lines, and goes on by itself. */
  fork(): StepChecker {
    const copy = new StepChecker();
    copy.#asked = this.#asked;
    copy.#contexts.splice(0, 1, ...this.#contexts);
    return copy;
  }

  /**
   * Takes back all lines after `mark`.
   *
   * @throws SamplerError with code `ERR_ARGUMENT` for what isn't a mark of this checker, or lies ahead.
   */
  rollback(mark: CheckMark): void {
    ensure(
      Number.isInteger(mark) && mark >= 0 && mark <= this.lines,
      "ERR_ARGUMENT",
      () => `rollback: expected a mark from 0 to ${this.lines}, found ${mark}`,
    );
    this.#contexts.length = mark + 1;
  }
}

function verdictOf(claims: readonly Claim[]): ClaimVerdict {
  if (claims.some((claim) => claim.verdict === "false")) return "false";
  return claims.some((claim) => claim.verdict === "true") ? "true" : "uncheckable";
}
