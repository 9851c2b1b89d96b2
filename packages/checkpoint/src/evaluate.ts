// What one choice in one layer costs and frees, to the byte: the backward pass of
// the layer is walked as `recompute` of @ryanstream/tensor will lay it out.

import type { Layer } from "./layers.js";
import type { Timeline } from "./timeline.js";

/** One way to run a layer. */
export interface Option {
  /** Of what runs a second time. */
  readonly cost: number;
  /** Bytes fewer than now from the layer's forward to its backward pass. */
  readonly freed: number;
  /** The most that is live at the steps of the layer, while all other layers keep everything. */
  readonly peak: number;
  /** For each block of the layer whether the backward pass makes it again. */
  readonly dropped: readonly boolean[];
  /** For each block whether it stays in memory from the forward to the backward pass. */
  readonly isHeld: readonly boolean[];
}

/** Gives the option for blocks that stay in memory as long as they are read; all others are made again. */
export type Evaluate = (isKept: readonly boolean[]) => Option;

export function evaluator(layer: Layer, timeline: Timeline, around: Around): Evaluate {
  const { blocks, nodes, maker, early, late } = layer;
  const reads = new Map<number, number[]>(); // step of the backward pass to the layer's blocks
  for (const [i, b] of blocks.entries()) {
    for (const s of b.lateUses) reads.set(s, [...(reads.get(s) ?? []), i]);
  }
  for (const [s, list] of reads) reads.set(s, inReadingOrder(list, s));

  function inReadingOrder(list: readonly number[], step: number): number[] {
    const of = (timeline.steps[step]?.inputs ?? []).map((id) => timeline.blockOf[id]?.value);
    const place = (i: number) => of.indexOf(blocks[i]?.value);
    return [...list].sort((a, b) => place(a) - place(b));
  }

  return (isKept) => {
    const rest: number[] = []; // bytes live besides the layer's blocks, at each place
    const lastRead = blocks.map(() => -1); // the place of the last read from memory
    const copyFrom = blocks.map(() => -1);
    const copyTo = blocks.map(() => -1);
    const dropped = blocks.map(() => false);
    let cost = 0;

    const read = (i: number) => {
      const at = rest.length;
      if ((copyFrom[i] as number) >= 0) copyTo[i] = at;
      else lastRead[i] = at;
    };
    const make = (i: number, before: number) => {
      if (isKept[i] || (copyFrom[i] as number) >= 0) return;
      const node = nodes[maker[i] as number] as Layer["nodes"][number];
      const { remake } = node;
      const isLighter =
        remake?.reads.every((r) => isKept[r]) &&
        node.makes.every((m) => isKept[m] || remake.makes.includes(m));
      const source = isLighter && remake ? remake : node;
      for (const r of source.reads) make(r, before);
      for (const r of source.reads) read(r);
      for (const m of source.makes) {
        if (!isKept[m]) dropped[m] = true;
        // What is kept is made again too, by the way, and goes at once.
        copies.push({ block: m, from: rest.length, isUsed: !isKept[m] });
        if (!isKept[m]) {
          copyFrom[m] = rest.length;
          copyTo[m] = rest.length;
        }
      }
      cost += node.cost;
      rest.push(around.across[before - late.from] as number);
    };
    const copies: { block: number; from: number; isUsed: boolean }[] = [];
    for (let s = late.from; s <= late.to; s++) {
      const own = reads.get(s);
      if (own !== undefined) {
        for (const i of own) make(i, s);
        for (const i of own) read(i);
      }
      rest.push(around.atSteps[s - late.from] as number);
    }

    const change = new Array<number>(rest.length + 1).fill(0);
    const occupy = (from: number, to: number, bytes: number) => {
      change[from] = (change[from] as number) + bytes;
      change[to + 1] = (change[to + 1] as number) - bytes;
    };
    let freed = 0;
    const isHeld = blocks.map(() => false);
    const atEarlySteps = around.atEarly.slice();
    for (const [i, b] of blocks.entries()) {
      // A fixed block lives on by itself where it is read after the layer, too.
      const own = b.isFixed && b.end > late.to ? rest.length - 1 : (lastRead[i] as number);
      if (own >= 0) occupy(0, own, b.bytes);
      const was = b.end >= late.from ? b.bytes : 0;
      const is = own >= 0 ? b.bytes : 0;
      freed += was - is;
      isHeld[i] = own >= 0;
      const until = is > 0 || (b.isFixed && b.end > early.to) ? early.to : b.lastEarly;
      for (let s = Math.max(b.madeAt, early.from); s <= Math.min(until, early.to); s++) {
        atEarlySteps[s - early.from] = (atEarlySteps[s - early.from] as number) + b.bytes;
      }
    }
    for (const { block, from, isUsed } of copies) {
      const to = isUsed ? (copyTo[block] as number) : from;
      occupy(from, to, blocks[block]?.bytes as number);
    }
    let peak = Math.max(...atEarlySteps, 0);
    let level = 0;
    for (const [place, bytes] of rest.entries()) {
      level += change[place] as number;
      peak = Math.max(peak, level + bytes);
    }
    return { cost, freed, peak, dropped, isHeld };
  };
}

/** Bytes that are live at a layer's steps besides the blocks that it makes. */
export interface Around {
  /** During each step of the layer's backward pass. */
  readonly atSteps: readonly number[];
  /** Across the border before each. */
  readonly across: readonly number[];
  /** During each step of its forward pass. */
  readonly atEarly: readonly number[];
}

export function aroundLayer({ blocks, early, late }: Layer, { live, across }: Timeline): Around {
  const range = (from: number, to: number, level: (step: number) => number) =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => level(from + i));
  const total = (isLive: (b: Layer["blocks"][number]) => boolean) =>
    blocks.reduce((sum, b) => sum + (isLive(b) ? b.bytes : 0), 0);
  const during = (s: number) => (live[s] as number) - total((b) => b.madeAt <= s && s <= b.end);
  const before = (s: number) => (across[s] as number) - total((b) => b.madeAt < s && s <= b.end);
  return {
    atSteps: range(late.from, late.to, during),
    across: range(late.from, late.to, before),
    atEarly: range(early.from, early.to, during),
  };
}
