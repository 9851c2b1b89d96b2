// A planned program as blocks of memory over its steps: what makes each, which
// steps of the forward and of the backward pass read it, how much is live when.

import { backwardNodes, findOperation, type GraphNode, type Program } from "@ryanstream/tensor";

/** A value in the arena, with everything that is an alias of it. */
export interface Block {
  /** The value that an operation, or the caller, makes. */
  readonly value: number;
  readonly bytes: number;
  /** The step that makes it; -1 for an input. */
  readonly madeAt: number;
  /** The last step of the forward pass that reads it, at least the one that makes it. */
  lastEarly: number;
  /** The steps of the backward pass that read it, in order. */
  readonly lateUses: number[];
  /** The last step at which it is live; the number of steps for a result. */
  end: number;
  isResult: boolean;
}

export interface Timeline {
  readonly steps: readonly GraphNode[];
  /** For each step, whether it belongs to the backward pass. */
  readonly isLate: readonly boolean[];
  /** For each value its block; undefined for those in slots and constants. */
  readonly blockOf: readonly (Block | undefined)[];
  readonly blocks: readonly Block[];
  /** Bytes live during each step; one more for the end of the run. */
  readonly live: readonly number[];
  /** Bytes that are live across the border before each step. */
  readonly across: readonly number[];
  /** Bytes of the inputs, which are live before the first step. */
  readonly inputBytes: number;
}

export function timelineOf({ graph, plan }: Pick<Program, "graph" | "plan">): Timeline {
  const backward = backwardNodes(graph);
  const { steps } = plan;
  const blocks: Block[] = [];
  const blockOf: (Block | undefined)[] = graph.values.map(() => undefined);
  const open = (value: number, madeAt: number) => {
    const storage = plan.storage[value];
    if (storage?.kind !== "arena") return;
    const { bytes } = storage;
    const block = { value, bytes, madeAt, lastEarly: madeAt, lateUses: [], end: madeAt };
    blocks.push({ ...block, isResult: false });
    blockOf[value] = blocks.at(-1);
  };
  for (const { value } of graph.inputs) open(value, -1);
  const isLate = steps.map((node) => backward.has(node));
  let step = 0;
  for (const node of graph.nodes) {
    if (findOperation(node.operation).alias) {
      blockOf[node.outputs[0] as number] = blockOf[node.inputs[0] as number];
      continue;
    }
    for (const id of node.inputs) {
      const block = blockOf[id];
      if (block === undefined) continue;
      block.end = step;
      if (!isLate[step]) block.lastEarly = step;
      else if (block.lateUses.at(-1) !== step) block.lateUses.push(step);
    }
    for (const id of node.outputs) open(id, step);
    step++;
  }
  for (const { value } of graph.outputs) {
    const block = blockOf[value];
    if (block === undefined) continue;
    block.end = steps.length;
    block.isResult = true;
  }
  return { steps, isLate, blockOf, blocks, ...levels(blocks, steps.length) };
}

function levels(blocks: readonly Block[], steps: number) {
  const live = new Array<number>(steps + 1).fill(0);
  const across = new Array<number>(steps + 1).fill(0);
  let inputBytes = 0;
  for (const { madeAt, end, bytes } of blocks) {
    if (madeAt < 0) inputBytes += bytes;
    for (let s = Math.max(0, madeAt); s <= end; s++) live[s] = (live[s] as number) + bytes;
    for (let s = madeAt + 1; s <= end; s++) across[s] = (across[s] as number) + bytes;
  }
  return { live, across, inputBytes };
}
