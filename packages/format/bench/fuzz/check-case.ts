// One changed file, opened and read in memory: what it must never do, and what it did.

import { FormatError, openTensors, type TensorInfo, type TensorSource } from "../../src/index.js";
import { foreign } from "../../test/support/memory-file.js";
import { mutated } from "./bytes.js";
import { Random } from "./random.js";
import type { SampleFile } from "./sample-files.js";
import { type Parts, sealed } from "./sealed.js";

/** What a file may do; anything else is a finding. */
export type Outcome = string;

export interface Samples {
  readonly files: readonly SampleFile[];
  readonly parts: readonly Parts[];
  /** Which of them have grids in their newest commit, and which have none. */
  readonly grids: readonly number[];
  readonly others: readonly number[];
}

/** Elements that a case reads whole; of larger tensors it reads a row. */
const WHOLE = 1 << 20;

/** The changed file of a case. */
export function fileOf(
  samples: Samples,
  seed: number,
  number: number,
): { readonly bytes: Uint8Array; readonly sample: SampleFile; readonly isSealed: boolean } {
  const random = new Random(seed, number);
  // Grids make large tables: they get an eighth of the cases.
  const few = random.chance(8) ? samples.grids : samples.others;
  const i = random.pick(few);
  const sample = samples.files[i] as SampleFile;
  const isSealed = !random.chance(3);
  const bytes = isSealed
    ? sealed(samples.parts[i] as Parts, samples.parts, random)
    : mutated(sample.bytes, random);
  return { bytes, sample, isSealed };
}

export class Finding extends Error {}

/**
 * @returns a word for what the file did
 * @throws Finding, or whatever the reader throws that it mustn't
 */
export async function checkCase(samples: Samples, seed: number, number: number): Promise<Outcome> {
  const { bytes, sample, isSealed } = fileOf(samples, seed, number);
  const file = foreign(bytes);
  try {
    await using source = await openTensors("fuzz.ryan", { openFile: async () => file });
    let total = 0;
    for (const info of source.tensors.values())
      total += await readTensor(source, info, sample, isSealed);
    const same = isSealed ? "read" : commitOf(source, sample);
    return `${isSealed ? "sealed" : "plain"}: ${total > WHOLE ? "read, large" : same}`;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    if (!error.message.includes("expected ")) throw new Finding(`a message: ${error.message}`);
    return `${isSealed ? "sealed" : "plain"}: ${error.code}`;
  }
}

async function readTensor(
  source: TensorSource,
  { name, byteLength, elements, rows, storedBytes }: TensorInfo,
  sample: SampleFile,
  isSealed: boolean,
): Promise<number> {
  const file = source.files[0]?.byteLength ?? 0;
  if (storedBytes > file) throw new Finding(`${name}: ${storedBytes} stored bytes in ${file}`);
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(byteLength)) {
    throw new Finding(`${name}: ${elements} elements, ${byteLength} bytes`);
  }
  if (byteLength > WHOLE) {
    await source.read(name, { rows: [rows - 1, rows] }).catch((error) => {
      if (!(error instanceof FormatError)) throw error;
    });
    return byteLength;
  }
  const bytes = await source.read(name);
  if (bytes.length !== byteLength) throw new Finding(`${name}: ${bytes.length} bytes read`);
  if (isSealed) return byteLength;
  const expected = sample.commits[(source.commit?.number ?? 0) - 1]?.get(name);
  if (expected === undefined || Buffer.compare(bytes, expected) !== 0) {
    throw new Finding(`${name}: other bytes than were written, without an error`);
  }
  return byteLength;
}

function commitOf(source: TensorSource, { commits }: SampleFile): string {
  const { number = 0 } = source.commit ?? {};
  const expected = commits[number - 1];
  if (expected?.size !== source.tensors.size) throw new Finding("other tensors than were written");
  return number === commits.length ? "the same data" : "the data of an earlier commit";
}
