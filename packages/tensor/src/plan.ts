// Where every value of a program lies: in the arena, in a slot or in a constant;
// and which operations run. Reshapes and other aliases share memory and don't run.

import { type ArenaPlan, alignUp, planArena, type Region } from "./arena.js";
import type { Graph, GraphNode } from "./graph.js";
import { findOperation } from "./operation.js";
import { maximumBytes, type TensorType } from "./type.js";

export type Storage =
  | { readonly kind: "arena"; readonly offset: number; readonly bytes: number }
  | { readonly kind: "slot"; readonly slot: number }
  | { readonly kind: "constant"; readonly constant: number };

export interface Plan {
  /** The nodes that run, in order. Step `i` of the arena is `steps[i]`. */
  readonly steps: readonly GraphNode[];
  /** For each value. */
  readonly storage: readonly Storage[];
  /** For each value the step that makes it; -1 for inputs, slots and constants. */
  readonly madeAt: readonly number[];
  readonly arena: ArenaPlan;
  /** Which slots the program writes. */
  readonly writable: readonly boolean[];
}

type Home =
  | { kind: "region"; region: number }
  | { kind: "slot"; slot: number }
  | { kind: "constant"; constant: number };

export function planGraph(graph: Graph): Plan {
  const homes: Home[] = [];
  const madeAt: number[] = [];
  const regions: { bytes: number; start: number; end: number }[] = [];
  const writable: boolean[] = graph.slots.map(() => false);
  const steps: GraphNode[] = [];

  const settle = (id: number, home: Home, step: number) => {
    homes[id] = home;
    madeAt[id] = step;
  };
  const open = (id: number, step: number) => {
    const bytes = alignUp(maximumBytes(graph.values[id] as TensorType));
    settle(
      id,
      { kind: "region", region: regions.push({ bytes, start: step, end: step }) - 1 },
      step,
    );
  };
  const touch = (id: number, step: number) => {
    const home = homes[id] as Home;
    if (home.kind === "region") (regions[home.region] as { end: number }).end = step;
  };

  for (const { value } of graph.inputs) open(value, -1);
  for (const [slot, { value }] of graph.slots.entries()) settle(value, { kind: "slot", slot }, -1);
  for (const [constant, { value }] of graph.constants.entries()) {
    settle(value, { kind: "constant", constant }, -1);
  }
  for (const node of graph.nodes) {
    if (findOperation(node.operation).alias) {
      const of = node.inputs[0] as number;
      settle(node.outputs[0] as number, homes[of] as Home, madeAt[of] as number);
      continue;
    }
    const step = steps.push(node) - 1;
    for (const id of node.inputs) touch(id, step);
    for (const [i, id] of node.outputs.entries()) {
      const updated = node.updates[i];
      if (updated === undefined) {
        open(id, step);
        continue;
      }
      const home = homes[updated] as Home & { kind: "slot" };
      writable[home.slot] = true;
      settle(id, home, step);
    }
  }
  for (const { value } of graph.outputs) touch(value, steps.length);

  const arena = planArena(regions);
  const storage = homes.map((home): Storage => {
    if (home.kind !== "region") return home;
    const { bytes } = regions[home.region] as Region;
    return { kind: "arena", offset: arena.offsets[home.region] as number, bytes };
  });
  return { steps, storage, madeAt, arena, writable };
}
