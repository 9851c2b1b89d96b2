// This package's own file: a definition whose vocabulary and merges lie in it as they
// are used, so that loading is mostly reading.
//
//     "RSTOKENS"            8 bytes
//     version, header size  u32 little-endian each
//     checksum              u32: of everything after it, XOR the header's size
//     header                JSON, padded with spaces to a multiple of 4
//     sections              at the offsets and of the lengths that the header names

import type { PreparedMerges, TokenizerDefinition, Vocabulary } from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";
import type { Dfa } from "../pattern/automaton.js";
import { automatonParts, checkedAutomaton } from "./compiled-automata.js";
import { readJoined, spelledVocabulary } from "./compiled-contents.js";
import { checksum, type Header, isCompiled, MAGIC, PREFIX, VERSION } from "./compiled-layout.js";
import { MAX_IDS } from "./vocabulary-builder.js";

type Sections = (
  name: string,
  bytesEach: number,
) => { buffer: ArrayBufferLike; at: number; length: number } | undefined;

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
    view.getUint32(16, true) === (checksum(body) ^ view.getUint32(12, true)) >>> 0,
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
    const [offset, length] = Array.isArray(place) ? place : [-1, -1];
    const start = headerLength + offset;
    const isWhole = Number.isSafeInteger(start) && offset >= 0 && length >= 0;
    ensure(
      isWhole && start + length <= body.length && length % bytesEach === 0,
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
  const octets = (name: string) => {
    const place = section(name, 1);
    return place ? new Uint8Array(place.buffer, place.at, place.length) : new Uint8Array(0);
  };
  const contents = (bytes: string, offsets: string) => {
    const place = section(offsets, 4);
    const numbers = place && new Uint32Array(place.buffer, place.at, place.length);
    return readJoined(octets(bytes), numbers ?? new Uint32Array(1), offsets);
  };
  const { size, encoding, content } = header;
  const tokens = contents("bytes", "offsets");
  ensure(
    size === tokens.starts.length && (encoding === "utf8" || encoding === "bytes"),
    "ERR_FORMAT",
    () => `a compiled tokenizer has ${size} tokens, and contents of ${tokens.starts.length}`,
  );
  const others = ints("others");
  const exceptions = contents("otherBytes", "otherOffsets");
  let vocabulary: Vocabulary = { size, encoding, ...tokens };
  if (others !== undefined) {
    ensure(
      (content === "bytes" || content === "spaces") && others.length === exceptions.starts.length,
      "ERR_FORMAT",
      () => "the contents of a compiled tokenizer don't fit together",
    );
    vocabulary = spelledVocabulary(tokens, content, within(others, size, "others"), exceptions);
  }
  const model: Record<string, unknown> = {
    ...(header.definition as { model: object }).model,
    vocabulary,
  };
  const scores = section("scores", 8);
  if (scores !== undefined)
    model["scores"] = new Float64Array(scores.buffer, scores.at, scores.length);
  const pairs = ints("pairs");
  if (pairs !== undefined) {
    const automata = new Map<string, Dfa>();
    for (const [index, automaton] of (header.automata ?? []).entries()) {
      const names = automatonParts(index);
      const blocks = section(names.blocks, 2);
      automata.set(
        automaton.key,
        checkedAutomaton(automaton, {
          blocks: blocks
            ? new Uint16Array(blocks.buffer, blocks.at, blocks.length)
            : new Uint16Array(0),
          classes: octets(names.classes),
          transitions: ints(names.transitions) ?? new Int32Array(0),
        }),
      );
    }
    const whole = octets("whole");
    ensure(
      whole.length === (size + 7) >> 3 && (content === "bytes" || content === "spaces"),
      "ERR_FORMAT",
      () => `a compiled tokenizer of ${size} tokens has ${whole.length} bytes of flags`,
    );
    const { made, merged, ranks } = readMerges(
      within(pairs, size, "pairs"),
      ints,
      model["counting"],
      size,
    );
    checkMerges({ pairs, made, merged: merged(), ranks: pairs }, tokens);
    model["prepared"] = {
      pairs,
      made,
      get merged() {
        return merged();
      },
      get ranks() {
        return ranks();
      },
      whole,
      distinct: header.distinct === true,
      content,
      tokens,
      automata,
    } satisfies PreparedMerges;
  }
  const merges = ints("merges") ?? (model["listed"] === true ? pairs : undefined);
  if (merges !== undefined) model["merges"] = within(merges, size, "merges");
  checkHeader(header.definition, model);
  delete model["counting"];
  delete model["listed"];
  return { ...header.definition, model } as unknown as TokenizerDefinition;
}

type PreparedPairs = Pick<PreparedMerges, "pairs" | "merged" | "ranks" | "made">;

function readMerges(
  pairs: Int32Array,
  ints: (name: string) => Int32Array | undefined,
  counting: unknown,
  size: number,
): { made: PreparedPairs["made"]; merged(): Int32Array; ranks(): Int32Array } {
  const { merged: first, ranks: rank } = (counting ?? {}) as Record<string, unknown>;
  const count = pairs.length >> 1;
  const listed = ints("merged");
  const merged = listed ? () => within(listed, size, "merged") : countFrom(first, count, size);
  const ranked = ints("ranks");
  const ranks = rank === -1 ? merged : ranked ? () => ranked : countFrom(rank, count, 2 ** 31);
  if (listed) merged();
  const made = ints("made");
  const consistent =
    pairs.length % 2 === 0 &&
    (listed === undefined || listed.length === count) &&
    (ranked === undefined || ranked.length === count) &&
    (made === undefined || made.length === size);
  ensure(consistent, "ERR_FORMAT", () => "the merges of a compiled tokenizer don't fit together");
  return { made, merged, ranks };
}

/**
 * Each merge must make what is as long as its parts: else undoing merges might never end. Of tokens
 * that no text gives, nothing is known here, and none is undone.
 */
function checkMerges(
  { pairs, merged, made }: PreparedPairs,
  { starts, ends }: Pick<Vocabulary, "starts" | "ends">,
): void {
  const length = (id: number) => (ends[id] as number) - (starts[id] as number);
  for (let i = 0; i < merged.length; i++) {
    const left = length(pairs[2 * i] as number);
    const right = length(pairs[2 * i + 1] as number);
    const joined = length(merged[i] as number);
    if (left === 0 || right === 0 || left + right === joined) continue;
    throw new TokenizerError(
      "ERR_FORMAT",
      `merge ${i} of a compiled tokenizer makes ${joined} bytes of ${left} and ${right}`,
    );
  }
  const own = made?.every((i, id) => i < 0 || merged[i] === id) ?? true;
  ensure(own, "ERR_FORMAT", () => "a token of a compiled tokenizer is made by another's merge");
}

/** What was written here once is as it should be; this is for what wasn't. */
function checkHeader(definition: object, model: Record<string, unknown>): void {
  const { addedTokens } = definition as { addedTokens?: unknown };
  const { type, scores, vocabulary } = model as { vocabulary: Vocabulary } & typeof model;
  const texts =
    type === "WordPiece" || type === "WordLevel"
      ? [model["unkToken"], type === "WordLevel" ? "" : model["continuingSubwordPrefix"]]
      : [];
  const fits =
    ["BPE", "Unigram", "WordPiece", "WordLevel"].includes(String(type)) &&
    (type !== "Unigram" || (scores as Float64Array | undefined)?.length === vocabulary.size) &&
    texts.every((text) => typeof text === "string") &&
    Array.isArray(addedTokens) &&
    addedTokens.every(
      (token) =>
        typeof token?.content === "string" &&
        Number.isInteger(token.id) &&
        token.id >= 0 &&
        token.id < MAX_IDS,
    );
  ensure(
    fits,
    "ERR_FORMAT",
    () => "the definition in a compiled tokenizer isn't what it should be",
  );
}

/** So many numbers from `first` on, all below `limit`, made when they are first asked for. */
function countFrom(first: unknown, count: number, limit: number): () => Int32Array {
  ensure(
    typeof first === "number" && Number.isInteger(first) && first >= 0 && first + count <= limit,
    "ERR_FORMAT",
    () =>
      `the merges of a compiled tokenizer count from ${String(first)}, and numbers end at ${limit}`,
  );
  let numbers: Int32Array | undefined;
  return () => {
    if (numbers === undefined) {
      numbers = new Int32Array(count);
      for (let i = 0; i < count; i++) numbers[i] = (first as number) + i;
    }
    return numbers;
  };
}

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

function parseHeader(bytes: Uint8Array): Header {
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes)) as Header;
    const { model } = header.definition as { model?: unknown };
    if (typeof model === "object" && typeof (header.sections ?? 0) === "object") return header;
  } catch {
    // said below
  }
  throw new TokenizerError(
    "ERR_FORMAT",
    "the header of a compiled tokenizer isn't what it should be",
  );
}
