// The step of an exponential moving average.

import { add, mul, type Operand, type Sym } from "@ryanstream/tensor";

/** `keep` of the old value and the rest of the new one. */
export function mix(old: Operand<"f32">, keep: number, value: Operand<"f32">): Sym<"f32"> {
  return add(mul(old, keep), mul(value, 1 - keep));
}
