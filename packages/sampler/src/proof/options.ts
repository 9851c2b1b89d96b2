// What a proof sampler is asked for, checked before anything runs.

import { ensure } from "../errors.js";
import type { Grammar } from "../grammar/grammar.js";
import { describe, integer, real } from "../sampling/check.js";
import type { SamplingOptions } from "../sampling/options.js";
import type { LineVerifier } from "./line-judge.js";

/**
 * - `greedy`: the likeliest token
 * - `sample`: a token drawn by the options of {@link SamplingOptions}
 * - `constrained`: as `sample` if there is a temperature, else as `greedy`, with a `grammar`
 * - `vote`: several chains; the answer that most of them have, equivalent ones counted together
 * - `search`: several chains line by line, of which the likeliest without a false line go on
 */
export type ProofMode = "greedy" | "sample" | "constrained" | "vote" | "search";

export interface BacktrackOptions {
  /** How often a line is written anew. Default: 8. */
  readonly retries?: number;
  /** The most tokens that may be thrown away, as a share of `maxNewTokens`. Default: 0.5. */
  readonly budget?: number;
  /** Temperature of the first retry, or the sampler's own if that is higher. Default: 0.1. */
  readonly temperature?: number;
  /** How much hotter each further retry is. Default: 0.05. */
  readonly heat?: number;
}

/**
 * - `"spans"`: gives the result of `<<expression=` and closes the span
 * - `"results"`: also writes the right number in place of a wrong one that a claim of the line ends with
 */
export type CalculatorMode = "spans" | "results";

export interface ProofSamplerOptions extends Omit<SamplingOptions, "order"> {
  /** Default: `"greedy"`. */
  readonly mode?: ProofMode;
  /** Whether lines that are false are taken back. Default: true. */
  readonly backtrack?: boolean | BacktrackOptions;
  /** Whether claims of lines are checked. Default: true. */
  readonly checkSteps?: boolean;
  /** Verifiers of your own, asked about every line that its claims don't make false. */
  readonly verifiers?: readonly LineVerifier[];
  /** Default: `"spans"`; `false` for none. */
  readonly calculator?: CalculatorMode | false;
  /** With `constrained` needed, else possible. */
  readonly grammar?: Grammar;
  /** Of `vote`: chains. Of `search`: sequences that go on from a line. Default: 8, and 4. */
  readonly chains?: number;
  /** Of `search`: how often each is gone on with, the first time greedily. Default: 3. */
  readonly branches?: number;
}

export interface CheckedProofOptions {
  readonly mode: ProofMode;
  readonly backtrack: Required<BacktrackOptions> | false;
  readonly checkSteps: boolean;
  readonly verifiers: readonly LineVerifier[];
  readonly calculator: CalculatorMode | false;
  readonly grammar: Grammar | undefined;
  readonly chains: number;
  readonly branches: number;
  readonly temperature: number;
  readonly stopTokens: ReadonlySet<number>;
  readonly stop: readonly string[];
}

/** Sequences that `search` writes at once. */
const mostBranches = 4096;
const modes: readonly unknown[] = ["greedy", "sample", "constrained", "vote", "search"];
/** Of `sample`, `vote` and `search`, where none is given. */
const usualTemperature = 0.7;

/** @throws SamplerError ERR_ARGUMENT */
export function checkProofOptions(options: ProofSamplerOptions): CheckedProofOptions {
  const { mode = "greedy", backtrack = true, calculator = "spans", verifiers = [] } = options;
  ensure(
    modes.includes(mode),
    "ERR_ARGUMENT",
    () => `mode: expected one of ${modes.join(", ")}, found ${describe(mode)}`,
  );
  ensure(
    mode !== "constrained" || options.grammar !== undefined,
    "ERR_ARGUMENT",
    () => `grammar: expected one for mode "constrained", found none`,
  );
  ensure(
    calculator === false || calculator === "spans" || calculator === "results",
    "ERR_ARGUMENT",
    () => `calculator: expected "spans", "results" or false, found ${describe(calculator)}`,
  );
  ensure(
    Array.isArray(verifiers) && verifiers.every((each) => typeof each === "function"),
    "ERR_ARGUMENT",
    () => `verifiers: expected functions, found ${describe(verifiers)}`,
  );
  const isDrawn = mode === "sample" || mode === "vote" || mode === "search";
  const given = options.temperature ?? (isDrawn ? usualTemperature : 0);
  ensure(
    mode !== "greedy" || given === 0,
    "ERR_ARGUMENT",
    () => `temperature: expected 0 for mode "greedy", found ${describe(given)}`,
  );
  const { stop = [], grammar } = options;
  ensure(
    grammar === undefined || typeof grammar?.start === "function",
    "ERR_ARGUMENT",
    () => `grammar: expected one that was compiled, found ${describe(grammar)}`,
  );
  const chains = integer(options.chains ?? (mode === "search" ? 4 : 8), "chains", 1, 4096);
  const branches = integer(options.branches ?? 3, "branches", 1, 256);
  ensure(
    mode !== "search" || chains * branches <= mostBranches,
    "ERR_ARGUMENT",
    () => `chains: expected at most ${mostBranches} times branches, found ${chains} of ${branches}`,
  );
  return {
    mode,
    backtrack: checkBacktrack(backtrack),
    checkSteps: options.checkSteps ?? true,
    verifiers,
    calculator,
    grammar,
    chains,
    branches,
    temperature: given,
    // What ends a text of the grammar ends the sequence.
    stopTokens: new Set([...(options.stopTokens ?? []), ...(grammar?.vocabulary.endTokens ?? [])]),
    stop: typeof stop === "string" ? [stop] : stop,
  };
}

function checkBacktrack(given: boolean | BacktrackOptions): Required<BacktrackOptions> | false {
  if (given === false) return false;
  ensure(
    given === true || (typeof given === "object" && given !== null),
    "ERR_ARGUMENT",
    () => `backtrack: expected true, false or options, found ${describe(given)}`,
  );
  const { retries = 8, budget = 0.5, temperature = 0.1, heat = 0.05 } = given === true ? {} : given;
  return {
    retries: integer(retries, "backtrack.retries", 0, 1000),
    budget: real(budget, "backtrack.budget", 0, 1000),
    temperature: real(temperature, "backtrack.temperature", 0, 100),
    heat: real(heat, "backtrack.heat", 0, 100),
  };
}
