// A vocabulary's tokens as a tree of bytes, flat and in preorder: what is below a
// node follows it, and where that ends is known, so a walk skips it at once.

export interface TokenTree {
  /** Byte of each node. */
  readonly bytes: Uint8Array;
  /** Token that ends at each node, or -1. */
  readonly tokens: Int32Array;
  /** Node after all below each node. */
  readonly ends: Int32Array;
  /** Bytes up to each node and with it, 1 at the top. */
  readonly depths: Uint16Array;
  /** Where each group's nodes begin, and at last the number of nodes. */
  readonly groups: readonly number[];
}

/**
 * @param texts  of each group: tokens sorted by `text`, a byte a character, without equal ones
 */
export function buildTokenTree(
  texts: readonly (readonly { readonly text: string; readonly id: number }[])[],
): TokenTree {
  let count = 0;
  for (const group of texts) {
    let before = "";
    for (const { text } of group) {
      count += text.length - sharedLength(before, text);
      before = text;
    }
  }
  const bytes = new Uint8Array(count);
  const tokens = new Int32Array(count).fill(-1);
  const ends = new Int32Array(count);
  const depths = new Uint16Array(count);
  const groups: number[] = [];
  const open: number[] = [];
  let node = 0;
  const close = (depth: number) => {
    while (open.length > depth) ends[open.pop() as number] = node;
  };
  for (const group of texts) {
    groups.push(node);
    let before = "";
    for (const { text, id } of group) {
      close(sharedLength(before, text));
      for (let i = open.length; i < text.length; i++) {
        bytes[node] = text.charCodeAt(i);
        depths[node] = i + 1;
        open.push(node++);
      }
      tokens[open.at(-1) as number] = id;
      before = text;
    }
    close(0);
  }
  groups.push(node);
  return { bytes, tokens, ends, depths, groups };
}

function sharedLength(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  return i;
}
