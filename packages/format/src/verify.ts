// Reads a model whole and says what of it is damaged.

import { FormatError } from "./errors.js";
import { InputFile } from "./input-file.js";
import { type Limits, withDefaults } from "./limits.js";
import { locate } from "./locate.js";
import { openTensors } from "./open.js";
import { isRyan } from "./ryan/file-header.js";
import { verifyRyan } from "./ryan/verify.js";
import type { SourceFile, SourceFormat } from "./tensor-source.js";

/** A part of a file that isn't what it should be. */
export interface Damage {
  /** Of a RyanFormat file: the newest commit that has the part. */
  readonly commit?: number | undefined;
  readonly tensor?: string | undefined;
  /** From 0; `"head"` is what the chunks of a grid share. */
  readonly chunk?: number | "head" | undefined;
  /** In the file. */
  readonly offset?: number | undefined;
  readonly code: FormatError["code"];
  readonly message: string;
}

export interface VerifiedTensor {
  readonly name: string;
  /** Those that the file stores apart; 1 in other formats than RyanFormat. */
  readonly chunks: number;
  readonly damagedChunks: number;
}

export interface VerifyReport {
  readonly path: string;
  readonly format: SourceFormat;
  readonly files: readonly Omit<SourceFile, "dataOffset">[];
  /** Nothing is damaged. */
  readonly whole: boolean;
  /** Whether the file has hashes of its data; without, only headers are checked and that all can be read. */
  readonly hashed: boolean;
  /** Of a RyanFormat file: those that can be opened, whether or not all of their chunks are whole. */
  readonly commits: readonly number[];
  /** Chunks that were checked, each once however many commits have it. */
  readonly chunks: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Of the newest commit that can be opened. */
  readonly tensors: readonly VerifiedTensor[];
  readonly damage: readonly Damage[];
  /** Bytes after the last commit, which a writer that was cut off left behind. They do no harm. */
  readonly tailBytes: number;
}

export interface VerifyProgress {
  readonly bytesDone: number;
  readonly bytes: number;
}

export interface VerifyOptions {
  readonly limits?: Partial<Limits> | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads all of a model and says what is damaged: of RyanFormat every chunk of every commit, by its
 * hash and by decoding it. Other formats have no hashes: of them headers are checked, and that the
 * data is there.
 *
 * @param path as `openTensors` takes it
 * @throws FormatError where the path leads to nothing that can be verified; the signal's reason
 *
 * @example
 * const { whole, damage } = await verifyFile("model.ryan");
 */
export async function verifyFile(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const limits = withDefaults(options.limits);
  options.signal?.throwIfAborted();
  const file = await InputFile.open(await locate(path));
  try {
    const head = new Uint8Array(Math.min(8, file.byteLength));
    await file.read(head, 0, options.signal);
    if (isRyan(head)) return await verifyRyan(file, limits, options);
  } finally {
    await file.close();
  }
  return verifyPlain(path, options);
}

async function verifyPlain(path: string, options: VerifyOptions): Promise<VerifyReport> {
  const { limits, onProgress, signal } = options;
  await using source = await openTensors(path, { limits, signal });
  const infos = [...source.tensors.values()];
  const bytes = infos.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const damage: Damage[] = [];
  let bytesDone = 0;
  for (const { name, byteLength } of infos) {
    const start = bytesDone;
    try {
      for await (const chunk of source.stream(name, { chunkBytes: 4 << 20, signal })) {
        bytesDone += chunk.length;
        onProgress?.({ bytesDone, bytes });
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      damage.push(damageOf(error, { tensor: name }));
      bytesDone = start + byteLength;
    }
  }
  const damaged = new Set(damage.map(({ tensor }) => tensor));
  return {
    path,
    format: source.format,
    files: source.files.map(({ path, byteLength }) => ({ path, byteLength })),
    whole: damage.length === 0,
    hashed: false,
    commits: [],
    chunks: infos.length,
    bytes,
    tensors: infos.map(({ name }) => ({
      name,
      chunks: 1,
      damagedChunks: damaged.has(name) ? 1 : 0,
    })),
    damage,
    tailBytes: 0,
  };
}

export const damageOf = (
  { code, message, tensor, chunk, offset }: FormatError,
  more: { readonly commit?: number; readonly tensor?: string } = {},
): Damage => ({ tensor, chunk, offset, code, message, ...more });
