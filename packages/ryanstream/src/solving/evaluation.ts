// How good a model is at problems that it wasn't trained on.

import { loadModel } from "@ryanstream/models";
import { type Difficulty, problems, type Split } from "@ryanstream/problems";
import type { Tokenizer } from "@ryanstream/tokenizer";
import { type Solved, type SolveOptions, solveProblems } from "./solve-problems.js";

export interface KindScore {
  readonly kind: string;
  readonly solved: number;
  readonly correct: number;
}

export interface Evaluation {
  readonly split: Split;
  readonly problems: number;
  readonly correct: number;
  /** From 0 to 1. */
  readonly accuracy: number;
  readonly kinds: readonly KindScore[];
}

export interface EvaluateOptions extends SolveOptions {
  readonly split: Split;
  readonly seed: number;
  readonly problems: number;
  readonly kinds?: readonly string[] | undefined;
  readonly difficulty?: readonly Difficulty[] | undefined;
}

/** Solves problems of a split with the model in a folder, greedily. */
export async function evaluateModel(
  folder: string,
  tokenizer: Tokenizer,
  { split, seed, problems: count, kinds, difficulty, ...options }: EvaluateOptions,
): Promise<Evaluation> {
  const { signal } = options;
  using model = await loadModel(folder, signal === undefined ? {} : { signal });
  const asked = problems({ seed, split, count, kinds, difficulty });
  const results = await solveProblems(model, tokenizer, asked, options);
  return score(split, results);
}

export function score(split: Split, results: readonly Solved[]): Evaluation {
  const kinds = new Map<string, { kind: string; solved: number; correct: number }>();
  for (const { problem, correct } of results) {
    const { kind } = problem;
    const of = kinds.get(kind) ?? { kind, solved: 0, correct: 0 };
    of.solved++;
    if (correct) of.correct++;
    kinds.set(kind, of);
  }
  const correct = results.filter((each) => each.correct).length;
  return {
    split,
    problems: results.length,
    correct,
    accuracy: results.length === 0 ? 0 : correct / results.length,
    kinds: [...kinds.values()].sort((a, b) => a.kind.localeCompare(b.kind)),
  };
}
