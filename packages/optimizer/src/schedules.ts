// Learning rates by the number of the step, as plain functions: a program takes the rate as an
// input, so that it needs no tracing anew.

import { wholeNumber, within } from "./check.js";

/** The learning rate of step `step`, counted from 0. After the last step it stays what it was there. */
export type Schedule = (step: number) => number;

export interface ScheduleOptions {
  /** The highest rate. */
  readonly peak: number;
  /** Steps over which the rate rises linearly to the peak: step `i` has `peak * (i + 1) / warmup`. Default: 0. */
  readonly warmup?: number;
}

export interface CosineOptions extends ScheduleOptions {
  /** Steps in all. */
  readonly steps: number;
  /** The rate that it falls to. Default: 0. */
  readonly final?: number;
}

export interface WarmupStableDecayOptions extends CosineOptions {
  /** Steps at the end over which the rate falls linearly. Default: a fifth of all, rounded up. */
  readonly decay?: number;
}

/**
 * @throws TensorError ERR_ATTRIBUTE
 *
 * @example
 * const rate = constant({ peak: 3e-4, warmup: 100 });
 */
export function constant({ peak, warmup = 0 }: ScheduleOptions): Schedule {
  within("peak", peak, { min: 0 });
  wholeNumber("warmup", warmup, 0);
  return (step) => {
    wholeNumber("step", step, 0);
    return step < warmup ? peak * ((step + 1) / warmup) : peak;
  };
}

/**
 * Falls by half a cosine from the end of the warm-up to the last step.
 *
 * @throws TensorError ERR_ATTRIBUTE
 * @see Loshchilov & Hutter, "SGDR", 2017, arXiv 1608.03983, equation 5, without restarts
 */
export function cosine({ peak, warmup = 0, steps, final = 0 }: CosineOptions): Schedule {
  const rising = constant({ peak, warmup });
  checkLength({ peak, warmup, steps, final });
  const last = steps - 1;
  return (step) => {
    const at = Math.min(wholeNumber("step", step, 0), last);
    if (at < warmup) return rising(at);
    const share = last <= warmup ? 1 : (at - warmup) / (last - warmup);
    return final + ((peak - final) * (1 + Math.cos(Math.PI * share))) / 2;
  };
}

/**
 * Stays at the peak between warm-up and decay: what is learned until the decay begins can serve runs of other lengths.
 *
 * @throws TensorError ERR_ATTRIBUTE
 * @see Hu et al., "MiniCPM", 2024, arXiv 2404.06395, section 4.2
 *
 * @example
 * const rate = warmupStableDecay({ peak: 1e-3, warmup: 50, steps: 1000, decay: 300 });
 * for (let step = 0; step < 1000; step++) await train.run({ ...batch, rate: Float32Array.of(rate(step)) });
 */
export function warmupStableDecay({
  peak,
  warmup = 0,
  steps,
  decay = Math.ceil(steps / 5),
  final = 0,
}: WarmupStableDecayOptions): Schedule {
  const rising = constant({ peak, warmup });
  checkLength({ peak, warmup, steps, final });
  wholeNumber("decay", decay, 0);
  within("warmup + decay", warmup + decay, { max: steps });
  return (step) => {
    const at = Math.min(wholeNumber("step", step, 0), steps - 1);
    const stable = rising(at);
    const left = steps - 1 - at;
    // The step before the decay has the peak, the last one has the final rate.
    return left >= decay ? stable : final + ((peak - final) * left) / decay;
  };
}

function checkLength({ peak, warmup = 0, steps, final = 0 }: CosineOptions): void {
  wholeNumber("steps", steps, 1);
  within("final", final, { min: 0, max: peak });
  within("warmup", warmup, { max: steps });
}
