// The hidden layer of a gated feed-forward block with packed weights as one
// operation: the rows are prepared once for gate and up, and these are combined
// while they are in cache; they are never stored.

import { type DType, defineOperation, emit, type Operand, type Sym } from "@ryanstream/tensor";
import { expectAttribute, expectCount, expectEpsilon, operand } from "./check.js";
import { type GatedActivation, gated, gatedActivations, gatedFlops } from "./gated.js";
import { linear } from "./linear.js";
import { type PackedProjection, partsOf, projected } from "./norm-linear.js";
import {
  type PackedAttributes,
  packedAttributeNames,
  packedAttributes,
  packedWeight,
  panelWidth,
  specOf,
} from "./packed-weight.js";
import { recomputedGradients } from "./recomputed.js";
import { rmsNorm } from "./rms-norm.js";

/** `n` is the gate's outputs. `merged`: one weight of `2 n` outputs, gate first, and one bias or none. */
type LinearGluAttributes = PackedAttributes & {
  readonly activation: number;
  readonly hasNorm: boolean;
  readonly eps: number;
  readonly merged: boolean;
  readonly hasGateBias: boolean;
  readonly hasUpBias: boolean;
};

const names = [
  "activation",
  "hasNorm",
  "eps",
  "merged",
  "hasGateBias",
  "hasUpBias",
] as const satisfies (keyof LinearGluAttributes)[];

function weightsOf({ merged, n, hasGateBias, hasUpBias }: LinearGluAttributes) {
  if (merged) return [{ n: 2 * n, hasBias: hasGateBias }];
  return [
    { n, hasBias: hasGateBias },
    { n, hasBias: hasUpBias },
  ];
}

const linearGluOperation = defineOperation<LinearGluAttributes>({
  name: "linear_glu",
  attributes: [...packedAttributeNames, ...names],
  infer(inputs, attrs) {
    const { activation, hasNorm, eps, merged, n, k, hasGateBias, hasUpBias } = attrs;
    expectEpsilon(eps);
    expectAttribute(
      gatedActivations[activation] !== undefined &&
        (!merged || (n % panelWidth === 0 && hasGateBias === hasUpBias)),
      () =>
        `no gated unit ${activation} of ${n} outputs in ${merged ? "one weight" : "two weights"}`,
    );
    const weights = weightsOf(attrs);
    const biased = weights.filter((w) => w.hasBias);
    const first = hasNorm ? 2 : 1;
    expectCount(inputs, first + weights.length + biased.length);
    const x = operand(inputs, 0, "x", "f32");
    if (hasNorm) operand(inputs, 1, "norm", "f32", [k]);
    for (const [i, { n }] of weights.entries()) {
      operand(inputs, first + i, "weight", "u8", specOf({ ...attrs, n }).type.shape);
    }
    for (const [i, { n }] of biased.entries()) {
      operand(inputs, first + weights.length + i, "bias", "f32", [n]);
    }
    return [projected(x, k, n)];
  },
  adjoint: (context) =>
    recomputedGradients(context, (inputs) => {
      const { attrs } = context;
      const rest = [...inputs];
      const x = rest.shift() as Sym<"f32">;
      const norm = attrs.hasNorm ? (rest.shift() as Sym<"f32">) : undefined;
      const h = norm === undefined ? x : rmsNorm(x, norm, { eps: attrs.eps });
      const weights = weightsOf(attrs);
      const biases = rest.splice(weights.length) as Sym<"f32">[];
      const outputs = weights.map(({ n, hasBias }, i) => {
        const weight = { spec: specOf({ ...attrs, n }), bytes: rest[i] as Sym<"u8"> };
        return linear(h, weight, { bias: hasBias ? biases.shift() : undefined });
      });
      const [gate, up] = attrs.merged
        ? partsOf(outputs[0] as Sym<"f32">, [attrs.n, attrs.n])
        : outputs;
      const unit = gated[gatedActivations[attrs.activation] as GatedActivation];
      return [unit(gate as Sym<"f32">, up as Sym<"f32">)];
    }),
  cost({ inputs: [x], outputs: [y], attrs }) {
    const { k, hasNorm, hasGateBias, hasUpBias, activation } = attrs;
    const unit = gatedFlops[gatedActivations[activation] as GatedActivation];
    const each = 2 * (2 * k) + Number(hasGateBias) + Number(hasUpBias) + unit;
    return { flops: each * (y?.elements ?? 0) + (hasNorm ? 4 * (x?.elements ?? 0) : 0) };
  },
});

export interface LinearGluOptions {
  readonly activation: GatedActivation;
  readonly norm: Operand<"f32"> | undefined;
  readonly eps: number;
}

/**
 * `activation(gate h) * up h`, where `h` is `x`, normalised first if there is a norm.
 *
 * @param weights gate and up, which are alike, or one weight of both, whose halves are whole panels.
 */
export function linearGlu(
  x: Operand<"f32">,
  weights: readonly [PackedProjection, PackedProjection] | readonly [PackedProjection],
  { activation, norm, eps }: LinearGluOptions,
): Sym<"f32"> {
  const [gate, up] = weights;
  const { spec } = gate.weight;
  const merged = up === undefined;
  const attrs = {
    ...packedAttributes(merged ? packedWeight({ ...spec, n: spec.n / 2 }) : spec),
    activation: gatedActivations.indexOf(activation),
    hasNorm: norm !== undefined,
    eps,
    merged,
    hasGateBias: gate.bias !== undefined,
    hasUpBias: (up ?? gate).bias !== undefined,
  };
  const operands: Operand<DType>[] = norm === undefined ? [x] : [x, norm];
  operands.push(...weights.map((w) => w.weight.bytes));
  for (const { bias } of weights) if (bias !== undefined) operands.push(bias);
  return emit(linearGluOperation, operands, attrs)[0] as Sym<"f32">;
}
