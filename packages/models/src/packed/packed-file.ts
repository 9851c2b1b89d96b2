// Packed weights kept on disk, so that a model that was packed once is mapped the next
// time: nothing is computed or copied, and processes share its pages.
//
// A file: its header, each matrix from a multiple of 4096, and a mark at the end.

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import type { PackedSpec } from "@ryanstream/kernels";
import { type NativeBuffer, native } from "@ryanstream/native-kernels";
import type { PackedParameter } from "../decoder-weights.js";
import { packedPath, temporaryPath } from "./packed-folder.js";
import {
  END,
  MAGIC,
  type PackedEntry,
  type PackedHeader,
  readPackedHeader,
} from "./packed-header.js";
import type { PackedIdentity } from "./packed-source.js";

const PAGE = 4096;
const CHUNK = 2 ** 23;

const aligned = (offset: number): number => Math.ceil(offset / PAGE) * PAGE;

export class PackedFile {
  readonly #path: string;
  readonly #header: PackedHeader;

  private constructor(path: string, header: PackedHeader) {
    this.#path = path;
    this.#header = header;
  }

  /** The file of this model; undefined where there is none, or one that isn't whole. */
  static async find(folder: string, model: PackedIdentity): Promise<PackedFile | undefined> {
    const path = packedPath(folder, model);
    try {
      const header = await readPackedHeader(path);
      const isOurs = header !== "broken" && "key" in header && header.key === model.key;
      return isOurs ? new PackedFile(path, header) : undefined;
    } catch {
      // Whatever is wrong with it, the weights are packed again.
      return undefined;
    }
  }

  /** The bytes of a matrix, mapped; undefined if it isn't there as `spec` says, or the file has gone meanwhile. */
  map(name: string, spec: PackedSpec): NativeBuffer | undefined {
    const { entries, byteLength } = this.#header;
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    const same =
      entry !== undefined &&
      (["format", "n", "k", "group", "zero"] as const).every((key) => entry[key] === spec[key]);
    if (!same || entry.offset % PAGE !== 0 || entry.offset + spec.byteLength > byteLength) {
      return undefined;
    }
    try {
      return native().mapFile(this.#path, entry.offset, spec.byteLength);
    } catch {
      return undefined;
    }
  }
}

/** All of `bytes`: a write to a disk that is nearly full can be a short one. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error("nothing more could be written");
    done += bytesWritten;
  }
}

export interface WritePackedOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes of the file are written, and of how many. */
  readonly onProgress?: (written: number, total: number) => void;
}

/**
 * Writes matrices for the next time, under a temporary name first.
 *
 * @throws the system's error when they can't be written; the signal's reason
 */
export async function writePackedFile(
  folder: string,
  model: PackedIdentity,
  matrices: readonly PackedParameter[],
  { signal, onProgress }: WritePackedOptions = {},
): Promise<void> {
  const { head, header } = headOf(model, matrices);
  const temporary = temporaryPath(folder, model);
  try {
    await using file = await open(temporary, "wx");
    await writeAll(file, head, 0);
    const chunk = Buffer.alloc(CHUNK);
    for (const { spec, bytes } of matrices) {
      const { offset } = header.entries[bytes.name] as PackedEntry;
      for (let at = 0; at < spec.byteLength; at += CHUNK) {
        signal?.throwIfAborted();
        onProgress?.(offset + at, header.byteLength);
        const part = chunk.subarray(0, Math.min(CHUNK, spec.byteLength - at));
        bytes.buffer.read(at, part);
        await writeAll(file, part, offset + at);
      }
    }
    await file.sync();
    await writeAll(file, END, header.byteLength);
    await file.sync();
    await rename(temporary, packedPath(folder, model));
    onProgress?.(header.byteLength, header.byteLength);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The header, and the bytes before the first matrix. */
function headOf(
  { key, sources }: PackedIdentity,
  matrices: readonly PackedParameter[],
): { readonly header: PackedHeader; readonly head: Buffer } {
  const entriesFrom = (begin: number) => {
    const entries: Record<string, PackedEntry> = {};
    let offset = begin;
    for (const { spec, bytes } of matrices) {
      const { format, n, k, group, zero } = spec;
      entries[bytes.name] = { offset, format, n, k, group, zero };
      offset = aligned(offset + spec.byteLength);
    }
    return { key, sources, byteLength: offset, entries };
  };
  // Offsets have at most so many digits more than those from 0, for each matrix and the length.
  const least = Buffer.byteLength(JSON.stringify(entriesFrom(0)));
  const begin = aligned(16 + least + 16 * (matrices.length + 1));
  const header = entriesFrom(begin);
  const head = Buffer.alloc(begin, " ");
  head.write(MAGIC, 0, "latin1");
  head.writeBigUInt64LE(BigInt(begin - 16), 8);
  head.write(JSON.stringify(header), 16);
  return { header, head };
}
