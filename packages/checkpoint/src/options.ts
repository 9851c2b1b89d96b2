// The ways to run one layer that can be part of a best plan: every choice of what to
// keep is evaluated, and those that another one beats in cost, in bytes freed
// and in the layer's own peak are left out. Equal layers are solved once.

import type { Program } from "@ryanstream/tensor";
import { signature } from "./costs.js";
import { type Around, aroundLayer, evaluator, type Option } from "./evaluate.js";
import type { Layer } from "./layers.js";
import type { Timeline } from "./timeline.js";

export interface Choices {
  readonly options: readonly Option[];
  /** Every choice was evaluated, or can be shown to be no better than one that was. */
  readonly isExact: boolean;
}

const mostChoices = 2 ** 14;
const mostSteps = 2 ** 21; // over all choices of a layer: about a second

/** Blocks that stay in memory, by what the layer's operations are to do. */
type State = "again" | "keep" | "keep-sources";

/** For each layer the options that no other beats. Peaks of equal layers differ by what lies below them. */
export function paretoChoices(
  graph: Program["graph"],
  layers: readonly Layer[],
  timeline: Timeline,
): Choices[] {
  const known = new Map<string, Choices & { base: number }>();
  return layers.map((layer) => {
    const around = aroundLayer(layer, timeline);
    const base = around.across[0] ?? 0;
    const key = layerKey(graph, layer, around, base);
    const {
      options,
      isExact,
      base: from,
    } = known.get(key) ?? {
      ...solve(layer, timeline, around),
      base,
    };
    known.set(key, { options, isExact, base: from });
    return { options: options.map((o) => ({ ...o, peak: o.peak - from + base })), isExact };
  });
}

function solve(layer: Layer, timeline: Timeline, around: Around): Choices {
  const evaluate = evaluator(layer, timeline, around);
  const { states, isExact } = statesToTry(layer);
  const options: Option[] = [];
  const chosen: State[] = layer.nodes.map(() => "again");
  const visit = (n: number) => {
    const list = states[n];
    if (list === undefined) {
      options.push(evaluate(keptBlocks(layer, chosen)));
      return;
    }
    for (const state of list) {
      chosen[n] = state;
      visit(n + 1);
    }
  };
  visit(0);
  return { options: unbeaten(options), isExact };
}

/** One choice by rule: what cheap operations alone can make again, all that can be made again, or nothing. */
export function fixedChoice(
  layer: Layer,
  timeline: Timeline,
  only: "cheap" | "all" | "nothing",
): Option {
  const evaluate = evaluator(layer, timeline, aroundLayer(layer, timeline));
  if (only === "nothing") return evaluate(layer.blocks.map(() => true));
  if (only === "all") {
    const repeatable = layer.nodes.map((_, n) => possibleStates(layer, n)[0] as State);
    return evaluate(keptBlocks(layer, repeatable));
  }
  const isAtHand = layer.blocks.map((b) => b.isHeld || (b.isFixed && b.end >= layer.late.from)); // or made again, cheaply
  const states = layer.nodes.map((node): State => {
    if (!node.isCheap) return "keep";
    if (node.isRepeatable && node.reads.every((i) => isAtHand[i])) {
      for (const i of node.makes) isAtHand[i] = true;
      return "again";
    }
    if (node.remake?.reads.every((i) => isAtHand[i])) return "keep-sources";
    return "keep";
  });
  return evaluate(keptBlocks(layer, states));
}

function keptBlocks(layer: Layer, states: readonly State[]): boolean[] {
  return layer.blocks.map((b, i) => {
    if (b.isFixed) return true;
    const n = layer.maker[i] as number;
    const { remake } = layer.nodes[n] as Layer["nodes"][number];
    if (states[n] === "keep-sources") return remake?.reads.includes(i) ?? true;
    return states[n] === "keep";
  });
}

/** From the least that is kept. */
function possibleStates({ nodes, blocks }: Layer, n: number): State[] {
  const { isRepeatable, remake, makes } = nodes[n] as Layer["nodes"][number];
  const isFixed = makes.every((i) => blocks[i]?.isFixed);
  if (isFixed) return ["keep"];
  return [
    ...(isRepeatable ? (["again"] as const) : []),
    ...(remake ? (["keep-sources"] as const) : []),
    "keep",
  ];
}

function statesToTry(layer: Layer): { states: State[][]; isExact: boolean } {
  const { nodes, blocks } = layer;
  const all = nodes.map((_, n) => possibleStates(layer, n));
  const isHeld = (n: number) => nodes[n]?.makes.some((i) => blocks[i]?.isHeld) ?? false;
  const bytes = (n: number) => total(layer, nodes[n]?.makes ?? []);
  const states = all.map((list, n) => {
    if (isHeld(n) || list.length === 1) return list;
    // Not held now: keeping it longer can pay for what is made from it, unless that is no larger.
    return isBeatenByReader(layer, n) ? list.slice(0, 1) : list;
  });
  const steps = layer.late.to - layer.late.from + 1;
  const limit = Math.min(mostChoices, Math.max(16, mostSteps / steps));
  let isExact = true;
  const size = () => states.reduce((product, list) => product * list.length, 1);
  const order = [...nodes.keys()].sort(
    (a, b) => Number(isHeld(a)) - Number(isHeld(b)) || bytes(a) - bytes(b),
  );
  for (const n of order) {
    if (size() <= limit) break;
    const list = states[n] as State[];
    if (list.length === 1) continue;
    isExact = false;
    const isWorthKeeping = isHeld(n) && !nodes[n]?.isCheap;
    states[n] = isWorthKeeping ? list.slice(-1) : list.slice(0, 1);
  }
  return { states, isExact };
}

// Whether all that is ever made from the node's blocks is made by one operation, and
// is no larger: keeping that instead costs no more, at any time.
function isBeatenByReader({ nodes, blocks, maker }: Layer, n: number): boolean {
  const { makes } = nodes[n] as Layer["nodes"][number];
  const readers = nodes.filter((r) => r.reads.some((i) => makes.includes(i)));
  const [reader] = readers;
  if (readers.length === 0) return true;
  if (reader === undefined || readers.length > 1) return false;
  const needed = reader.remake?.reads ?? reader.makes;
  const size = needed.reduce((sum, i) => sum + (blocks[i]?.bytes ?? 0), 0);
  const own = makes.reduce((sum, i) => sum + (blocks[i]?.bytes ?? 0), 0);
  return size <= own && needed.every((i) => (maker[i] as number) >= 0);
}

function total({ blocks }: Layer, list: readonly number[]): number {
  return list.reduce((sum, i) => sum + (blocks[i]?.bytes ?? 0), 0);
}

/** Those that no other equals or beats in everything. */
export function unbeaten(options: readonly Option[]): Option[] {
  const sorted = [...options].sort(
    (a, b) => a.cost - b.cost || b.freed - a.freed || a.peak - b.peak,
  );
  const kept: Option[] = [];
  for (const o of sorted) {
    if (!kept.some((k) => k.freed >= o.freed && k.peak <= o.peak)) kept.push(o);
  }
  return kept;
}

function layerKey(
  graph: Program["graph"],
  { nodes, blocks, early, late }: Layer,
  around: Around,
  base: number,
): string {
  return JSON.stringify([
    nodes.map((n) => [
      signature(graph, n.node),
      n.cost,
      n.reads,
      n.makes,
      n.isRepeatable,
      n.remake,
    ]),
    blocks.map((b) => [
      b.bytes,
      b.isHeld,
      b.isFixed,
      b.madeAt - early.from,
      b.lastEarly - early.from,
      b.lateUses.map((s) => s - late.from),
      Math.max(Math.min(b.end, late.to + 1) - late.from, -1),
    ]),
    [around.atSteps, around.across, around.atEarly].map((level) => level.map((x) => x - base)),
  ]);
}
