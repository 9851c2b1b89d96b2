// This package's own file: a definition whose vocabulary and merges lie in it as they
// are used, so that loading is mostly reading.
//
//     "RSTOKENS"            8 bytes
//     version, header size  u32 little-endian each
//     checksum              u32: CRC-32 of everything after it
//     header                JSON, padded with spaces to a multiple of 4
//     sections              at the offsets and of the lengths that the header names

import type { PreparedMerges, TokenizerDefinition, Vocabulary } from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";

const MAGIC = "RSTOKENS";
const VERSION = 1;
const PREFIX = 20;

interface Header {
  readonly definition: object;
  readonly size: number;
  readonly encoding: "utf8" | "bytes";
  readonly sections: Readonly<Record<string, readonly [offset: number, length: number]>>;
}

type Sections = (
  name: string,
  bytesEach: number,
) => { buffer: ArrayBufferLike; at: number; length: number } | undefined;

export function isCompiled(bytes: Uint8Array): boolean {
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC.charCodeAt(i)) return false;
  return true;
}

/** @param prepared  what is known of the merges, for byte-pair encodings. */
export function writeCompiled(
  definition: TokenizerDefinition,
  prepared: PreparedMerges | undefined,
): Uint8Array {
  const { model, ...rest } = definition;
  const { vocabulary, ...modelRest } = model;
  const parts: Record<string, ArrayBufferView> = { ...contents(vocabulary) };
  const fields: Record<string, unknown> = { ...modelRest };
  delete fields["prepared"];
  const { merges, scores } = fields as { merges?: Int32Array; scores?: Float64Array };
  delete fields["merges"];
  delete fields["merged"];
  delete fields["scores"];
  if (scores !== undefined) parts["scores"] = scores;
  if (prepared !== undefined) {
    const { pairs, merged, ranks, made } = prepared;
    parts["pairs"] = pairs;
    // Most lists make ids in their order, and rank files have ids as ranks.
    if (!counts(merged)) parts["merged"] = merged;
    if (ranks !== merged && !counts(ranks)) parts["ranks"] = ranks;
    if (made !== undefined) parts["made"] = made;
    fields["counting"] = { merged: merged[0] ?? 0, ranks: ranks === merged ? -1 : (ranks[0] ?? 0) };
  }
  // The merges are the pairs, unless some of them make no token.
  if (merges !== undefined && merges.length !== prepared?.pairs.length) parts["merges"] = merges;
  else fields["listed"] = merges !== undefined;
  const sections: Record<string, [number, number]> = {};
  let offset = 0;
  for (const [name, part] of Object.entries(parts)) {
    sections[name] = [offset, part.byteLength];
    offset += Math.ceil(part.byteLength / 8) * 8;
  }
  const header: Header = {
    definition: { ...rest, model: fields },
    size: vocabulary.size,
    encoding: vocabulary.encoding,
    sections,
  };
  let json = JSON.stringify(header);
  let head = new TextEncoder().encode(json);
  // Sections begin at a multiple of 8 of the file.
  json += " ".repeat((8 - ((PREFIX + head.length) % 8)) % 8);
  head = new TextEncoder().encode(json);
  const file = new Uint8Array(PREFIX + head.length + offset);
  const view = new DataView(file.buffer);
  for (let i = 0; i < MAGIC.length; i++) file[i] = MAGIC.charCodeAt(i);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, head.length, true);
  file.set(head, PREFIX);
  for (const [name, part] of Object.entries(parts)) {
    const [at] = sections[name] as [number, number];
    file.set(
      new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
      PREFIX + head.length + at,
    );
  }
  view.setUint32(16, checksum(file.subarray(PREFIX)), true);
  return file;
}

/** @throws ERR_FORMAT when the file is damaged or of another version. */
export function readCompiled(file: Uint8Array): TokenizerDefinition {
  ensure(
    isCompiled(file) && file.length >= PREFIX,
    "ERR_FORMAT",
    () =>
      `a compiled tokenizer begins with ${MAGIC} and has ${PREFIX} bytes at least; this has ${file.length}`,
  );
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = view.getUint32(8, true);
  ensure(
    version === VERSION,
    "ERR_FORMAT",
    () =>
      `this is a compiled tokenizer of version ${version}, and ${VERSION} is read here: compile it again`,
  );
  // A plain view, since a Node buffer's own `slice` copies nothing.
  const body = new Uint8Array(file.buffer, file.byteOffset + PREFIX, file.length - PREFIX);
  ensure(
    view.getUint32(16, true) === checksum(body),
    "ERR_FORMAT",
    () => "the checksum of a compiled tokenizer is wrong: the file is damaged or cut off",
  );
  const headerLength = view.getUint32(12, true);
  ensure(
    headerLength <= body.length,
    "ERR_FORMAT",
    () =>
      `the header of a compiled tokenizer has ${headerLength} bytes, and the file ${body.length}`,
  );
  const header = parseHeader(body.subarray(0, headerLength));
  // A section where it lies in the file, if its numbers are aligned there.
  const section: Sections = (name, bytesEach) => {
    const place = header.sections[name];
    if (place === undefined) return undefined;
    const [offset, length] = place;
    const start = headerLength + offset;
    ensure(
      offset >= 0 && length >= 0 && start + length <= body.length && length % bytesEach === 0,
      "ERR_FORMAT",
      () =>
        `section ${name} of a compiled tokenizer is at ${offset}, ${length} bytes long, which the file doesn't have`,
    );
    return (body.byteOffset + start) % bytesEach === 0
      ? { buffer: body.buffer, at: body.byteOffset + start, length: length / bytesEach }
      : { buffer: body.slice(start, start + length).buffer, at: 0, length: length / bytesEach };
  };
  const ints = (name: string) => {
    const place = section(name, 4);
    return place && new Int32Array(place.buffer, place.at, place.length);
  };
  const vocabulary = readContents(header, section);
  const { size } = vocabulary;
  const model: Record<string, unknown> = {
    ...(header.definition as { model: object }).model,
    vocabulary,
  };
  const scores = section("scores", 8);
  if (scores !== undefined)
    model["scores"] = new Float64Array(scores.buffer, scores.at, scores.length);
  const pairs = ints("pairs");
  if (pairs !== undefined) {
    model["prepared"] = readPrepared(within(pairs, size, "pairs"), ints, model["counting"], size);
  }
  const merges = ints("merges") ?? (model["listed"] === true ? pairs : undefined);
  if (merges !== undefined) model["merges"] = within(merges, size, "merges");
  delete model["counting"];
  delete model["listed"];
  return { ...header.definition, model } as unknown as TokenizerDefinition;
}

function readPrepared(
  pairs: Int32Array,
  ints: (name: string) => Int32Array | undefined,
  counting: unknown,
  size: number,
): PreparedMerges {
  const { merged: first, ranks: rank } = (counting ?? {}) as { merged?: number; ranks?: number };
  const count = pairs.length >> 1;
  const merged = within(ints("merged") ?? countFrom(first ?? 0, count), size, "merged");
  const ranks = rank === -1 ? merged : (ints("ranks") ?? countFrom(rank ?? 0, count));
  const made = ints("made");
  const consistent =
    pairs.length === 2 * merged.length &&
    ranks.length === merged.length &&
    (made === undefined || made.length === size);
  ensure(consistent, "ERR_FORMAT", () => "the merges of a compiled tokenizer don't fit together");
  return { pairs, merged, ranks, made };
}

/** Whether each number is one more than the one before. */
function counts(numbers: Int32Array): boolean {
  const first = numbers[0] ?? 0;
  return numbers.every((n, i) => n === first + i);
}

const countFrom = (first: number, count: number) => new Int32Array(count).map((_, i) => first + i);

function within(ids: Int32Array, size: number, name: string): Int32Array {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id < 0 || id >= size) {
      throw new TokenizerError(
        "ERR_FORMAT",
        `${name}[${i}] of a compiled tokenizer is ${id}, and ids are from 0 to ${size - 1}`,
      );
    }
  }
  return ids;
}

function contents({ size, bytes, starts, ends }: Vocabulary): Record<string, Uint8Array> {
  let total = 0;
  const lengths: number[] = [];
  for (let id = 0; id < size; id++) {
    let length = (ends[id] as number) - (starts[id] as number);
    total += length;
    for (; length >= 255; length -= 255) lengths.push(255);
    lengths.push(length);
  }
  const joined = new Uint8Array(total);
  let at = 0;
  for (let id = 0; id < size; id++) {
    const end = ends[id] as number;
    for (let p = starts[id] as number; p < end; p++) joined[at++] = bytes[p] as number;
  }
  return { bytes: joined, lengths: Uint8Array.from(lengths) };
}

function readContents({ size, encoding }: Header, section: Sections): Vocabulary {
  const octets = (name: string) => {
    const place = section(name, 1);
    return place ? new Uint8Array(place.buffer, place.at, place.length) : new Uint8Array(0);
  };
  const bytes = octets("bytes");
  const lengths = octets("lengths");
  const whole = Number.isSafeInteger(size) && size >= 0 && size <= lengths.length;
  ensure(
    whole && (encoding === "utf8" || encoding === "bytes"),
    "ERR_FORMAT",
    () => `a compiled tokenizer has ${size} tokens, and lengths for ${lengths.length}`,
  );
  const starts = new Uint32Array(size);
  const ends = new Uint32Array(size);
  let at = 0;
  let next = 0;
  for (let id = 0; id < size; id++) {
    starts[id] = at;
    let length = 255;
    while (length === 255 && next < lengths.length) {
      length = lengths[next++] as number;
      at += length;
    }
    ends[id] = at;
  }
  ensure(
    at === bytes.length && next === lengths.length,
    "ERR_FORMAT",
    () =>
      `the tokens of a compiled tokenizer have ${at} bytes by their lengths, and ${bytes.length} are there`,
  );
  return { size, encoding, bytes, starts, ends };
}

function parseHeader(bytes: Uint8Array): Header {
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes)) as Header;
    if (typeof header.definition === "object" && typeof header.sections === "object") return header;
  } catch {
    // said below
  }
  throw new TokenizerError(
    "ERR_FORMAT",
    "the header of a compiled tokenizer isn't what it should be",
  );
}

const CRC = new Int32Array(256 * 4);
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  CRC[n] = c;
}
for (let n = 0; n < 256; n++) {
  for (let k = 1; k < 4; k++) {
    const before = CRC[256 * (k - 1) + n] as number;
    CRC[256 * k + n] = (before >>> 8) ^ (CRC[before & 255] as number);
  }
}

/** CRC-32 (ISO 3309), four bytes at a time. */
function checksum(bytes: Uint8Array): number {
  let c = -1;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    c ^=
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    c =
      (CRC[768 + (c & 255)] as number) ^
      (CRC[512 + ((c >>> 8) & 255)] as number) ^
      (CRC[256 + ((c >>> 16) & 255)] as number) ^
      (CRC[c >>> 24] as number);
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ (CRC[(c ^ (bytes[i] as number)) & 255] as number);
  return ~c >>> 0;
}
