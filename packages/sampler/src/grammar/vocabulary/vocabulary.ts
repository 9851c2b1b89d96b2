// A tokenizer's tokens by their bytes, as grammars need them. Made once for all
// grammars.

import { ensure } from "../../errors.js";
import { countCharacters, SHORT, SLICES, type Slice } from "./slices.js";
import { buildTokenTree, type TokenTree } from "./token-tree.js";

const MAX_TOKENS = 2 ** 22;
const MAX_TOKEN_BYTES = 2 ** 15;

export interface VocabularyOptions {
  /**
   * Bytes of each token by id. `undefined` is a token without text, such as `<|im_start|>`, which is only allowed
   * where a grammar leaves text free; so is a token of no bytes.
   */
  readonly tokens: readonly (Uint8Array | undefined)[];
  /** Tokens that end a text; they are allowed where a grammar can be over. */
  readonly endTokens: readonly number[];
}

export class Vocabulary {
  /** Number of tokens. */
  readonly size: number;
  readonly endTokens: readonly number[];
  /** @internal */
  readonly tree: TokenTree;
  /** Of each slice: its tokens that aren't in one before it, of at most 0, 1, … 24 and any characters. @internal */
  readonly sliceMasks: readonly (readonly Uint32Array[])[];
  /** Tokens with bytes. @internal */
  readonly withBytes: Uint32Array;
  /** Tokens without bytes. @internal */
  readonly special: Uint32Array;
  /** [token in the tree, another of the same bytes, …]. @internal */
  readonly copies: readonly number[];
  readonly #tokens: readonly (Uint8Array | undefined)[];

  /**
   * @throws SamplerError `ERR_ARGUMENT` for an end token that isn't in the vocabulary, `ERR_LIMIT` for more than
   *   4,194,304 tokens or a token of more than 32,768 bytes
   */
  constructor({ tokens, endTokens }: VocabularyOptions) {
    ensure(
      tokens.length <= MAX_TOKENS,
      "ERR_LIMIT",
      () => `tokens: at most ${MAX_TOKENS}, found ${tokens.length}`,
    );
    for (const id of endTokens) {
      ensure(
        Number.isInteger(id) && id >= 0 && id < tokens.length,
        "ERR_ARGUMENT",
        () => `endTokens: expected ids under ${tokens.length}, found ${id}`,
      );
    }
    this.size = tokens.length;
    this.endTokens = [...endTokens];
    this.#tokens = tokens;
    this.special = this.emptyMask();
    // Short and long ones of each slice that aren't in one before it, and at last those in none.
    const groups: { text: string; id: number }[][] = Array.from(
      { length: 2 * SLICES.length + 1 },
      () => [],
    );
    const sliceMasks = SLICES.map(() => Array.from({ length: SHORT + 2 }, () => this.emptyMask()));
    this.withBytes = this.emptyMask();
    const { ids, copies } = this.#byText(new Set(endTokens));
    // Without a comparison of its own, sort compares code units, which are bytes here.
    for (const text of [...ids.keys()].sort()) {
      const id = ids.get(text) as number;
      let slice = 0;
      let count = -1;
      for (; slice < SLICES.length; slice++) {
        count = countCharacters(SLICES[slice] as Slice, text);
        if (count >= 0) break;
      }
      groups[2 * slice + (count > SHORT ? 1 : 0)]?.push({ text, id });
      const mask = sliceMasks[slice]?.[Math.min(count, SHORT + 1)];
      if (mask !== undefined) setBit(mask, id);
    }
    this.copies = copies;
    this.tree = buildTokenTree(groups);
    for (const masks of sliceMasks) {
      masks.forEach((mask, i) => {
        if (i > 0) unite(mask, masks[i - 1] as Uint32Array);
      });
    }
    this.sliceMasks = sliceMasks;
  }

  /** The bytes of a token; undefined if it has none or ends a text. */
  bytes(token: number): Uint8Array | undefined {
    return this.#tokens[token];
  }

  /** @internal */
  emptyMask(): Uint32Array {
    return new Uint32Array((this.size + 31) >>> 5);
  }

  /** Allows tokens of the same bytes as ones that are. @internal */
  addCopies(mask: Uint32Array): void {
    for (let i = 0; i < this.copies.length; i += 2) {
      if (hasBit(mask, this.copies[i] as number)) setBit(mask, this.copies[i + 1] as number);
    }
  }

  /** Tokens with bytes that don't end a text, by their bytes, one a character. */
  #byText(ends: ReadonlySet<number>): { ids: Map<string, number>; copies: number[] } {
    const ids = new Map<string, number>();
    const copies: number[] = [];
    this.#tokens.forEach((bytes, id) => {
      if (ends.has(id)) return;
      if (bytes === undefined || bytes.length === 0) {
        setBit(this.special, id);
        return;
      }
      ensure(
        bytes.length <= MAX_TOKEN_BYTES,
        "ERR_LIMIT",
        () => `tokens[${id}]: at most ${MAX_TOKEN_BYTES} bytes, found ${bytes.length}`,
      );
      setBit(this.withBytes, id);
      const text = String.fromCharCode.apply(undefined, bytes as unknown as number[]);
      const first = ids.get(text);
      if (first === undefined) ids.set(text, id);
      else copies.push(first, id);
    });
    return { ids, copies };
  }
}

export function setBit(mask: Uint32Array, token: number): void {
  mask[token >>> 5] = (mask[token >>> 5] as number) | (1 << (token & 31));
}

export function hasBit(mask: Uint32Array, token: number): boolean {
  return (((mask[token >>> 5] as number) >>> (token & 31)) & 1) === 1;
}

export function unite(mask: Uint32Array, other: Uint32Array): void {
  for (let i = 0; i < mask.length; i++) mask[i] = (mask[i] as number) | (other[i] as number);
}
