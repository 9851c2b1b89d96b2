// Packed weights kept on disk, so that a model that was packed once is mapped the next
// time: nothing is computed or copied, and processes share its pages.
//
// A file: the magic, the length of its header, the header as JSON, each matrix from a
// multiple of 4096, and a mark at the end. Its name is a hash of what it was made from.

import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PackedSpec } from "@ryanstream/kernels";
import { type NativeBuffer, native } from "@ryanstream/native-kernels";
import type { PackedParameter } from "./decoder-weights.js";
import { ModelError } from "./errors.js";

/** Another number for each layout of packed weights. */
const MAGIC = "RYANPK01";
const PAGE = 4096;
const MAX_HEADER = 2 ** 24;
const CHUNK = 2 ** 23;

interface Entry {
  readonly offset: number;
  readonly format: string;
  readonly n: number;
  readonly k: number;
  readonly group: number;
  readonly zero: boolean;
}

interface Header {
  readonly key: string;
  readonly byteLength: number;
  readonly entries: Readonly<Record<string, Entry>>;
}

/** What a packed file is made from: it is another one when this changes. */
export async function packedKey(files: readonly string[], format: string): Promise<string> {
  const parts = [MAGIC, format];
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    parts.push(file, String(size), String(mtimeMs));
  }
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

const pathOf = (folder: string, key: string): string => join(folder, `${key.slice(0, 32)}.packed`);

/** Written last, so that a file that wasn't written whole is none. */
const END = Buffer.from("RYANPKEND");

/**
 * Makes sure that a folder for packed files can be written, before anything is loaded for it, and removes what
 * processes that were killed an hour ago or more have left there.
 *
 * @throws ModelError `ERR_ARGUMENT`
 */
export async function preparePackedFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const probe = join(folder, `${randomUUID()}.tmp`);
    await (await open(probe, "wx")).close();
    await rm(probe);
    for (const name of await readdir(folder)) {
      if (!/^[0-9a-f]{32}\.[0-9a-f-]{36}\.tmp$/.test(name)) continue;
      const path = join(folder, name);
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > 3_600_000) await rm(path, { force: true });
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError(
      "ERR_ARGUMENT",
      `expected a folder that can be written as packedFolder, found ${JSON.stringify(folder)}: ${why}`,
      { cause },
    );
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
const aligned = (offset: number): number => Math.ceil(offset / PAGE) * PAGE;

export class PackedFile {
  readonly #path: string;
  readonly #header: Header;

  private constructor(path: string, header: Header) {
    this.#path = path;
    this.#header = header;
  }

  /** The file of this key; undefined where there is none, or one that isn't whole. */
  static async find(folder: string, key: string): Promise<PackedFile | undefined> {
    const path = pathOf(folder, key);
    try {
      await using file = await open(path);
      const { size } = await file.stat();
      const head = Buffer.alloc(16);
      await file.read(head, 0, 16, 0);
      const length = Number(head.readBigUInt64LE(8));
      if (head.toString("latin1", 0, 8) !== MAGIC || length > MAX_HEADER) return undefined;
      const text = Buffer.alloc(length);
      await file.read(text, 0, length, 16);
      const header = JSON.parse(text.toString()) as Header;
      if (header.key !== key || header.byteLength + END.length !== size) return undefined;
      const end = Buffer.alloc(END.length);
      await file.read(end, 0, END.length, header.byteLength);
      return end.equals(END) ? new PackedFile(path, header) : undefined;
    } catch {
      // Whatever is wrong with it, the weights are packed again.
      return undefined;
    }
  }

  /** The bytes of a matrix, mapped; undefined if it isn't there as `spec` says. */
  map(name: string, spec: PackedSpec): NativeBuffer | undefined {
    const { entries, byteLength } = this.#header;
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    const same =
      entry !== undefined &&
      (["format", "n", "k", "group", "zero"] as const).every((key) => entry[key] === spec[key]);
    if (!same || entry.offset % PAGE !== 0 || entry.offset + spec.byteLength > byteLength) {
      return undefined;
    }
    return native().mapFile(this.#path, entry.offset, spec.byteLength);
  }
}

/**
 * Writes matrices for the next time, under a temporary name first.
 *
 * @throws the system's error when they can't be written; the signal's reason
 */
export async function writePackedFile(
  folder: string,
  key: string,
  matrices: readonly PackedParameter[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const entries: Record<string, Entry> = {};
  // Offsets are relative to the end of the header until its length is known.
  let offset = 0;
  for (const { spec, bytes } of matrices) {
    const { format, n, k, group, zero } = spec;
    entries[bytes.name] = { offset, format, n, k, group, zero };
    offset = aligned(offset + spec.byteLength);
  }
  const begin = aligned(JSON.stringify({ key, byteLength: 0, entries }).length + PAGE);
  const moved = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [
      name,
      { ...entry, offset: entry.offset + begin },
    ]),
  );
  const header: Header = { key, byteLength: begin + offset, entries: moved };
  let text = JSON.stringify(header);
  text += " ".repeat(begin - 16 - text.length);
  const head = Buffer.alloc(16);
  head.write(MAGIC, "latin1");
  head.writeBigUInt64LE(BigInt(text.length), 8);

  const temporary = join(folder, `${key.slice(0, 32)}.${randomUUID()}.tmp`);
  try {
    await using file = await open(temporary, "wx");
    await writeAll(file, head, 0);
    await writeAll(file, Buffer.from(text, "latin1"), 16);
    const chunk = Buffer.alloc(CHUNK);
    for (const { spec, bytes } of matrices) {
      const { offset: from } = moved[bytes.name] as Entry;
      for (let at = 0; at < spec.byteLength; at += CHUNK) {
        signal?.throwIfAborted();
        const part = chunk.subarray(0, Math.min(CHUNK, spec.byteLength - at));
        bytes.buffer.read(at, part);
        await writeAll(file, part, from + at);
      }
    }
    await file.sync();
    await writeAll(file, END, header.byteLength);
    await file.sync();
    await rename(temporary, pathOf(folder, key));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
