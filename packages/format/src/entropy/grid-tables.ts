// Tables of frequencies for integer codes around zero, made from a spread and a shape alone: for
// small matrices an explicit table a class would cost more than it gains. Only products, sums,
// quotients and square roots are used, which IEEE 754 fixes.

import { SCALE } from "./frequencies.js";

/** Table t is for a spread (standard deviation) of 2^(t/4 - 2). */
export const TABLES = 28;

/** The token of code u is u + CENTER, for codes from -127 to 127. */
export const CENTER = 128;

/** The token that stands for every code that the table has no token for. */
export const ESCAPE = 0;

/** Weight of a second bell, 2^1.5 times as wide: tails. */
export const SHAPES = [0, 1 / 64, 1 / 16, 1 / 4] as const;
const WIDER = 6;

/** exp(-1 / (2 spread^2)) = exp(-2^(3 - t/2)): each is the square root of the one two before it. */
const decays: number[] = [0.00033546262790251185, 0.0034934892766462];
for (let t = 2; t < TABLES + WIDER; t++) decays.push(Math.sqrt(decays[t - 2] as number));

/** Adds `weight` times a bell, whose sum is about 1, for u from 0 to 127. */
function addBell(weights: Float64Array, t: number, weight: number): void {
  const decay = decays[t] as number;
  const bell = new Float64Array(128);
  let value = 1;
  let factor = decay;
  let sum = 1;
  for (let u = 0; u < 128; u++) {
    bell[u] = value;
    value *= factor;
    factor *= decay * decay;
    sum += 2 * value;
  }
  for (let u = 0; u < 128; u++) {
    weights[u] = (weights[u] as number) + (weight * (bell[u] as number)) / sum;
  }
}

const made = new Map<number, Uint16Array>();

/** Frequencies of table `t` in shape `shape`: symmetric, what is too rare left to the escape. */
export function spreadTable(t: number, shape: number): Uint16Array {
  const key = shape * TABLES + t;
  const known = made.get(key);
  if (known !== undefined) return known;
  const weights = new Float64Array(128);
  const tails = SHAPES[shape] as number;
  addBell(weights, t, 1 - tails);
  if (tails > 0) addBell(weights, t + WIDER, tails);
  const freqs = new Uint16Array(256);
  let rest = SCALE;
  for (let u = 1; u < 128; u++) {
    const freq = Math.floor((weights[u] as number) * SCALE + 0.5);
    freqs[CENTER + u] = freq;
    freqs[CENTER - u] = freq;
    rest -= 2 * freq;
  }
  // What no token has: the centre's weight says how much of the rest is its own.
  const centre = Math.floor((weights[0] as number) * SCALE + 0.5);
  const others = Math.min(64, Math.max(1, rest - centre));
  freqs[ESCAPE] = others;
  freqs[CENTER] = rest - others;
  made.set(key, freqs);
  return freqs;
}

/** All tables of a shape, one after another. */
export function spreadTables(shape: number): Uint16Array {
  const all = new Uint16Array(256 * TABLES);
  for (let t = 0; t < TABLES; t++) all.set(spreadTable(t, shape), 256 * t);
  return all;
}
