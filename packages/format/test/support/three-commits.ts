// A file of three commits, and what each of them holds.

import { FormatError, openTensors, type TensorSource } from "../../src/index.js";
import type { OutputFile } from "../../src/ryan/output-file.js";
import { RyanWriter } from "../../src/ryan/writer.js";
import { foreign, MemoryFile } from "./memory-file.js";
import { type Sample, sampleOf } from "./tensors.js";

export const FILE_ID = "00112233445566778899aabbccddeeff";

const zeros = (name: string): Sample => ({
  ...sampleOf(name, "F32", [64]),
  data: new Uint8Array(256),
});

/** What each commit adds or replaces. */
export const commits: readonly (readonly Sample[])[] = [
  [sampleOf("w", "BF16", [4, 16], 1), zeros("m")],
  [sampleOf("w", "BF16", [4, 16], 2), sampleOf("step", "I64", [1], 2)],
  [sampleOf("step", "I64", [1], 3)],
];

/** The tensors of a commit, from 1. */
export function expectedOf(commit: number): Map<string, Uint8Array> {
  const all = commits.slice(0, commit).flat();
  return new Map(all.map(({ name, data }) => [name, data]));
}

/** Writes all; `onCommit` is called when one is for good. */
export async function writeCommits(
  file: OutputFile,
  onCommit: (number: number) => void = () => {},
): Promise<void> {
  const writer = await RyanWriter.create(file, 64, FILE_ID);
  for (const tensors of commits) {
    for (const tensor of tensors) await writer.add(tensor);
    const { number } = await writer.commit(
      writer.commits === 0 ? { "general.name": "x" } : undefined,
    );
    onCommit(number);
  }
  await writer.close();
}

export async function threeCommits(): Promise<Uint8Array> {
  const file = new MemoryFile();
  await writeCommits(file);
  return file.bytes;
}

export const openBytes = (bytes: Uint8Array, commit?: number): Promise<TensorSource> =>
  openTensors("m.ryan", { openFile: async () => foreign(bytes), commit });

/** The number of the commit that the bytes open at; 0 for none. All its data must be as it was written. */
export async function commitIn(bytes: Uint8Array): Promise<number> {
  let source: TensorSource;
  try {
    source = await openBytes(bytes);
  } catch (error) {
    if (error instanceof FormatError) return 0;
    throw error;
  }
  const number = source.commit?.number ?? 0;
  const expected = expectedOf(number);
  if (expected.size !== source.tensors.size) throw new Error(`other tensors in commit ${number}`);
  for (const [name, data] of expected) {
    if (Buffer.compare(await source.read(name), data) !== 0) {
      throw new Error(`other data of ${name} in commit ${number}`);
    }
  }
  return number;
}
