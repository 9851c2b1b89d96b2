// The gated units of a feed-forward block, by name.

import { gelu, mul, relu, type Sym } from "@ryanstream/tensor";
import { swiglu } from "./swiglu.js";

/** The place in this list is the native code of the unit. */
export const gatedActivations = ["swiglu", "geglu", "reglu"] as const;

/** Gated by a second projection; see Shazeer 2020, arXiv 2002.05202, section 2. */
export type GatedActivation = (typeof gatedActivations)[number];

/** `activation(gate) * up` */
export const gated: Record<GatedActivation, (gate: Sym<"f32">, up: Sym<"f32">) => Sym<"f32">> = {
  swiglu,
  geglu: (gate, up) => mul(gelu(gate), up),
  reglu: (gate, up) => mul(relu(gate), up),
};

/** Floating point operations of one output, as the operations above count them. */
export const gatedFlops: Record<GatedActivation, number> = { swiglu: 5, geglu: 9, reglu: 2 };
