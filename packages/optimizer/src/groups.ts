// Several optimizers as one, each with its own share of the learning rate.

import { mul, type Operand } from "@ryanstream/tensor";
import { ensure, within } from "./check.js";
import { expectGradients, type LearningRate, type Optimizer } from "./optimizer.js";

export interface GroupOptions {
  readonly optimizer: Optimizer;
  /** What the learning rate is multiplied by. Default: 1. */
  readonly rate?: number;
}

/**
 * One optimizer of several: its parameters are theirs, in order, and so are gradients.
 *
 * @throws TensorError ERR_INPUT for a parameter in two groups or two states of one name, ERR_ATTRIBUTE
 *
 * @example
 * const optimizer = parameterGroups([
 *   { optimizer: muon(matrices), rate: 20 },
 *   { optimizer: adamw(others) },
 * ]);
 * optimizer.update(grad(loss, optimizer.parameters), rate);
 */
export function parameterGroups(groups: readonly GroupOptions[]): Optimizer {
  for (const { rate = 1 } of groups) within("rate", rate, { min: 0 });
  const optimizers = groups.map(({ optimizer }) => optimizer);
  const parameters = optimizers.flatMap((optimizer) => optimizer.parameters);
  const states = optimizers.flatMap((optimizer) => optimizer.states);
  expectDistinct(
    "parameter",
    parameters,
    (p) => p,
    ({ name }) => name,
  );
  expectDistinct(
    "state",
    states,
    ({ name }) => name,
    ({ name }) => name,
  );
  const dispose = () => {
    for (const optimizer of optimizers) optimizer.dispose();
  };
  return {
    parameters,
    states,
    update(gradients, learningRate) {
      expectGradients("parameterGroups", parameters, gradients);
      let at = 0;
      return groups.flatMap(({ optimizer, rate = 1 }) => {
        const from = at;
        at += optimizer.parameters.length;
        return optimizer.update(gradients.slice(from, at), timesRate(learningRate, rate));
      });
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

function timesRate(rate: LearningRate, by: number): LearningRate {
  if (by === 1) return rate;
  return typeof rate === "number" ? rate * by : mul(rate as Operand<"f32">, by);
}

function expectDistinct<T>(
  what: string,
  all: readonly T[],
  key: (each: T) => unknown,
  name: (each: T) => string,
): void {
  const seen = new Set<unknown>();
  for (const each of all) {
    ensure(
      !seen.has(key(each)),
      "ERR_INPUT",
      () => `parameterGroups: expected each ${what} once, found ${name(each)} twice`,
    );
    seen.add(key(each));
  }
}
