// Every chunk of every commit of a file, each once.

import { FormatError } from "../errors.js";
import type { InputFile } from "../input-file.js";
import type { Limits } from "../limits.js";
import type { TensorInfo } from "../tensor-info.js";
import { type Damage, damageOf, type VerifyOptions, type VerifyReport } from "../verify.js";
import type { CommitRecord } from "./commit-record.js";
import { readFileHeader } from "./file-header.js";
import { commitBefore, lastCommit } from "./find-commit.js";
import { RECORD_BYTES } from "./layout.js";
import { type OpenedCommit, openCommit } from "./open.js";
import type { StoredChunk } from "./stored-tensor.js";

interface Opened extends OpenedCommit {
  readonly number: number;
}

export async function verifyRyan(
  file: InputFile,
  limits: Limits,
  { onProgress, signal }: VerifyOptions,
): Promise<VerifyReport> {
  const damage: Damage[] = [];
  const { commits, end } = await openCommits(file, limits, damage, signal);
  const [newest] = commits;
  // Commits share the chunks of tensors that stayed as they were.
  const bytes = newChunks(commits);
  const seen = new Set<string>();
  const faults = new Map<string, FormatError>();
  let [chunks, bytesDone] = [0, 0];
  for (const { number, contents, reader } of commits) {
    for (const info of contents.tensors.values()) {
      const isKnown = (chunk: StoredChunk): boolean => {
        const key = keyOf(info, chunk);
        return seen.has(key) || seen.add(key) === undefined;
      };
      const onChunk = (chunk: StoredChunk, fault: FormatError | undefined): void => {
        chunks++;
        bytesDone += chunk.byteLength;
        onProgress?.({ bytesDone, bytes });
        if (fault === undefined) return;
        faults.set(keyOf(info, chunk), fault);
        damage.push(damageOf(fault, { commit: number }));
      };
      await reader.verify(info, isKnown, onChunk, signal);
    }
  }
  const tensors = [...(newest?.contents.tensors.values() ?? [])].map((info) => {
    const all = (newest as Opened).reader.storedChunks(info);
    const damagedChunks = all.filter((chunk) => faults.has(keyOf(info, chunk))).length;
    return { name: info.name, chunks: all.length, damagedChunks };
  });
  return {
    path: file.path,
    format: "ryan",
    files: [{ path: file.path, byteLength: file.byteLength }],
    whole: damage.length === 0,
    hashed: true,
    commits: commits.map(({ number }) => number),
    chunks,
    bytes: bytesDone,
    tensors,
    damage,
    tailBytes: file.byteLength - end,
  };
}

/** All that can be opened, the newest first; what can't is added to `damage`. */
async function openCommits(
  file: InputFile,
  limits: Limits,
  damage: Damage[],
  signal: AbortSignal | undefined,
): Promise<{ readonly commits: readonly Opened[]; readonly end: number }> {
  const commits: Opened[] = [];
  let end = file.byteLength;
  /** What `work` gives, or undefined where it finds damage. */
  const attempt = async <T>(work: () => Promise<T>, commit?: number): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FormatError) || error.code === "ERR_LIMIT") throw error;
      damage.push(damageOf(error, commit === undefined ? {} : { commit }));
      return undefined;
    }
  };
  const fileId = await attempt(() => readFileHeader(file, signal));
  if (fileId === undefined) return { commits, end };
  const onDamaged = (fault: FormatError) => damage.push(damageOf(fault));
  let record: CommitRecord | undefined = await attempt(() =>
    lastCommit(file, fileId, signal, onDamaged),
  );
  const newest = record?.number ?? 0;
  if (record !== undefined && damage.length === 0) end = record.offset + RECORD_BYTES;
  while (record !== undefined) {
    const { number }: CommitRecord = record;
    const at: CommitRecord = record;
    const opened = await attempt(() => openCommit(file, at, newest, limits, signal), number);
    if (opened !== undefined) commits.push({ number, ...opened });
    if (number === 1) break;
    record = await attempt(() => commitBefore(file, fileId, at, signal), number - 1);
  }
  return { commits, end };
}

/** Bytes of all chunks, those of several commits once. */
function newChunks(commits: readonly Opened[]): number {
  const seen = new Set<string>();
  let bytes = 0;
  for (const { contents, reader } of commits) {
    for (const info of contents.tensors.values()) {
      for (const chunk of reader.storedChunks(info)) {
        const key = keyOf(info, chunk);
        if (!seen.has(key)) bytes += chunk.byteLength;
        seen.add(key);
      }
    }
  }
  return bytes;
}

const keyOf = (info: TensorInfo, chunk: StoredChunk): string =>
  `${chunk.offset} ${chunk.sha256} ${info.encoding} ${info.dtype} ${info.name}`;
