// The longest token that a text begins with. The first two bytes are looked up
// directly; from there each step is a probe of one cache line.

/** What is known of tokens by id. */
export interface TokenBytes {
  /** Contents joined; the content of `id` is `bytes[starts[id]..ends[id])`. */
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

const hashEdge = (key: number) => Math.imul(key, 0x9e3779b1);

export class TokenTrie {
  /** Four numbers a slot: (node << 8 | byte) + 1, the node that this leads to (0: no further), its token or -1. */
  readonly slots: Int32Array;
  readonly shift: number;
  /** By two bytes: the node that they lead to, 0 for none. */
  readonly pairNode = new Int32Array(65536);
  /** By two bytes: the longest token among them and the first alone, or -1. */
  readonly pairToken = new Int32Array(65536).fill(-1);
  readonly byteToken = new Int32Array(256).fill(-1);
  /** By id: the longest shorter token that it begins with, or -1. */
  readonly shorter: Int32Array;

  /** @param ids  the tokens that can be found, none empty. */
  constructor(tokens: TokenBytes, ids: Int32Array) {
    const { bytes, starts, ends } = tokens;
    let edges = 1;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      edges += Math.max(0, (ends[id] as number) - (starts[id] as number) - 2);
    }
    // An upper bound: most prefixes are shared.
    let bits = 4;
    while (1 << bits < edges * 1.5) bits++;
    this.shift = 32 - bits;
    let slots: Int32Array = new Int32Array(4 << bits);
    const mask = (1 << bits) - 1;
    const parent = new Int32Array(edges + 65536 + 1);
    const tokenOf = new Int32Array(parent.length).fill(-1);
    let nodes = 1;
    const { pairNode, pairToken, byteToken } = this;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      let p = starts[id] as number;
      const end = ends[id] as number;
      if (end - p === 1) {
        byteToken[bytes[p] as number] = id;
        continue;
      }
      const two = ((bytes[p] as number) << 8) | (bytes[p + 1] as number);
      if (end - p === 2) {
        pairToken[two] = id;
        continue;
      }
      let node = pairNode[two] as number;
      if (node === 0) {
        node = nodes++;
        pairNode[two] = node;
        parent[node] = -1 - two;
      }
      for (p += 2; p < end; p++) {
        const key = ((node << 8) | (bytes[p] as number)) + 1;
        for (let h = hashEdge(key) >>> this.shift; ; h = (h + 1) & mask) {
          const s = h << 2;
          const found = slots[s] as number;
          if (found === key) {
            node = slots[s + 1] as number;
            break;
          }
          if (found === 0) {
            slots[s] = key;
            parent[nodes] = node;
            node = nodes++;
            slots[s + 1] = node;
            break;
          }
        }
      }
      tokenOf[node] = id;
    }
    // A node's best token, its own or an ancestor's: parents come before their children.
    this.shorter = new Int32Array(starts.length).fill(-1);
    const best = new Int32Array(nodes);
    const inner = new Uint8Array(nodes);
    for (let first = 0; first < 256; first++) {
      const one = byteToken[first] as number;
      for (let second = 0; second < 256; second++) {
        const two = (first << 8) | second;
        const id = pairToken[two] as number;
        if (id >= 0) this.shorter[id] = one;
        else pairToken[two] = one;
      }
    }
    for (let node = 1; node < nodes; node++) {
      const up = parent[node] as number;
      const above = (up < 0 ? pairToken[-1 - up] : best[up]) as number;
      if (up > 0) inner[up] = 1;
      const id = tokenOf[node] as number;
      if (id >= 0) this.shorter[id] = above;
      best[node] = id >= 0 ? id : above;
    }
    if (nodes * 4 < 1 << bits) slots = this.#shrink(slots, nodes, bits);
    for (let s = 0; s < slots.length; s += 4) {
      if (slots[s] === 0) continue;
      const node = slots[s + 1] as number;
      slots[s + 2] = tokenOf[node] as number;
      if (inner[node] === 0) slots[s + 1] = 0;
    }
    this.slots = slots;
  }

  #shrink(slots: Int32Array, nodes: number, bits: number): Int32Array {
    while (nodes * 4 < 1 << bits) bits--;
    (this as { shift: number }).shift = 32 - bits;
    const mask = (1 << bits) - 1;
    const smaller = new Int32Array(4 << bits);
    for (let s = 0; s < slots.length; s += 4) {
      const key = slots[s] as number;
      if (key === 0) continue;
      let h = hashEdge(key) >>> this.shift;
      while (smaller[h << 2] !== 0) h = (h + 1) & mask;
      smaller[h << 2] = key;
      smaller[(h << 2) + 1] = slots[s + 1] as number;
    }
    return smaller;
  }

  /** The longest token that `buffer[p..end)` begins with, or -1. */
  longest(buffer: Uint8Array, p: number, end: number): number {
    if (p + 1 >= end) return this.byteToken[buffer[p] as number] as number;
    const two = ((buffer[p] as number) << 8) | (buffer[p + 1] as number);
    let best = this.pairToken[two] as number;
    let node = this.pairNode[two] as number;
    const { slots, shift } = this;
    const mask = 0xffffffff >>> shift;
    for (let q = p + 2; node !== 0 && q < end; q++) {
      const key = ((node << 8) | (buffer[q] as number)) + 1;
      let h = hashEdge(key) >>> shift;
      let s = h << 2;
      while (slots[s] !== key) {
        if (slots[s] === 0) return best;
        h = (h + 1) & mask;
        s = h << 2;
      }
      const token = slots[s + 2] as number;
      if (token >= 0) best = token;
      node = slots[s + 1] as number;
    }
    return best;
  }
}
