// What a training run needs to go on after it was killed: the pieces counted so far,
// how much of the corpus they come from, and the merges made. The merges are made
// anew from the counts, and must come out the same.
//
// Layout, numbers in the byte order of the machine: the header below, settings as
// JSON padded to eight bytes, counts (f64), starts (u32), merges (i32), bytes.

import { ensure } from "../errors.js";
import { PieceCounter } from "./piece-counter.js";

/** Where checkpoints are kept. */
export interface CheckpointStore {
  /** The last checkpoint saved, or undefined. */
  load(): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** Replaces the checkpoint; it must be all there or not at all, even if the process dies meanwhile. */
  save(bytes: Uint8Array): Promise<void> | void;
}

export interface TrainingState {
  /** What the run was asked for, as JSON: a checkpoint is of use only to the same run. */
  readonly settings: string;
  readonly countingDone: boolean;
  /** How many texts have been counted, and their lengths in UTF-16 units together. */
  readonly texts: number;
  readonly units: number;
  readonly pieces: PieceCounter;
  readonly merges: Int32Array;
}

type Pause = () => Promise<void> | undefined;

const MAGIC = 0x45504252;
const VERSION = 1;
const HEADER = 56;
const CHECKED_FROM = 12;
const STRETCH = 1 << 20;

const padded = (length: number): number => (length + 7) & ~7;

export async function encodeState(state: TrainingState, pause: Pause): Promise<Uint8Array> {
  const { pieces, merges } = state;
  const { size } = pieces;
  const used = pieces.starts[size] as number;
  const settings = new TextEncoder().encode(state.settings);
  const countsAt = HEADER + padded(settings.length);
  const startsAt = countsAt + 8 * size;
  const mergesAt = startsAt + 4 * (size + 1);
  const bytesAt = mergesAt + 4 * merges.length;
  const out = new Uint8Array(bytesAt + used);
  const words = new Uint32Array(out.buffer, 0, HEADER / 4);
  const doubles = new Float64Array(out.buffer, 0, HEADER / 8);
  words.set([MAGIC, VERSION, 0, state.countingDone ? 1 : 0]);
  doubles.set([state.texts, state.units, pieces.total], 2);
  words.set([size, used, merges.length, settings.length], 10);
  out.set(settings, HEADER);
  new Float64Array(out.buffer, countsAt, size).set(pieces.counts.subarray(0, size));
  new Uint32Array(out.buffer, startsAt, size + 1).set(pieces.starts.subarray(0, size + 1));
  new Int32Array(out.buffer, mergesAt, merges.length).set(merges);
  out.set(pieces.bytes.subarray(0, used), bytesAt);
  words[2] = await crc32(out, pause);
  return out;
}

/** Reads what `encodeState` wrote; `settings` must be those that it was written with. */
export async function decodeState(
  from: Uint8Array,
  settings: string,
  pause: Pause,
): Promise<TrainingState> {
  const bad = (found: string) => () =>
    `The checkpoint can't be used: ${found}. Delete it to train from the beginning`;
  ensure(
    from instanceof Uint8Array,
    "ERR_TRAINING",
    bad(`expected a Uint8Array, found ${typeof from}`),
  );
  ensure(from.length >= HEADER, "ERR_TRAINING", bad(`it has only ${from.length} bytes`));
  const bytes = from.slice();
  const words = new Uint32Array(bytes.buffer, 0, HEADER / 4);
  const doubles = new Float64Array(bytes.buffer, 0, HEADER / 8);
  ensure(
    words[0] === MAGIC,
    "ERR_TRAINING",
    bad("it is not a checkpoint of this trainer and machine"),
  );
  ensure(
    words[1] === VERSION,
    "ERR_TRAINING",
    bad(`expected version ${VERSION}, found ${words[1]}`),
  );
  const [size, used, mergeLength, settingsLength] = words.slice(10, 14) as unknown as number[];
  const countsAt = HEADER + padded(settingsLength as number);
  const startsAt = countsAt + 8 * (size as number);
  const mergesAt = startsAt + 4 * ((size as number) + 1);
  const bytesAt = mergesAt + 4 * (mergeLength as number);
  const length = bytesAt + (used as number);
  ensure(
    length === bytes.length,
    "ERR_TRAINING",
    bad(`by its header it has ${length} bytes, but there are ${bytes.length}`),
  );
  ensure(
    words[2] === (await crc32(bytes, pause)),
    "ERR_TRAINING",
    bad("its checksum is wrong, so it is damaged"),
  );
  const written = new TextDecoder().decode(
    bytes.subarray(HEADER, HEADER + (settingsLength as number)),
  );
  ensure(
    written === settings,
    "ERR_TRAINING",
    bad(`it was made with the settings ${written}, and these are ${settings}`),
  );
  const counts = new Float64Array(bytes.buffer, countsAt, size);
  const starts = new Uint32Array(bytes.buffer, startsAt, (size as number) + 1);
  const pieces = new PieceCounter();
  for (let i = 0; i < counts.length; i++) {
    const start = starts[i] as number;
    const end = starts[i + 1] as number;
    pieces.add(bytes, bytesAt + start, bytesAt + end, counts[i]);
    if (i % 4096 === 0) await pause();
  }
  return {
    settings,
    countingDone: words[3] === 1,
    texts: doubles[2] as number,
    units: doubles[3] as number,
    pieces,
    merges: new Int32Array(bytes.buffer.slice(mergesAt, bytesAt)),
  };
}

const CRC_TABLE: Int32Array = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

async function crc32(bytes: Uint8Array, pause: Pause): Promise<number> {
  let crc = -1;
  for (let from = CHECKED_FROM; from < bytes.length; from += STRETCH) {
    const to = Math.min(from + STRETCH, bytes.length);
    for (let i = from; i < to; i++) {
      crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (bytes[i] as number)) & 255] as number);
    }
    await pause();
  }
  return ~crc >>> 0;
}
