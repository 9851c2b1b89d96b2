// The longest token that a text begins with. The first two bytes, or the three of a
// character from U+0800 on, are looked up directly. From there on the children of a
// node lie side by side, in the order in which their tokens were learned: common ones
// are found first, and what is often used is near each other in memory.

/** What is known of tokens by id. */
export interface TokenBytes {
  /** Contents joined; the content of `id` is `bytes[starts[id]..ends[id])`. */
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** In the place of a token: there is none. Ids are below. */
const NO_TOKEN = 0xffffff;

/** The place in a table of three-byte sequences. */
const wideKey = (a: number, b: number, c: number) => ((a & 15) << 12) | ((b & 63) << 6) | (c & 63);

export class TokenTrie {
  /**
   * By node, two numbers, so that a step is one place in memory: its first child << 9 | how many it
   * has, and the byte that leads to it << 24 | its token, or {@link NO_TOKEN}.
   */
  readonly nodes: Int32Array;
  /** By two bytes: the first number of their node, and the longest token among them or -1. */
  readonly pairs = new Int32Array(2 * 65536).fill(-1);
  /** By the three bytes of a character, the same. */
  readonly wide = new Int32Array(2 * 65536).fill(-1);
  readonly byteToken = new Int32Array(256).fill(-1);
  /** By id: the longest shorter token that it begins with, or -1. */
  readonly shorter: Int32Array;

  /** @param ids  the tokens that can be found, none empty. */
  constructor(tokens: TokenBytes, ids: Int32Array) {
    const { parent, byte, token, count, root } = growNodes(tokens, ids);
    const { pairs, wide, byteToken } = this;
    this.shorter = new Int32Array(tokens.starts.length).fill(-1);

    // Tokens of one or two bytes.
    const { bytes, starts, ends } = tokens;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const start = starts[id] as number;
      const first = bytes[start] as number;
      const length = (ends[id] as number) - start;
      if (length === 1) byteToken[first] = id;
      else if (length === 2) pairs[2 * ((first << 8) | (bytes[start + 1] as number)) + 1] = id;
    }
    for (let two = 0; two < 65536; two++) {
      const one = byteToken[two >> 8] as number;
      const id = pairs[2 * two + 1] as number;
      if (id >= 0) this.shorter[id] = one;
      else pairs[2 * two + 1] = one;
      pairs[2 * two] = 0;
    }

    // Children side by side: each node's new place, by how many there are before it.
    const children = new Int32Array(count + 1);
    const rootChildren = new Int32Array(65536);
    for (let node = 1; node < count; node++) {
      const up = parent[node] as number;
      if (up < 0) rootChildren[-1 - up] = (rootChildren[-1 - up] as number) + 1;
      else children[up] = (children[up] as number) + 1;
    }
    const firstChild = new Int32Array(count);
    let next = 1;
    for (let two = 0; two < 65536; two++) {
      if (root[two] === 0) continue;
      pairs[2 * two] = (next << 9) | (rootChildren[two] as number);
      next += rootChildren[two] as number;
    }
    for (let node = 1; node < count; node++) {
      firstChild[node] = next;
      next += children[node] as number;
    }
    this.nodes = new Int32Array(2 * count);
    const place = new Int32Array(count);
    const best = new Int32Array(count);
    const taken = new Int32Array(count);
    const rootTaken = new Int32Array(65536);
    for (let node = 1; node < count; node++) {
      const up = parent[node] as number;
      let at = 0;
      let above = 0;
      if (up < 0) {
        const two = -1 - up;
        at = ((pairs[2 * two] as number) >>> 9) + (rootTaken[two] as number);
        rootTaken[two] = (rootTaken[two] as number) + 1;
        above = pairs[2 * two + 1] as number;
      } else {
        at = (firstChild[up] as number) + (taken[up] as number);
        taken[up] = (taken[up] as number) + 1;
        above = best[up] as number;
      }
      const id = token[node] as number;
      if (id >= 0) this.shorter[id] = above;
      best[node] = id >= 0 ? id : above;
      place[node] = at;
      this.nodes[2 * at] = ((firstChild[node] as number) << 9) | (children[node] as number);
      this.nodes[2 * at + 1] = ((byte[node] as number) << 24) | (id >= 0 ? id : NO_TOKEN);
    }

    // Characters of three bytes.
    for (let a = 0xe0; a < 0xf0; a++) {
      for (let b = 0x80; b < 0xc0; b++) {
        const two = (a << 8) | b;
        const entry = pairs[2 * two] as number;
        for (let c = 0; c < 64; c++) wide[2 * wideKey(a, b, c) + 1] = pairs[2 * two + 1] as number;
        const first = entry >>> 9;
        for (let at = first; at < first + (entry & 511); at++) {
          const leaf = this.nodes[2 * at + 1] as number;
          const c = leaf >>> 24;
          if ((c & 0xc0) !== 0x80) continue;
          const key = wideKey(a, b, c);
          wide[2 * key] = this.nodes[2 * at] as number;
          const id = leaf & NO_TOKEN;
          if (id !== NO_TOKEN) wide[2 * key + 1] = id;
        }
      }
    }
    for (let key = 0; key < 65536; key++) if (wide[2 * key] === -1) wide[2 * key] = 0;
  }

  /** The longest token that `buffer[p..end)` begins with, or -1. */
  longest(buffer: Uint8Array, p: number, end: number): number {
    const a = buffer[p] as number;
    if (p + 1 >= end) return this.byteToken[a] as number;
    const { nodes } = this;
    const b = buffer[p + 1] as number;
    let q = p + 2;
    let entry = 0;
    let best = -1;
    if (
      a >= 0xe0 &&
      a < 0xf0 &&
      q < end &&
      (b & 0xc0) === 0x80 &&
      ((buffer[q] as number) & 0xc0) === 0x80
    ) {
      const key = 2 * wideKey(a, b, buffer[q++] as number);
      entry = this.wide[key] as number;
      best = this.wide[key + 1] as number;
    } else {
      const key = 2 * ((a << 8) | b);
      entry = this.pairs[key] as number;
      best = this.pairs[key + 1] as number;
    }
    for (; entry !== 0 && q < end; q++) {
      const wanted = buffer[q] as number;
      let at = (entry >>> 9) << 1;
      const last = at + ((entry & 511) << 1);
      let leaf = 0;
      for (;;) {
        if (at === last) return best;
        leaf = nodes[at + 1] as number;
        if (leaf >>> 24 === wanted) break;
        at += 2;
      }
      const id = leaf & NO_TOKEN;
      if (id !== NO_TOKEN) best = id;
      entry = nodes[at] as number;
      if ((entry & 511) === 0) return best;
    }
    return best;
  }
}

interface Grown {
  /** By node: the node above it, or -1 - its first two bytes. */
  readonly parent: Int32Array;
  readonly byte: Uint8Array;
  readonly token: Int32Array;
  /** Nodes, counting from 1, plus 1. */
  readonly count: number;
  /** By two bytes: 1 where longer tokens begin so. */
  readonly root: Uint8Array;
}

const hashEdge = (key: number) => Math.imul(key, 0x9e3779b1);

/** All nodes below the first two bytes, in the order of their tokens, parents before children. */
function growNodes({ bytes, starts, ends }: TokenBytes, ids: Int32Array): Grown {
  let edges = 1;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    edges += Math.max(0, (ends[id] as number) - (starts[id] as number) - 2);
  }
  // An upper bound: most prefixes are shared.
  let bits = 4;
  while (1 << bits < edges * 1.25) bits++;
  const shift = 32 - bits;
  const mask = (1 << bits) - 1;
  const keys = new Int32Array(2 << bits); // (parent << 8 | byte) + 1, node
  const parent = new Int32Array(edges + 1);
  const byte = new Uint8Array(edges + 1);
  const token = new Int32Array(edges + 1).fill(-1);
  const root = new Uint8Array(65536);
  let count = 1;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    const start = starts[id] as number;
    const end = ends[id] as number;
    if (end - start < 3) continue;
    const two = ((bytes[start] as number) << 8) | (bytes[start + 1] as number);
    root[two] = 1;
    let up = -1 - two;
    for (let p = start + 2; p < end; p++) {
      const key = (up << 8) | (bytes[p] as number);
      let h = hashEdge(key) >>> shift;
      for (;;) {
        const node = keys[2 * h + 1] as number;
        if (node === 0) {
          keys[2 * h] = key;
          keys[2 * h + 1] = count;
          parent[count] = up;
          byte[count] = bytes[p] as number;
          up = count++;
          break;
        }
        if (keys[2 * h] === key) {
          up = node;
          break;
        }
        h = (h + 1) & mask;
      }
    }
    token[up] = id;
  }
  return { parent, byte, token, count, root };
}
