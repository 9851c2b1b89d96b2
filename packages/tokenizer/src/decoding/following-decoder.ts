// Decoding for decoders in which a token's text depends only on whether it is the first one, such as
// WordPiece's and Metaspace's: what each token gives after another is laid out once, and texts
// are put together of bytes.

import type { Chain } from "../components/decoders.js";
import type { TokenNames } from "../token-names.js";
import { ByteDecoder } from "./byte-decoder.js";
import { MISSING } from "./token-bytes.js";
import { utf8Text } from "./utf8-text.js";

export class FollowingDecoder {
  readonly #names: TokenNames;
  readonly #chain: Chain;
  readonly #bytes: ByteDecoder;

  /** The types of decoders that this serves; no decoder joins tokens with spaces. */
  static serves(type: string | undefined): boolean {
    return type === undefined || type === "WordPiece" || type === "Metaspace";
  }

  constructor(names: TokenNames, chain: Chain) {
    this.#names = names;
    this.#chain = chain;
    const encoder = new TextEncoder();
    const starts = new Uint32Array(names.size);
    const ends = new Uint32Array(names.size);
    const special = new Uint8Array(names.size);
    let bytes = new Uint8Array(1 << 16);
    let at = 0;
    for (let id = 0; id < names.size; id++) {
      starts[id] = at;
      if (names.has(id)) {
        const text = chain(["", names.token(id)])[1] as string;
        if (at + 3 * text.length > bytes.length) {
          const larger = new Uint8Array(2 * bytes.length + 3 * text.length);
          larger.set(bytes);
          bytes = larger;
        }
        at += encoder.encodeInto(text, bytes.subarray(at)).written;
        if (names.isSpecial(id)) special[id] = 1;
      } else special[id] = MISSING;
      ends[id] = at;
    }
    this.#bytes = new ByteDecoder({ size: names.size, bytes, starts, ends, special, stripped: 0 });
  }

  decode(ids: ArrayLike<number>, skipSpecial: boolean): string {
    const bytes = this.#bytes.bytes(ids, skipSpecial);
    let i = 0;
    while (skipSpecial && i < ids.length && this.#names.isSpecial(ids[i] as number)) i++;
    if (i === ids.length) return "";
    const first = ids[i] as number;
    const { starts, ends } = this.#bytes.tokens;
    const length = (ends[first] as number) - (starts[first] as number);
    const rest = utf8Text(bytes.subarray(length));
    return this.#chain([this.#names.token(first)]).join("") + rest;
  }
}
