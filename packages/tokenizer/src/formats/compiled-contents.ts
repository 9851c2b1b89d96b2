// Contents of tokens in a compiled file: as the encoder sees them, so that loading
// converts nothing. How the vocabulary writes them is found out when it is asked for.

import type { PreparedMerges, Vocabulary } from "../definition.js";
import { ensure } from "../errors.js";
import { CHARACTER_BYTES } from "../unicode/byte-alphabet.js";

export type Parts = Record<string, Uint8Array | Uint16Array | Uint32Array | Int32Array>;

/** Contents joined, by id. */
export interface Contents {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

export type Alphabet = NonNullable<PreparedMerges["content"]>;

/** The sections of contents: their bytes, and where each begins, with the end of the last. */
function joined(
  { bytes, starts, ends }: Contents,
  ids: Iterable<number>,
): [Uint8Array, Uint32Array] {
  const offsets = [0];
  let total = 0;
  for (const id of ids) {
    total += (ends[id] as number) - (starts[id] as number);
    offsets.push(total);
  }
  const all = new Uint8Array(total);
  let at = 0;
  for (const id of ids) {
    all.set(bytes.subarray(starts[id], ends[id]), at);
    at += (ends[id] as number) - (starts[id] as number);
  }
  return [all, Uint32Array.from(offsets)];
}

/**
 * The sections of a vocabulary.
 *
 * @param tokens  the contents as the encoder sees them, where it has an alphabet of its own.
 */
export function contentParts(
  vocabulary: Vocabulary,
  tokens: Contents | undefined,
  alphabet: Alphabet | undefined,
): Parts {
  const { size } = vocabulary;
  const ids = Array.from({ length: size }, (_, id) => id);
  const [bytes, offsets] = joined(tokens ?? vocabulary, ids);
  if (tokens === undefined || alphabet === undefined) return { bytes, offsets };
  const spelled = spell(tokens, alphabet, size);
  const others = ids.filter((id) => {
    const content = vocabulary.bytes.subarray(vocabulary.starts[id], vocabulary.ends[id]);
    const derived = spelled.bytes.subarray(spelled.starts[id], spelled.ends[id]);
    return content.length !== derived.length || !content.every((byte, i) => byte === derived[i]);
  });
  const [otherBytes, otherOffsets] = joined(vocabulary, others);
  return { bytes, offsets, others: Int32Array.from(others), otherBytes, otherOffsets };
}

/** Contents from their sections. */
export function readJoined(bytes: Uint8Array, offsets: Uint32Array, name: string): Contents {
  const size = offsets.length - 1;
  let back = 0;
  for (let id = 0; id < size; id++) {
    if ((offsets[id] as number) > (offsets[id + 1] as number)) back++;
  }
  ensure(
    size >= 0 && back === 0 && offsets[0] === 0 && offsets[size] === bytes.length,
    "ERR_FORMAT",
    () =>
      `the ${name} of a compiled tokenizer don't fit into the ${bytes.length} bytes of their contents`,
  );
  return { bytes, starts: offsets.subarray(0, size), ends: offsets.subarray(1) };
}

/** The vocabulary whose contents the encoder sees as `tokens`, but for `others`. */
export function spelledVocabulary(
  tokens: Contents,
  alphabet: Alphabet,
  others: Int32Array,
  exceptions: Contents,
): Vocabulary {
  const size = tokens.starts.length;
  let spelled: Contents | undefined;
  const all = (): Contents => {
    if (spelled !== undefined) return spelled;
    const { bytes, starts, ends } = spell(tokens, alphabet, size);
    const whole = new Uint8Array(bytes.length + exceptions.bytes.length);
    whole.set(bytes);
    whole.set(exceptions.bytes, bytes.length);
    for (let i = 0; i < others.length; i++) {
      starts[others[i] as number] = bytes.length + (exceptions.starts[i] as number);
      ends[others[i] as number] = bytes.length + (exceptions.ends[i] as number);
    }
    spelled = { bytes: whole, starts, ends };
    return spelled;
  };
  return {
    size,
    encoding: "utf8",
    get bytes() {
      return all().bytes;
    },
    get starts() {
      return all().starts;
    },
    get ends() {
      return all().ends;
    },
  };
}

/** The UTF-8 in which a vocabulary writes contents: by GPT-2's alphabet, or with marks for spaces. */
function spell({ bytes, starts, ends }: Contents, alphabet: Alphabet, size: number): Contents {
  const letters: Uint8Array[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  if (alphabet === "spaces") letters[0x20] = Uint8Array.of(0xe2, 0x96, 0x81);
  else {
    const encoder = new TextEncoder();
    for (const [point, byte] of CHARACTER_BYTES.entries()) {
      if (byte >= 0) letters[byte] = encoder.encode(String.fromCharCode(point));
    }
  }
  let total = 0;
  for (let id = 0; id < size; id++) {
    const end = ends[id] as number;
    for (let p = starts[id] as number; p < end; p++) {
      total += (letters[bytes[p] as number] as Uint8Array).length;
    }
  }
  const all = new Uint8Array(total);
  const from = new Uint32Array(size);
  const to = new Uint32Array(size);
  let at = 0;
  for (let id = 0; id < size; id++) {
    from[id] = at;
    const end = ends[id] as number;
    for (let p = starts[id] as number; p < end; p++) {
      const letter = letters[bytes[p] as number] as Uint8Array;
      for (let i = 0; i < letter.length; i++) all[at++] = letter[i] as number;
    }
    to[id] = at;
  }
  return { bytes: all, starts: from, ends: to };
}
