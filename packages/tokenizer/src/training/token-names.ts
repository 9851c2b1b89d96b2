// The tokens by id, as they are written in a vocabulary file. A merge can spell a
// special token: one spelling has one id.

import { BYTE_CHARACTERS } from "../unicode/byte-alphabet.js";

export class TokenNames {
  readonly names: string[] = [];
  readonly ids = new Map<string, number>();
  /** Bytes of text in each token; what a special token has counts only if merges spell it. */
  lengths: Int32Array;
  /** The id of each byte's token. */
  readonly idOfByte = new Int32Array(256);

  constructor(specialTokens: readonly string[], limit: number) {
    this.lengths = new Int32Array(limit);
    for (const token of specialTokens) this.add(token, [...token].length);
    const byCodePoint = BYTE_CHARACTERS.map((symbol, byte) => ({ symbol, byte })).sort(
      (a, b) => a.symbol.charCodeAt(0) - b.symbol.charCodeAt(0),
    );
    for (const { symbol, byte } of byCodePoint) this.idOfByte[byte] = this.add(symbol, 1);
  }

  get size(): number {
    return this.names.length;
  }

  /** The id of the token with this name, which is new if the name is. */
  add(name: string, length: number): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.names.length;
    this.names.push(name);
    this.ids.set(name, id);
    this.lengths[id] = length;
    return id;
  }

  /** The id of what two tokens make together. */
  join(left: number, right: number): number {
    return this.add(
      (this.names[left] as string) + (this.names[right] as string),
      (this.lengths[left] as number) + (this.lengths[right] as number),
    );
  }
}
