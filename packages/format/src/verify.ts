// Reads a model whole and says what of it is damaged.

import { FormatError } from "./errors.js";
import { InputFile } from "./input-file.js";
import { type Limits, withDefaults } from "./limits.js";
import { locate } from "./locate.js";
import { openTensors } from "./open.js";
import { isRyan } from "./ryan/file-header.js";
import { verifyRyan } from "./ryan/verify.js";
import { type Damage, damageOf, type VerifyReport } from "./verify-report.js";

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
