// A trie of contents over UTF-16 units, so that texts need no encoding. Its edges are
// one hash table of (node, unit): built by plain insertion, and one probe a step.

import type { Vocabulary } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { checkVocabulary } from "./vocabulary.js";

/** Longer contents would let a hostile vocabulary make every step of a text expensive. */
const maxContentUnits = 4096;
const maxNodes = 2 ** 22;
const maxProbes = 512; // one lookup in a sound table takes a few

/** The node of the empty content. */
export const rootNode = 1;

/** An edge is `[node, unit, child, payload]`; node 0 is no node, so 0 marks a free one. */
export const edgeStride = 4;

/** Where the search for an edge begins in a table of `mask + 1` edges. */
export function edgeSlot(node: number, unit: number, mask: number): number {
  const hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & mask;
}

export class UnitTrie {
  edges: Int32Array;
  mask: number;
  /** One more than the number of the last node. */
  count = 2;
  /** The token whose content ends at a node, or -1; the last of those with one content. */
  tokens = new Int32Array(1024).fill(-1);
  parents = new Int32Array(1024);
  units = new Uint16Array(1024);

  constructor(vocabulary: Vocabulary) {
    checkVocabulary(vocabulary);
    const { size, bytes, starts, ends } = vocabulary;
    const content = new Uint16Array(maxContentUnits);
    this.mask = 1023;
    while (this.mask < bytes.length && this.mask < 0x3ffff) this.mask = this.mask * 2 + 1;
    this.edges = new Int32Array((this.mask + 1) * edgeStride);
    for (let id = 0; id < size; id++) {
      const start = starts[id] as number;
      const end = ends[id] as number;
      if (start === end) continue;
      const length = decode(bytes, start, end, content);
      if (length > maxContentUnits) {
        throw new TokenizerError(
          "ERR_LIMIT",
          `expected the content of token ${id} to have at most ${maxContentUnits} UTF-16 units, found ${end - start} bytes`,
        );
      }
      if (length <= 0) continue; // not UTF-8: no text has it
      let node = rootNode;
      for (let i = 0; i < length; i++) node = this.#add(node, content[i] as number, id);
      this.tokens[node] = id;
    }
  }

  /** The child of `node` by `unit`, or 0. */
  child(node: number, unit: number): number {
    const { edges, mask } = this;
    let slot = edgeSlot(node, unit, mask);
    for (;;) {
      const at = slot * edgeStride;
      const held = edges[at] as number;
      if (held === 0) return 0;
      if (held === node && edges[at + 1] === unit) return edges[at + 2] as number;
      slot = (slot + 1) & mask;
    }
  }

  /** The node that `text[start, end)` leads to from `node`, or 0. */
  walk(node: number, text: string, start: number, end: number): number {
    for (let i = start; i < end && node !== 0; i++) node = this.child(node, unitAt(text, i));
    return node;
  }

  #add(parent: number, unit: number, id: number): number {
    const known = this.child(parent, unit);
    if (known !== 0) return known;
    if (this.count === maxNodes) {
      throw new TokenizerError(
        "ERR_LIMIT",
        `expected contents with at most ${maxNodes} different prefixes, found more at token ${id}`,
      );
    }
    const node = this.count++;
    if (node >= this.tokens.length) this.#grow();
    this.parents[node] = parent;
    this.units[node] = unit;
    if (this.count * 2 > this.mask) this.#rehash();
    else this.#link(node);
    return node;
  }

  #link(node: number): void {
    const { edges, mask } = this;
    const parent = this.parents[node] as number;
    const unit = this.units[node] as number;
    let slot = edgeSlot(parent, unit, mask);
    for (let probes = 0; edges[slot * edgeStride] !== 0; probes++) {
      if (probes === maxProbes) {
        throw new TokenizerError("ERR_LIMIT", "the contents collide with each other");
      }
      slot = (slot + 1) & mask;
    }
    edges[slot * edgeStride] = parent;
    edges[slot * edgeStride + 1] = unit;
    edges[slot * edgeStride + 2] = node;
  }

  #rehash(): void {
    this.mask = this.mask * 2 + 1;
    this.edges = new Int32Array((this.mask + 1) * edgeStride);
    for (let node = rootNode + 1; node < this.count; node++) this.#link(node);
  }

  #grow(): void {
    const length = this.tokens.length * 2;
    const tokens = new Int32Array(length).fill(-1);
    tokens.set(this.tokens);
    const parents = new Int32Array(length);
    parents.set(this.parents);
    const units = new Uint16Array(length);
    units.set(this.units);
    Object.assign(this, { tokens, parents, units });
  }
}

/** The unit at `i`, where a surrogate without its other half is U+FFFD. */
export function unitAt(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  if ((unit & 0xf800) !== 0xd800) return unit;
  const other = unit < 0xdc00 ? text.charCodeAt(i + 1) : i > 0 ? text.charCodeAt(i - 1) : 0;
  return (other & 0xfc00) === (unit < 0xdc00 ? 0xdc00 : 0xd800) ? unit : 0xfffd;
}

/** Writes the units of UTF-8; returns how many, -1 if it isn't UTF-8, or more than `out` holds. */
function decode(bytes: Uint8Array, start: number, end: number, out: Uint16Array): number {
  let length = 0;
  for (let i = start; i < end; ) {
    const lead = bytes[i++] as number;
    if (lead < 0x80) {
      out[length++] = lead;
    } else {
      const more = lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
      if (more < 0 || i + more > end) return -1;
      let point = lead & (0x3f >> more);
      for (let k = 0; k < more; k++) {
        const byte = bytes[i++] as number;
        if ((byte & 0xc0) !== 0x80) return -1;
        point = (point << 6) | (byte & 0x3f);
      }
      const low = more === 2 ? 0x800 : more === 3 ? 0x10000 : 0x80;
      if (point < low || point > 0x10ffff || (point & 0xfffff800) === 0xd800) return -1;
      if (more === 3) {
        out[length++] = 0xd7c0 + (point >> 10);
        point = 0xdc00 | (point & 0x3ff);
      }
      out[length++] = point;
    }
    if (length > out.length) return length;
  }
  return length;
}
