// Token healing: the last token of a prompt is taken back, and the tokens that may come
// in its place are those that agree with its bytes. A prompt that ends within what
// would be one token then doesn't force an unlikely way on.
// Source: S. Lundberg, "The Art of Prompt Design: Prompt Boundaries and Token Healing" (2023).

import { type ByteDecoder, unknownId } from "./decoding/byte-decoder.js";
import { MISSING } from "./decoding/token-bytes.js";
import { TokenizerError } from "./errors.js";

/** A prompt without its last token, and what may come in the place of that. */
export interface Healing {
  /** The ids to go on from. */
  readonly ids: Int32Array;
  /** The bytes that the next tokens must begin with; empty when nothing is left to heal. */
  readonly prefix: Uint8Array;
  /** Whether any token may follow. */
  readonly done: boolean;
  /**
   * The ids that may come next, ascending: tokens that begin with {@link prefix}, and tokens that
   * are a beginning of it. Empty when any may.
   */
  allowed(): Int32Array;
  /**
   * What is left to heal after `id` was chosen.
   *
   * @throws ERR_ARGUMENT for a token that isn't allowed, ERR_UNKNOWN_TOKEN for what is none.
   */
  next(id: number): Healing;
}

/** Ids in order of their bytes, by decoder: healing begins once a prompt. */
const sortedIds = new WeakMap<ByteDecoder, Int32Array>();

/**
 * @param ids    those of the prompt.
 * @param stays  whether the last of them isn't one that another may replace.
 */
export function startHealing(
  decoder: ByteDecoder | undefined,
  ids: Int32Array,
  stays: boolean,
): Healing {
  if (decoder === undefined) {
    throw new TokenizerError(
      "ERR_UNSUPPORTED",
      "healing needs tokens that are bytes of the text, and this decoder changes them",
    );
  }
  let sorted = sortedIds.get(decoder);
  if (sorted === undefined) {
    sorted = sortTokens(decoder);
    sortedIds.set(decoder, sorted);
  }
  if (stays) return new TokenHealing(ids.slice(), new Uint8Array(0), decoder, sorted);
  const { bytes, starts, ends } = decoder.tokens;
  const last = ids.at(-1) as number;
  return new TokenHealing(ids.slice(0, -1), bytes.slice(starts[last], ends[last]), decoder, sorted);
}

class TokenHealing implements Healing {
  readonly ids: Int32Array;
  readonly prefix: Uint8Array;
  readonly #decoder: ByteDecoder;
  readonly #sorted: Int32Array;

  constructor(ids: Int32Array, prefix: Uint8Array, decoder: ByteDecoder, sorted: Int32Array) {
    this.ids = ids;
    this.prefix = prefix;
    this.#decoder = decoder;
    this.#sorted = sorted;
  }

  get done(): boolean {
    return this.prefix.length === 0;
  }

  allowed(): Int32Array {
    if (this.done) return new Int32Array(0);
    const found: number[] = [];
    for (let length = 1; length <= this.prefix.length; length++) {
      const part = this.prefix.subarray(0, length);
      const from = this.#lowerBound(part);
      for (let i = from; i < this.#sorted.length; i++) {
        const id = this.#sorted[i] as number;
        const bytes = this.#bytes(id);
        if (!startsWith(bytes, part)) break;
        if (length < this.prefix.length && bytes.length > length) break;
        found.push(id);
      }
    }
    return Int32Array.from(found).sort();
  }

  next(id: number): Healing {
    const { special, size } = this.#decoder.tokens;
    const kind = special[id];
    if (kind === undefined || kind === MISSING) throw unknownId(id, this.ids.length, size);
    const ids = Int32Array.from([...this.ids, id]);
    if (this.done) return new TokenHealing(ids, this.prefix, this.#decoder, this.#sorted);
    const bytes = this.#bytes(id);
    const agrees = startsWith(bytes, this.prefix) || startsWith(this.prefix, bytes);
    if (bytes.length === 0 || kind !== 0 || !agrees) {
      throw new TokenizerError(
        "ERR_ARGUMENT",
        `the token ${id} doesn't agree with the ${this.prefix.length} bytes that are to be healed`,
      );
    }
    return new TokenHealing(ids, this.prefix.slice(bytes.length), this.#decoder, this.#sorted);
  }

  #bytes(id: number): Uint8Array {
    const { bytes, starts, ends } = this.#decoder.tokens;
    return bytes.subarray(starts[id], ends[id]);
  }

  #lowerBound(part: Uint8Array): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareBytes(this.#bytes(this.#sorted[middle] as number), part) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function startsWith(bytes: Uint8Array, part: Uint8Array): boolean {
  if (bytes.length < part.length) return false;
  for (let i = 0; i < part.length; i++) if (bytes[i] !== part[i]) return false;
  return true;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The ids of all tokens that are text, in order of their bytes. */
function sortTokens({ tokens }: ByteDecoder): Int32Array {
  const { bytes, starts, ends, special, size } = tokens;
  const ids: number[] = [];
  for (let id = 0; id < size; id++) if (special[id] === 0 && starts[id] !== ends[id]) ids.push(id);
  const content = (id: number) => bytes.subarray(starts[id], ends[id]);
  const sorted = ids.map((id) => ({ id, bytes: content(id) }));
  sorted.sort((a, b) => compareBytes(a.bytes, b.bytes));
  return Int32Array.from(sorted, ({ id }) => id);
}
