// The trie of a Unigram model made into an Aho-Corasick automaton: one step a unit
// finds all tokens that end there, the longest first. A text is read once, however
// long the contents are, where a trie alone starts again at every character.

import { edgeSlot, edgeStride, rootNode, type UnitTrie } from "./unit-trie.js";

/** The memo has this plus one entries. */
export const memoMask = 0x7fff;

export class SuffixAutomaton {
  readonly trie: UnitTrie;
  /** By node: the node of its longest proper suffix; 0 for the root. */
  readonly fails: Int32Array;
  /** By unit: the child of the root and its payload, or `[0, 1]`. */
  readonly first = new Int32Array(0x20000);
  /** Recent steps as `[node, unit, next node, payload]`: a text takes few different ones. */
  readonly memo = new Int32Array((memoMask + 1) * edgeStride);
  /**
   * By output, from 1: its length in units, the next shorter output that ends where it
   * ends (0: none), and its token. An edge's payload is twice the longest output of its child, plus
   * 1 where the child has one unit: no token that began earlier reaches past it.
   */
  readonly lengths: Int32Array;
  readonly shorter: Int32Array;
  readonly tokens: Int32Array;

  constructor(trie: UnitTrie) {
    this.trie = trie;
    const { count, parents, units, edges, mask } = trie;
    const depths = new Int32Array(count);
    for (let node = rootNode + 1; node < count; node++) {
      depths[node] = (depths[parents[node] as number] as number) + 1; // parents come first
    }

    const fails = new Int32Array(count);
    const payloads = new Int32Array(count);
    const lengths: number[] = [0];
    const shorter: number[] = [0];
    const tokens: number[] = [-1];
    for (const node of byDepth(depths)) {
      const unit = units[node] as number;
      const depth = depths[node] as number;
      let fail = fails[parents[node] as number] as number;
      let suffix = 0;
      while (fail !== 0) {
        suffix = trie.child(fail, unit);
        if (suffix !== 0) break;
        fail = fails[fail] as number;
      }
      fails[node] = suffix || rootNode;
      let output = (payloads[suffix] as number) >> 1;
      if ((trie.tokens[node] as number) >= 0) {
        shorter.push(output);
        output = lengths.push(depth) - 1;
        tokens.push(trie.tokens[node] as number);
      }
      payloads[node] = output * 2 + (depth === 1 ? 1 : 0);
    }

    for (let slot = 0; slot <= mask; slot++) {
      const at = slot * edgeStride;
      const parent = edges[at] as number;
      if (parent === 0) continue;
      edges[at + 3] = payloads[edges[at + 2] as number] as number;
    }
    const { first } = this;
    for (let unit = 0; unit < 0x10000; unit++) first[unit * 2 + 1] = 1;
    for (let node = rootNode + 1; node < count; node++) {
      if (depths[node] !== 1) continue;
      first[(units[node] as number) * 2] = node;
      first[(units[node] as number) * 2 + 1] = payloads[node] as number;
    }
    this.fails = fails;
    this.lengths = Int32Array.from(lengths);
    this.shorter = Int32Array.from(shorter);
    this.tokens = Int32Array.from(tokens);
  }

  /** Writes the step from `node` by `unit` into the memo at `to`. */
  step(node: number, unit: number, to: number): void {
    const { edges, mask } = this.trie;
    const { memo, first } = this;
    memo[to] = node;
    memo[to + 1] = unit;
    for (let from = node; from > rootNode; from = this.fails[from] as number) {
      let at = edgeSlot(from, unit, mask) * edgeStride;
      let held = edges[at] as number;
      while (held !== 0 && (held !== from || edges[at + 1] !== unit)) {
        at = (at + edgeStride) & (mask * edgeStride);
        held = edges[at] as number;
      }
      if (held !== 0) {
        memo[to + 2] = edges[at + 2] as number;
        memo[to + 3] = edges[at + 3] as number;
        return;
      }
    }
    memo[to + 2] = first[unit * 2] as number;
    memo[to + 3] = first[unit * 2 + 1] as number;
  }
}

/** The nodes below the root, those of least depth first. */
function byDepth(depths: Int32Array): Int32Array {
  const starts: number[] = [0, 0];
  for (let node = rootNode + 1; node < depths.length; node++) {
    const next = (depths[node] as number) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let depth = 1; depth < starts.length; depth++) {
    starts[depth] = (starts[depth] as number) + (starts[depth - 1] as number);
  }
  const order = new Int32Array(depths.length - rootNode - 1);
  for (let node = rootNode + 1; node < depths.length; node++) {
    const depth = depths[node] as number;
    const at = starts[depth] as number;
    order[at] = node;
    starts[depth] = at + 1;
  }
  return order;
}
