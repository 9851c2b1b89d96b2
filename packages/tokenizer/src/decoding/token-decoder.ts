// From ids to text for every kind of decoder: over bytes where that is all it does,
// else token by token as the definition says.

import type { Chain } from "../components/decoders.js";
import type { TokenizerDefinition } from "../definition.js";
import type { Extras } from "../extras.js";
import { needed } from "../needed.js";
import type { TokenNames } from "../token-names.js";
import { ByteDecoder, unknownId } from "./byte-decoder.js";
import type { ChainStream } from "./chain-stream.js";
import type { FollowingDecoder } from "./following-decoder.js";
import { ByteStreamDecoder, type StreamDecoder } from "./stream-decoder.js";
import { decodedTokens } from "./token-bytes.js";

/** From how many tokens on, in all calls together, laying out the vocabulary's texts pays. */
const MANY = 4096;

export class TokenDecoder {
  readonly #definition: TokenizerDefinition;
  readonly #names: TokenNames;
  readonly #texts: (string | null | undefined)[] = [];
  #bytes: ByteDecoder | undefined;
  readonly #extras: Extras | undefined;
  readonly #chain: Chain | undefined;
  #streams: (() => ChainStream) | undefined;
  #ready = false;
  #following: FollowingDecoder | undefined;
  #decoded = 0;

  constructor(definition: TokenizerDefinition, names: TokenNames, extras: Extras | undefined) {
    this.#definition = definition;
    this.#extras = extras;
    this.#names = names;
    // A decoder that can't be built is refused when the tokenizer is made, not when it is used.
    this.#chain = definition.decoder
      ? extras?.buildDecoder(definition.decoder).decodeChain
      : extras?.joinWithSpaces;
  }

  /** The decoder over bytes, when one serves. */
  get byteDecoder(): ByteDecoder | undefined {
    if (!this.#ready) {
      const tokens = decodedTokens(this.#definition, this.#names);
      if (tokens !== undefined) this.#bytes = new ByteDecoder(tokens);
      this.#ready = true;
    }
    return this.#bytes;
  }

  decode(ids: ArrayLike<number>, skipSpecial: boolean): string {
    const bytes = this.byteDecoder;
    if (bytes !== undefined) return bytes.decode(ids, skipSpecial);
    const chain = this.#chain ?? needed(this.#extras, "this decoder").joinWithSpaces;
    this.#decoded += ids.length;
    if (this.#decoded > MANY) this.#following ??= this.#layOut(chain);
    return (
      this.#following?.decode(ids, skipSpecial) ?? chain(this.#tokens(ids, skipSpecial)).join("")
    );
  }

  #layOut(chain: Chain): FollowingDecoder | undefined {
    const of = this.#extras?.FollowingDecoder;
    if (!of?.serves(this.#definition.decoder?.type)) return undefined;
    return new of(this.#names, chain);
  }

  bytes(ids: ArrayLike<number>, skipSpecial: boolean): Uint8Array {
    const bytes = this.byteDecoder;
    if (bytes !== undefined) return bytes.bytes(ids, skipSpecial, true).slice();
    return new TextEncoder().encode(this.decode(ids, skipSpecial));
  }

  /** What one token puts into a text, by itself. */
  tokenBytes(id: number): Uint8Array {
    if (!this.#names.has(id)) throw unknownId(id, 0, this.#names.size);
    return this.byteDecoder?.tokenBytes(id) ?? new TextEncoder().encode(this.#names.token(id));
  }

  stream(skipSpecial: boolean): StreamDecoder {
    const bytes = this.byteDecoder;
    if (bytes !== undefined) return new ByteStreamDecoder(bytes, skipSpecial, this.#texts);
    const { chainStreams, TokenStreamDecoder } = needed(this.#extras, "this decoder");
    this.#streams ??= chainStreams(this.#definition.decoder);
    return new TokenStreamDecoder((ids) => this.#tokens(ids, skipSpecial), this.#streams);
  }

  #tokens(ids: ArrayLike<number>, skipSpecial: boolean): string[] {
    const tokens: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (!this.#names.has(id)) throw unknownId(id, i, this.#names.size);
      if (!(skipSpecial && this.#names.isSpecial(id))) tokens.push(this.#names.token(id));
    }
    return tokens;
  }
}
