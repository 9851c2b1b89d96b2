// The part of Ryan-Optimizer that hidden matrices are trained by.

import {
  add,
  assign,
  div,
  f32,
  full,
  lessEqual,
  maximum,
  mean,
  mul,
  type Operand,
  type Parameter,
  type State,
  type Sym,
  scope,
  sqrt,
  square,
  state,
  sub,
  sum,
} from "@ryanstream/tensor";
import { mix } from "../mix.js";
import { expectGradients, type LearningRate, type Optimizer } from "../optimizer.js";
import { Directions } from "./directions.js";
import type { OrthogonalizationPlan } from "./plan.js";
import { type Factors, PhaseCounter, type Phases } from "./shared-buffer.js";

export interface MatrixSettings {
  readonly momentum: number;
  readonly rowDecay: number;
  readonly weightDecay: number;
  readonly cautious: boolean;
  readonly updateRms: number;
  readonly phases: Phases;
  readonly plan: OrthogonalizationPlan;
  readonly name: string;
}

interface Held {
  readonly momentum: State<"f32">;
  /** `[rows, 1]`: mean squares of each row of the directions. */
  readonly squares: State<"f32">;
  /** Missing where neither phase needs it. */
  readonly shared: State<"f32"> | undefined;
}

const eps = 1e-10;

export class MatrixOptimizer implements Optimizer {
  readonly parameters: readonly Parameter<"f32">[];
  readonly states: readonly State<"f32">[];
  readonly counter: PhaseCounter;
  readonly #settings: MatrixSettings;
  readonly #directions: Directions;
  readonly #held: readonly Held[];

  constructor(parameters: readonly Parameter<"f32">[], settings: MatrixSettings) {
    const { name, phases, plan } = settings;
    this.parameters = parameters;
    this.#settings = settings;
    this.counter = new PhaseCounter(name, phases);
    this.#directions = new Directions(name, plan);
    const isShared = phases.lookAhead !== undefined || phases.tail !== undefined;
    this.#held = parameters.map((p) => ({
      momentum: state(`${name}.momentum.${p.name}`, f32(...p.shape)),
      squares: state(`${name}.squares.${p.name}`, f32(p.shape[0] as number, 1)),
      shared: isShared ? state(`${name}.shared.${p.name}`, f32(...p.shape)) : undefined,
    }));
    this.states = [
      ...this.counter.states,
      ...this.#directions.states,
      ...this.#held.flatMap(({ momentum, squares, shared }) =>
        shared === undefined ? [momentum, squares] : [momentum, squares, shared],
      ),
    ];
  }

  /** The average of a parameter's weights, once there is one. */
  averageOf(index: number): State<"f32"> | undefined {
    return this.counter.isAveraging ? this.#held[index]?.shared : undefined;
  }

  update(gradients: readonly Operand<"f32">[], learningRate: LearningRate): Sym<"f32">[] {
    const { name } = this.#settings;
    expectGradients(name, this.parameters, gradients);
    return scope(name, () => {
      const rate = typeof learningRate === "number" ? full([1], learningRate) : learningRate;
      const factors = this.counter.advance(rate);
      const { momentum } = this.#settings;
      const lookedAhead = gradients.map((gradient, i) => {
        const { momentum: held } = this.#held[i] as Held;
        return mix(assign(held, mix(held, momentum, gradient)), momentum, gradient);
      });
      const directions = this.#directions.of(lookedAhead);
      return this.parameters.map((p, i) =>
        scope(p.name, () =>
          this.#step(p, this.#held[i] as Held, directions[i] as Sym<"f32">, { rate, factors }),
        ),
      );
    });
  }

  #step(
    parameter: Parameter<"f32">,
    { squares, shared }: Held,
    direction: Sym<"f32">,
    { rate, factors }: { readonly rate: Operand<"f32">; readonly factors: Factors },
  ): Sym<"f32"> {
    const update = this.#normalized(squares, direction);
    const before = add(parameter, 0);
    const after = sub(before, mul(this.#withDecay(update, before), rate));
    if (shared === undefined) return assign(parameter, after);
    const { keep, ofStep, ofWeights, wasAhead, ahead } = factors;
    const step = add(sub(after, before), mul(shared, wasAhead));
    const held = assign(
      shared,
      add(add(mul(shared, keep), mul(step, ofStep)), mul(after, ofWeights)),
    );
    return assign(parameter, add(after, mul(held, ahead)));
  }

  #withDecay(update: Sym<"f32">, parameter: Sym<"f32">): Sym<"f32"> {
    const { weightDecay, cautious } = this.#settings;
    if (weightDecay === 0) return update;
    const agreeing = cautious ? mul(parameter, lessEqual(0, mul(update, parameter))) : parameter;
    return add(update, mul(agreeing, weightDecay));
  }

  /** Rows evened out by their mean squares, and the whole brought to one root mean square. */
  #normalized(squares: State<"f32">, direction: Sym<"f32">): Sym<"f32"> {
    const { rowDecay, updateRms } = this.#settings;
    const [rows, columns] = direction.shape as readonly [number, number];
    const now = mean(square(direction), { axes: [1], keepDims: true });
    const rowRms = sqrt(assign(squares, mix(squares, rowDecay, now)));
    const evened = div(direction, add(rowRms, eps));
    const length = sqrt(sum(square(evened)));
    return mul(evened, div(updateRms * Math.sqrt(rows * columns), maximum(length, eps)));
  }

  dispose(): void {
    this.counter.dispose();
    this.#directions.dispose();
    for (const { momentum, squares, shared } of this.#held) {
      for (const each of [momentum, squares, shared]) each?.dispose();
    }
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
