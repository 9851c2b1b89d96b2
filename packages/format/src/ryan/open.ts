import { FormatError } from "../errors.js";
import type { InputFile } from "../input-file.js";
import type { Limits } from "../limits.js";
import type { SourceContents } from "../tensor-source.js";
import { checkIndex } from "./check-index.js";
import { ChunkReader } from "./chunk-reader.js";
import type { CommitRecord } from "./commit-record.js";
import { readFileHeader } from "./file-header.js";
import { findCommit } from "./find-commit.js";
import { parseIndex } from "./index-json.js";
import { FORMAT_VERSION, HEADER_BYTES } from "./layout.js";
import { parseMetadata } from "./metadata-chunk.js";
import { sha256Of } from "./sha256.js";
import type { StoredChunk, StoredIndex } from "./stored-tensor.js";

export interface OpenedCommit {
  readonly contents: SourceContents;
  readonly reader: ChunkReader;
}

/** Reads a file's newest commit, or the one with this number. */
export async function openRyan(
  file: InputFile,
  limits: Limits,
  commit: number | undefined,
  signal?: AbortSignal,
): Promise<OpenedCommit> {
  const fileId = await readFileHeader(file, signal);
  const { record, newest } = await findCommit(file, fileId, commit, signal);
  return openCommit(file, record, newest, limits, signal);
}

export async function openCommit(
  file: InputFile,
  record: CommitRecord,
  newest: number,
  limits: Limits,
  signal: AbortSignal | undefined,
): Promise<OpenedCommit> {
  const index = await readIndex(file, record, limits, signal);
  const tensors = checkIndex(index, file.path, record.indexOffset);
  const metadata = await readMetadata(file, index.metadata, limits, signal);
  const contents: SourceContents = {
    format: "ryan",
    version: FORMAT_VERSION,
    commit: { number: record.number, newest },
    metadata: metadata?.values ?? new Map(),
    metadataTypes: metadata?.types ?? new Map(),
    tensors,
    dataOffsets: [HEADER_BYTES],
  };
  return { contents, reader: new ChunkReader(file, index.tensors) };
}

/** @throws FormatError `ERR_COMMIT` where it is damaged, `ERR_LIMIT`, `ERR_HEADER`, `ERR_UNSUPPORTED` */
export async function readIndex(
  file: InputFile,
  record: CommitRecord,
  limits: Limits,
  signal?: AbortSignal,
): Promise<StoredIndex> {
  const { indexOffset: offset, indexBytes: byteLength, indexSha256: sha256, number } = record;
  const what = `index of commit ${number}`;
  const bytes = await readPart(file, { offset, byteLength, sha256 }, what, limits, signal);
  return parseIndex(bytes, file.path, limits);
}

async function readMetadata(
  file: InputFile,
  place: StoredChunk | undefined,
  limits: Limits,
  signal: AbortSignal | undefined,
) {
  if (place === undefined) return undefined;
  const bytes = await readPart(file, place, "metadata", limits, signal);
  return parseMetadata(bytes, file.path, limits);
}

async function readPart(
  file: InputFile,
  { offset, byteLength, sha256 }: StoredChunk,
  what: string,
  { maxHeaderBytes }: Limits,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const where = { file: file.path, offset };
  if (byteLength > maxHeaderBytes) {
    const expected = `${what} of at most ${maxHeaderBytes} bytes`;
    throw new FormatError("ERR_LIMIT", { ...where, expected, found: byteLength });
  }
  const bytes = new Uint8Array(byteLength);
  await file.read(bytes, offset, signal);
  if ((await sha256Of(bytes)) === sha256) return bytes;
  const code = what === "metadata" ? "ERR_CHUNK" : "ERR_COMMIT";
  const expected = `${what} with SHA-256 ${sha256.slice(0, 16)}…`;
  throw new FormatError(code, { ...where, expected, found: "another: the file is damaged" });
}
