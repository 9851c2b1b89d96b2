// What an optimizer remembers, as bytes by name: enough to go on to the same bits.

import { newArray } from "@ryanstream/tensor";
import { ensure } from "./check.js";
import type { Optimizer } from "./optimizer.js";

/** The bytes of each state, by its name; in the machine's byte order. */
export type OptimizerState = ReadonlyMap<string, Uint8Array>;

/** Copies all states out. Never during a run. */
export function saveState({ states }: Pick<Optimizer, "states">): OptimizerState {
  return new Map(
    states.map((each) => {
      const values = each.read(newArray(each.dtype, each.length) as never);
      return [each.name, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
    }),
  );
}

/**
 * Writes what {@link saveState} gave; all of it is checked before anything is written.
 *
 * @throws TensorError ERR_INPUT for a state that is missing, too many or of another size
 */
export function loadState({ states }: Pick<Optimizer, "states">, saved: OptimizerState): void {
  for (const { name, byteLength } of states) {
    const found = saved.get(name)?.byteLength;
    ensure(
      found === byteLength,
      "ERR_INPUT",
      () => `loadState: expected ${byteLength} bytes of ${name}, found ${found ?? "none"}`,
    );
  }
  const names = new Set(states.map(({ name }) => name));
  for (const name of saved.keys()) {
    ensure(
      names.has(name),
      "ERR_INPUT",
      () => `loadState: expected no ${name}, which no state has`,
    );
  }
  for (const each of states) {
    const values = newArray(each.dtype, each.length);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    bytes.set(saved.get(each.name) as Uint8Array);
    each.write(values as never);
  }
}
