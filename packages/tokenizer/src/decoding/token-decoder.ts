// From ids to text for every kind of decoder: over bytes where that is all it does,
// else token by token as the definition says.

import { buildDecoder, type Decoder } from "../components/decoders.js";
import type { TokenizerDefinition } from "../definition.js";
import type { TokenNames } from "../token-names.js";
import { ByteDecoder } from "./byte-decoder.js";
import { ByteStreamDecoder, type StreamDecoder } from "./stream-decoder.js";
import { decodedTokens } from "./token-bytes.js";
import { WindowStreamDecoder } from "./window-stream-decoder.js";

export class TokenDecoder {
  readonly #definition: TokenizerDefinition;
  readonly #names: TokenNames;
  readonly #texts: (string | null | undefined)[] = [];
  #bytes: ByteDecoder | undefined;
  #chain: Decoder | undefined;
  #ready = false;

  constructor(definition: TokenizerDefinition, names: TokenNames) {
    this.#definition = definition;
    this.#names = names;
    // A decoder that can't be built is refused when the tokenizer is made, not when it is used.
    this.#chain = definition.decoder && buildDecoder(definition.decoder);
  }

  /** The decoder over bytes, when one serves. */
  get byteDecoder(): ByteDecoder | undefined {
    if (!this.#ready) {
      const tokens = decodedTokens(this.#definition);
      if (tokens !== undefined) this.#bytes = new ByteDecoder(tokens);
      this.#ready = true;
    }
    return this.#bytes;
  }

  decode(ids: ArrayLike<number>, skipSpecial: boolean): string {
    const bytes = this.byteDecoder;
    if (bytes !== undefined) return bytes.decode(ids, skipSpecial);
    const tokens: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const token = this.#names.token(id);
      if (!(skipSpecial && this.#names.isSpecial(id))) tokens.push(token);
    }
    return this.#chain === undefined ? tokens.join(" ") : this.#chain.decode(tokens);
  }

  bytes(ids: ArrayLike<number>, skipSpecial: boolean): Uint8Array {
    const bytes = this.byteDecoder;
    if (bytes !== undefined) return bytes.bytes(ids, skipSpecial).slice();
    return new TextEncoder().encode(this.decode(ids, skipSpecial));
  }

  stream(skipSpecial: boolean): StreamDecoder {
    const bytes = this.byteDecoder;
    return bytes !== undefined
      ? new ByteStreamDecoder(bytes, skipSpecial, this.#texts)
      : new WindowStreamDecoder((ids) => this.decode(ids, skipSpecial));
  }
}
