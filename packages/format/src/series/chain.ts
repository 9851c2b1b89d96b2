// One file of a series: a keyframe and the links after it, a commit each.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { decodeSymbols, encodeSymbols } from "../entropy/index.js";
import { FormatError } from "../errors.js";
import { openTensors } from "../open.js";
import { openRyanWriter } from "../ryan/writer.js";
import type { TensorSource } from "../tensor-source.js";
import { refuse } from "./code-streams.js";

/** A checkpoint in a file. */
export interface Link {
  readonly file: string;
  /** Of the file, from 1: the keyframe's. */
  readonly commit: number;
  readonly step: number;
}

/** A part of a file that can't be read. */
export interface SeriesDamage {
  readonly file: string;
  readonly error: FormatError;
}

export interface Chain {
  readonly file: string;
  readonly links: readonly Link[];
}

const PATTERN = /^chain-(\d{10,16})\.ryan$/;
export const DIRECTORY = "series.directory";
const STEP = "series.step";
const OWN = "series.";
const MOST_DIRECTORY = 2 ** 27;
/** Of a chain: to read one takes those before it, and to find one the records after it. */
export const MOST_LINKS = 1024;

export const chainFile = (folder: string, step: number): string =>
  join(folder, `chain-${String(step).padStart(10, "0")}.ryan`);
export const stretchName = (i: number): string => `series.${i}`;

/** Files of a folder with the steps at which they begin, ascending. */
export async function chainFiles(folder: string): Promise<{ file: string; first: number }[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new FormatError("ERR_FILE", {
      file: folder,
      expected: "a folder",
      found: error.message,
      cause: error,
    });
  });
  return names
    .flatMap((name) => {
      const first = PATTERN.exec(name)?.[1];
      return first === undefined ? [] : [{ file: join(folder, name), first: Number(first) }];
    })
    .sort((a, b) => a.first - b.first);
}

/** The checkpoints of a file; what can't be read ends them, and is told. */
export async function readChain(file: string, damage: SeriesDamage[]): Promise<Chain> {
  const links: Link[] = [];
  let newest = 1;
  for (let commit = 1; commit <= newest; commit++) {
    try {
      await using source = await openTensors(file, { commit });
      newest = source.commit?.newest ?? 1;
      if (newest > MOST_LINKS) refuse(`at most ${MOST_LINKS} commits`, newest);
      links.push({ file, commit, step: stepOf(source) });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      damage.push({ file, error });
      break;
    }
  }
  return { file, links };
}

/** A checkpoint's parts, as stored. */
export interface StoredLink {
  readonly source: TensorSource;
  readonly metadata: ReadonlyMap<string, string>;
  directory(): Promise<string>;
  stretch(i: number): Promise<Uint8Array>;
}

export async function openLink({ file, commit, step }: Link): Promise<StoredLink> {
  const source = await openTensors(file, { commit });
  try {
    const found = stepOf(source);
    if (found !== step) refuse(`step ${step}`, found);
  } catch (error) {
    await source.close();
    throw error;
  }
  const metadata = new Map<string, string>();
  for (const [key, value] of source.metadata) {
    if (!key.startsWith(OWN) && typeof value === "string") metadata.set(key, value);
  }
  return {
    source,
    metadata,
    stretch: (i) => source.read(stretchName(i)),
    async directory() {
      const stored = await source.read(DIRECTORY);
      const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
      const length = stored.length < 4 ? -1 : view.getUint32(0, true);
      if (length < 0 || length > MOST_DIRECTORY) return refuse("the length of a directory", length);
      const text = new Uint8Array(length);
      decodeSymbols(stored.subarray(4), text);
      return new TextDecoder().decode(text);
    },
  };
}

export interface LinkContents {
  readonly step: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of a keyframe alone. */
  readonly directory?: string | undefined;
  /** Of a link: the commit that it builds on. */
  readonly after?: number | undefined;
  /** One after the other, so that one is in memory at a time. */
  readonly stretches: Iterable<Uint8Array>;
}

/**
 * A keyframe makes a new file, a link adds to the one that is there; each counts as a whole or not at all.
 *
 * @throws FormatError `ERR_CHANGED` where the file has other commits than the link builds on
 * @returns bytes that the file has grown by, and the commit's number
 */
export async function writeLink(
  file: string,
  { step, metadata, directory, after, stretches }: LinkContents,
): Promise<{ readonly bytes: number; readonly commit: number }> {
  for (const key of Object.keys(metadata)) {
    if (!key.startsWith(OWN)) continue;
    throw new FormatError("ERR_METADATA", { key, expected: `a key without ${OWN}`, found: key });
  }
  await using writer = await openRyanWriter(file, { append: directory === undefined });
  if (after !== undefined && writer.commits !== after) {
    const expected = `a file of ${after} commits, as it was read (refresh() looks again)`;
    throw new FormatError("ERR_CHANGED", { file, expected, found: writer.commits });
  }
  const before = directory === undefined ? writer.byteLength : 0;
  if (directory !== undefined) await writer.add(bytesTensor(DIRECTORY, packed(directory)));
  let i = 0;
  for (const blob of stretches) await writer.add(bytesTensor(stretchName(i++), blob));
  const { byteLength, number } = await writer.commit({ ...metadata, [STEP]: String(step) });
  return { bytes: byteLength - before, commit: number };
}

const bytesTensor = (name: string, data: Uint8Array) =>
  ({ name, dtype: "U8", shape: [data.length], data, encoding: "raw" }) as const;

function packed(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const coded = encodeSymbols(bytes);
  const all = new Uint8Array(4 + coded.length);
  new DataView(all.buffer).setUint32(0, bytes.length, true);
  all.set(coded, 4);
  return all;
}

function stepOf({ metadata }: TensorSource): number {
  const text = metadata.get(STEP);
  const step = typeof text === "string" && /^\d{1,16}$/.test(text) ? Number(text) : -1;
  if (!Number.isSafeInteger(step) || step < 0) return refuse(`${STEP} as a whole number`, text);
  return step;
}
