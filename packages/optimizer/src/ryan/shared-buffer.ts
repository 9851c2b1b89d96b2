// What one buffer a matrix holds as a run goes on: at first an average of the steps, to look ahead by, and in the end
// an average of the weights. The two are never alive at once. What becomes of it in a step is three factors, which
// follow from the number of the step, so that one program serves all phases.

import {
  add,
  assign,
  div,
  f32,
  greaterEqual,
  less,
  maximum,
  mul,
  type Operand,
  type State,
  type Sym,
  state,
  sub,
} from "@ryanstream/tensor";
import { within } from "../check.js";

export interface LookAheadOptions {
  /** The share of the run after which weights look ahead. Default: 0.1. */
  readonly from?: number;
  /** The share after which they don't any more. Default: 2/3. */
  readonly to?: number;
  /** How much of the average of steps is kept in each. Default: forgets over a thirtieth of the run, 10 to 100 steps. */
  readonly keep?: number;
  /** How many average steps ahead, at the highest learning rate; less where it is lower. Default: 0.3. */
  readonly strength?: number;
}

export interface TailOptions {
  /** The share of the run after which weights are averaged. Default: 0.75. */
  readonly from?: number;
  /** How much of the average of weights is kept in each step. Default: forgets over a twentieth of the run. */
  readonly keep?: number;
  /** The share of the average in what is read out; the rest is the weights themselves. Default: 0.6. */
  readonly blend?: number;
}

export interface Phases {
  /** `undefined` where nothing looks ahead. */
  readonly lookAhead:
    | {
        readonly from: number;
        readonly to: number;
        readonly keep: number;
        readonly strength: number;
      }
    | undefined;
  /** `undefined` where nothing is averaged. `from` is the step after which the average begins. */
  readonly tail:
    | { readonly from: number; readonly keep: number; readonly blend: number }
    | undefined;
}

/** Shares of a run as steps; `false` leaves a phase out. */
export function phasesOf(
  steps: number,
  lookAhead: LookAheadOptions | false,
  tail: TailOptions | false,
): Phases {
  const begin = tail === false ? 1 : within("tail.from", tail.from ?? 0.75, { min: 0, max: 1 });
  return {
    lookAhead: lookAhead === false ? undefined : lookAheadOf(steps, lookAhead, begin),
    tail: tail === false ? undefined : tailOf(steps, tail, begin),
  };
}

function lookAheadOf(steps: number, options: LookAheadOptions, begin: number) {
  const { from = 0.1, to = Math.min(2 / 3, begin), strength = 0.3 } = options;
  const { keep = 1 - 1 / Math.min(100, Math.max(10, steps / 30)) } = options;
  within("lookAhead.from", from, { min: 0, max: 1 });
  within("lookAhead.to", to, { min: from, max: begin });
  within("lookAhead.keep", keep, { min: 0, below: 1 });
  within("lookAhead.strength", strength, { min: 0, below: 1 });
  return { from: Math.round(from * steps), to: Math.round(to * steps), keep, strength };
}

function tailOf(steps: number, options: TailOptions, begin: number) {
  const { keep = 1 - 1 / Math.max(2, steps / 20), blend = 0.6 } = options;
  within("tail.keep", keep, { min: 0, below: 1 });
  within("tail.blend", blend, { min: 0, max: 1 });
  return { from: Math.round(begin * steps), keep, blend };
}

type Scalar = Sym<"f32">; // [1]

/** What becomes of the buffers in one step. */
export interface Factors {
  /** Of what the buffer held. */
  readonly keep: Scalar;
  /** Of the step of the weights. */
  readonly ofStep: Scalar;
  /** Of the new weights. */
  readonly ofWeights: Scalar;
  /** How much of the buffer the weights were ahead by until now, and are from now on. */
  readonly wasAhead: Scalar;
  readonly ahead: Scalar;
}

/**
 * The number of the step, the highest learning rate so far, how far ahead the weights are, and what the buffers hold:
 * with a state from a run of another length that is not what the number of the step says.
 */
export class PhaseCounter {
  readonly states: readonly State<"f32">[];
  readonly #phases: Phases;
  readonly #step: State<"f32">;
  readonly #peak: State<"f32">;
  readonly #ahead: State<"f32">;
  /** 1 while the buffers hold an average of the weights. */
  readonly #averaging: State<"f32">;

  constructor(name: string, phases: Phases) {
    this.#phases = phases;
    this.#step = state(`${name}.step`, f32(1));
    this.#peak = state(`${name}.peak`, f32(1));
    this.#ahead = state(`${name}.ahead`, f32(1));
    this.#averaging = state(`${name}.averaging`, f32(1));
    this.states = [this.#step, this.#peak, this.#ahead, this.#averaging];
  }

  /** Steps taken. */
  get taken(): number {
    return this.#step.read()[0] as number;
  }

  /** Whether the buffers hold an average of the weights. */
  get isAveraging(): boolean {
    return this.#phases.tail !== undefined && this.#averaging.read()[0] === 1;
  }

  /** Counts a step, inside a program. */
  advance(rate: Operand<"f32">): Factors {
    const { lookAhead, tail } = this.#phases;
    const step = add(this.#step, 0);
    const peak = assign(this.#peak, maximum(this.#peak, rate));
    const wasAhead = add(this.#ahead, 0);
    const wasAveraging = add(this.#averaging, 0);
    const nothing = mul(step, 0);
    let [keep, ofStep, ofWeights, ahead] = [nothing, nothing, nothing, nothing];
    let averaging = nothing;
    if (lookAhead !== undefined) {
      const { from, to, keep: kept, strength } = lookAhead;
      const isEarly = less(step, to);
      keep = mul(mul(isEarly, sub(1, wasAveraging)), kept);
      ofStep = mul(isEarly, 1 - kept);
      const share = div(rate, maximum(peak, 1e-30));
      ahead = mul(mul(isEarly, greaterEqual(step, from)), mul(share, strength));
    }
    if (tail !== undefined) {
      averaging = greaterEqual(step, tail.from);
      const goesOn = mul(averaging, wasAveraging);
      keep = add(keep, mul(goesOn, tail.keep));
      ofWeights = sub(averaging, mul(goesOn, tail.keep));
    }
    assign(this.#ahead, ahead);
    assign(this.#averaging, averaging);
    assign(this.#step, add(step, 1));
    return { keep, ofStep, ofWeights, wasAhead, ahead };
  }

  dispose(): void {
    for (const each of this.states) each.dispose();
  }
}
