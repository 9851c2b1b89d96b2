// Writing to state and parameters. A symbol is a value, not a place: one taken
// from a slot before an assignment keeps what the slot held then.

import { input } from "../check.js";
import type { DType } from "../dtype.js";
import { ensure } from "../errors.js";
import { defineOperation } from "../operation.js";
import type { Slot } from "../slot.js";
import type { Sym } from "../symbol.js";
import { emit, type Operand } from "../trace.js";
import { describeType, sameType } from "../type.js";

const assignOperation = defineOperation<Record<never, never>>({
  name: "assign",
  updates: 1,
  infer(inputs, _, [slot]) {
    const value = input(inputs, 0);
    ensure(
      slot !== undefined && sameType(slot, value),
      "ERR_SHAPE",
      () => `a slot of ${slot && describeType(slot)} can't hold ${describeType(value)}`,
    );
    return [];
  },
  adjoint: ({ cotangent }) => [cotangent(0)],
  native: () => ({ name: "copy", attrs: [] }),
});

const copyOperation = defineOperation<Record<never, never>>({
  name: "copy",
  infer: (inputs) => [input(inputs, 0)],
  adjoint: ({ cotangent }) => [cotangent(0)],
});

/** @internal Keeps a version of a slot that is about to be overwritten. */
export const copyOperationName = copyOperation.name;

/**
 * Makes `value` the content of `slot`, from here on in the program and in later runs.
 *
 * @returns the new content as a symbol.
 */
export function assign<D extends DType>(slot: Slot<D>, value: Operand<D>): Sym<D> {
  return emit(assignOperation, [value], {}, [slot])[0] as Sym<D>;
}
