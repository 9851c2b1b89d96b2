// FusedFFN: the feed-forward block of a transformer, gated or not.

import { gelu, geluErf, type Operand, relu, type Sym, square } from "@ryanstream/tensor";
import { expectAttribute } from "./check.js";
import { type GatedActivation, gated } from "./gated.js";
import { type LinearWeight, linear } from "./linear.js";
import { linearGlu } from "./linear-glu.js";
import type { PackedProjection } from "./norm-linear.js";
import {
  type MergedWeight,
  normProjection,
  type Projections,
  packedOf,
  project,
} from "./norm-projection.js";
import { alike, panelWidth } from "./packed-weight.js";

export type { GatedActivation } from "./gated.js";
/** `"gelu"` is the tanh approximation, `"gelu-erf"` the exact one, `"relu2"` the square of relu. */
export type PlainActivation = "gelu" | "gelu-erf" | "relu" | "relu2";
export type Activation = GatedActivation | PlainActivation;

interface Down {
  /** `[D, hidden]` */
  readonly down: LinearWeight;
  readonly downBias?: Operand<"f32"> | undefined;
}

interface Up extends Down {
  /** `[hidden, D]` */
  readonly up: LinearWeight;
  readonly upBias?: Operand<"f32"> | undefined;
}

interface GateAndUp extends Up {
  /** `[hidden, D]` */
  readonly gate: LinearWeight;
  readonly gateBias?: Operand<"f32"> | undefined;
}

interface MergedGateAndUp extends Down {
  /** Gate and up in one matrix `[2 * hidden, D]`, gate first. */
  readonly gateUp: MergedWeight;
}

export type PlainFfnWeights = Up;
export type GatedFfnWeights = GateAndUp | MergedGateAndUp;

interface NormOption {
  /** Normalise `x` first: `f32[D]`. Default: no norm. */
  norm?: Operand<"f32"> | undefined;
  /** Of the norm. Default: `1e-5`. */
  eps?: number;
}

export interface GatedFfnOptions extends NormOption {
  /** Default: `"swiglu"`. */
  activation?: GatedActivation;
}

export interface PlainFfnOptions extends NormOption {
  activation: PlainActivation;
}

const plain: Record<PlainActivation, (x: Sym<"f32">) => Sym<"f32">> = {
  gelu,
  "gelu-erf": geluErf,
  relu,
  relu2: (x) => square(relu(x)),
};

function isGated(activation: Activation): activation is GatedActivation {
  return Object.hasOwn(gated, activation);
}

/**
 * The feed-forward block: `down(activation(gate x) * up x)`, or `down(activation(up x))` without a gate.
 *
 * With packed weights the norm, gate, up and activation are one operation: the normalised rows, the gate and up
 * are made where they are read and are never stored. The bits are those of the separate operations. With plain
 * weights these are separate operations, because their gradients read what lies between; with
 * outlier columns of gate or up, the activation is one too.
 *
 * @param x `f32[..., D]`
 * @param weights plain matrices (differentiable) or packed ones.
 * @returns `f32[..., D]`, without the residual.
 * @throws `TensorError` `ERR_SHAPE`, `ERR_DTYPE` or `ERR_ATTRIBUTE`.
 * @see Shazeer, "GLU Variants Improve Transformer", 2020, arXiv 2002.05202, section 2.
 *
 * @example
 * const y = fusedFFN(x, { gate: w.gate, up: w.up, down: w.down }, { norm: w.norm, eps: 1e-6 });
 */
export function fusedFFN(
  x: Operand<"f32">,
  weights: GatedFfnWeights,
  options?: GatedFfnOptions,
): Sym<"f32">;
export function fusedFFN(
  x: Operand<"f32">,
  weights: PlainFfnWeights,
  options: PlainFfnOptions,
): Sym<"f32">;
export function fusedFFN(
  x: Operand<"f32">,
  weights: GatedFfnWeights | PlainFfnWeights,
  { activation = "swiglu", norm, eps = 1e-5 }: NormOption & { activation?: Activation } = {},
): Sym<"f32"> {
  expectAttribute(
    isGated(activation) || Object.hasOwn(plain, activation),
    () => `unknown activation ${String(activation)}`,
  );
  expectAttribute(
    !("gateUp" in weights) || (isGated(activation) && weights.gateUp.sizes.length === 2),
    () => "a merged gate and up needs two sizes and a gated activation",
  );
  const into = projections(weights, activation);
  const together = isGated(activation) ? gateAndUp(into) : undefined;
  if (isGated(activation) && together !== undefined) {
    const hidden = linearGlu(x, together, { activation, norm, eps });
    return linear(hidden, weights.down, { bias: weights.downBias });
  }
  const inner = (
    norm === undefined ? project(x, into) : normProjection(x, into, { norm, eps })
  ) as [Sym<"f32">, Sym<"f32">];
  const hidden = isGated(activation) ? gated[activation](...inner) : plain[activation](inner[0]);
  return linear(hidden, weights.down, { bias: weights.downBias });
}

/** Packed gate and up that one operation takes: alike, or halves of whole panels. */
function gateAndUp(
  into: Projections,
): [PackedProjection, PackedProjection] | [PackedProjection] | undefined {
  const [gate, up] = packedOf(into) ?? [];
  if (gate === undefined || [gate, up].some((p) => p?.weight.outliers)) return undefined;
  if (!("merged" in into)) {
    const specs = [gate, up as PackedProjection].map((p) => p.weight.spec);
    const same = alike(specs) && specs[0]?.n === specs[1]?.n;
    return same ? [gate, up as PackedProjection] : undefined;
  }
  const [first = 0, second] = into.sizes;
  const halves = first === second && first % panelWidth === 0;
  return halves && gate.weight.spec.n === 2 * first ? [gate] : undefined;
}

function projections(
  weights: GatedFfnWeights | PlainFfnWeights,
  activation: Activation,
): Projections {
  if ("gateUp" in weights) return weights.gateUp;
  const up = { weight: weights.up, bias: weights.upBias };
  if (!isGated(activation)) return [up];
  const { gate, gateBias } = weights as GateAndUp;
  return [{ weight: gate, bias: gateBias }, up];
}
