// The parts of a program that are planned one by one: the layers, by their scopes.
// For each, what it makes, from what it can be made again, and over which steps a
// choice in it changes how much is live.

import { findOperation, type GraphNode, type Remake } from "@ryanstream/tensor";
import type { StepCosts } from "./costs.js";
import type { Block, Timeline } from "./timeline.js";

/** Which layer a scope belongs to, without the `grad` in front; undefined for none. */
export type LayerOf = (scope: string) => string | undefined;

/** `layers.3` of `layers.3.ffn`, `encoder.layers.0` of `encoder.layers.0.attention`. */
export const layerByNumber: LayerOf = (scope) =>
  /^((?:.*?\.)?layers\.\d+)(?:\.|$)/.exec(scope)?.[1];

/** A block that a layer makes in its forward pass. */
export interface LayerBlock extends Block {
  /** The backward pass reads it, and only where the layer is: it can be dropped if it can be made again. */
  readonly isHeld: boolean;
  /** It has to stay in memory, whatever is chosen. */
  readonly isFixed: boolean;
}

/** An operation of a layer's forward pass. Blocks are numbered within the layer. */
export interface LayerNode {
  readonly node: GraphNode;
  readonly cost: number;
  readonly isCheap: boolean;
  /** The layer's own blocks that it reads, in order. */
  readonly reads: readonly number[];
  readonly makes: readonly number[];
  /** What it reads from elsewhere is still there when it would run again. */
  readonly isRepeatable: boolean;
  /** The lighter operation that makes some of its outputs from others. */
  readonly remake:
    | { readonly reads: readonly number[]; readonly makes: readonly number[] }
    | undefined;
}

export interface Layer {
  readonly name: string;
  readonly blocks: readonly LayerBlock[];
  readonly nodes: readonly LayerNode[];
  /** For each block the node that makes it; -1 for what is only read here, and can be held longer. */
  readonly maker: readonly number[];
  /** Steps of the forward pass at which choices change what is live: from the first, up to the last. */
  readonly early: { readonly from: number; readonly to: number };
  /** The same for the backward pass. */
  readonly late: { readonly from: number; readonly to: number };
}

/** The layers of a program in the order of their forward passes. None in which nothing can be chosen. */
export function layersOf(timeline: Timeline, costs: StepCosts, layerOf: LayerOf): Layer[] {
  const names = timeline.steps.map(({ scope }) => layerOf(scope.replace(/^grad(\.|$)/, "")));
  const named = names.some((name, s) => name !== undefined && !timeline.isLate[s]);
  // A program without layers is one.
  let owner = named ? names : names.map(() => "program");
  for (;;) {
    const layers = layersByOwner(timeline, costs, owner);
    const [a, b] = entangled(layers) ?? [];
    if (a === undefined) return layers;
    owner = owner.map((name) => (name === b ? a : name));
  }
}

function layersByOwner(
  timeline: Timeline,
  costs: StepCosts,
  owner: readonly (string | undefined)[],
): Layer[] {
  const groups = new Map<string, number[]>();
  for (const [step, name] of owner.entries()) {
    if (name === undefined || timeline.isLate[step]) continue;
    groups.set(name, [...(groups.get(name) ?? []), step]);
  }
  const layers = [...groups].flatMap(([name, steps]) => layer(timeline, costs, name, steps, owner));
  return layers.sort((a, b) => a.early.from - b.early.from);
}

// Layers are planned one by one where the backward pass takes them one by one, the
// last first. Others, such as layers whose operations are mixed, are one.
function entangled(layers: readonly Layer[]): [string, string] | undefined {
  for (const [i, b] of layers.entries()) {
    const a = layers[i - 1];
    if (a === undefined) continue;
    const isNested = a.early.to < b.early.from && b.late.to < a.late.from;
    if (!isNested) return [a.name, b.name];
  }
  return undefined;
}

function layer(
  timeline: Timeline,
  costs: StepCosts,
  name: string,
  steps: readonly number[],
  owner: readonly (string | undefined)[],
): Layer[] {
  const own = new Set(steps);
  const made = timeline.blocks.filter((b) => own.has(b.madeAt));
  const isOwnLate = (b: Block) =>
    !b.isResult && b.lateUses.length > 0 && b.lateUses.every((s) => owner[s] === name);
  const held = made.filter(isOwnLate);
  const from = Math.min(...held.map((b) => b.lateUses[0] as number));
  const to = Math.max(...held.map((b) => b.end));
  const isHeld = (b: Block) => isOwnLate(b) && b.lastEarly < from;
  if (!made.some(isHeld)) return [];
  const isReadLater = (b: Block) => b.isResult || b.lateUses.length > 0;
  // What no layer makes and only this one reads later, such as an input, can be held longer for it.
  const given = timeline.blocks.filter(
    (b) =>
      owner[b.madeAt] === undefined &&
      !b.isResult &&
      own.has(b.lastEarly) &&
      b.lateUses.every((s) => owner[s] === name),
  );
  const all = [...made, ...given];
  const numbers = new Map(all.map((b, i) => [b, i]));
  const blocks = all.map((b, i): LayerBlock => {
    const held = isHeld(b);
    // What isn't read later at all may be made again on the way to something else.
    return { ...b, isHeld: held, isFixed: i >= made.length || (!held && isReadLater(b)) };
  });
  const local = (ids: readonly number[]) =>
    ids.flatMap((id) => {
      const block = timeline.blockOf[id];
      const number = block === undefined ? undefined : numbers.get(block);
      return number === undefined ? [] : [number];
    });
  // Another layer may itself drop what it alone reads later.
  const isShared = (b: Block) => {
    const maker = b.madeAt < 0 ? undefined : owner[b.madeAt];
    return maker === undefined || b.isResult || b.lateUses.some((s) => owner[s] !== maker);
  };
  const isThere = (id: number, until: number) => {
    const block = timeline.blockOf[id];
    if (block === undefined || block.end >= until) {
      return block === undefined || numbers.has(block) || isShared(block);
    }
    return numbers.has(block) && (isHeld(block) || !isReadLater(block) || given.includes(block));
  };
  const latest = new Map<number, number>(); // block to the last step before which it may be made again
  const nodes: LayerNode[] = [];
  for (const step of steps.toReversed()) {
    const node = timeline.steps[step] as GraphNode;
    const rule = findOperation(node.operation).remake?.(node.attrs);
    const reads = local(node.inputs);
    const makes = local(node.outputs);
    const until = Math.max(-1, ...makes.map((i) => blocks[i]?.lateUses[0] ?? latest.get(i) ?? -1));
    for (const i of reads) latest.set(i, Math.max(until, latest.get(i) ?? -1));
    nodes.unshift({
      node,
      cost: costs.cost[step] as number,
      isCheap: costs.isCheap[step] as boolean,
      reads,
      makes,
      isRepeatable: node.updates.length === 0 && node.inputs.every((id) => isThere(id, until)),
      remake: rule && remakeOf(node, rule, local, (id) => isThere(id, until)),
    });
  }
  const maker = blocks.map((_, i) => nodes.findIndex((n) => n.makes.includes(i)));
  const isReadHere = new Set(nodes.flatMap((n) => n.reads));
  const lastEarly = blocks
    .filter((b, i) => b.isHeld || (isReadHere.has(i) && !isReadLater(b)))
    .map((b) => b.lastEarly);
  const early = { from: Math.min(...lastEarly) + 1, to: Math.max(...lastEarly) };
  return [{ name, blocks, nodes, maker, early, late: { from, to } }];
}

function remakeOf(
  node: GraphNode,
  rule: Remake,
  local: (ids: readonly number[]) => number[],
  isThere: (id: number) => boolean,
): LayerNode["remake"] {
  const reads = rule.reads.map((r) =>
    "output" in r ? (node.outputs[r.output] as number) : (node.inputs[r.input] as number),
  );
  const fromOutputs = rule.reads.every(
    (r, i) => "output" in r || local([reads[i] as number]).length === 0,
  );
  if (!fromOutputs || !reads.every(isThere)) return undefined;
  return { reads: local(reads), makes: local(rule.makes.map((i) => node.outputs[i] as number)) };
}
