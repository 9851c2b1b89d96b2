import type { WrittenFile } from "../writing/write-files.js";
import type { RyanTensor } from "./ryan-tensor.js";
import { type MetadataEntries, openRyanWriter } from "./writer.js";

export interface RyanProgress {
  /** The tensor being written, or just written. */
  readonly tensor: string;
  readonly tensorsDone: number;
  /** Bytes of elements done. */
  readonly bytesDone: number;
  /** What they take in the file. */
  readonly storedBytes: number;
}

export interface RyanOptions {
  /** Values by key, typed as GGUF's; `metadataOf` gives another source's. */
  readonly metadata?: MetadataEntries | undefined;
  /** About how many bytes of elements a chunk has, from 4,096 to 16 MiB; default 1 MiB. */
  readonly chunkBytes?: number | undefined;
  readonly onProgress?: ((progress: RyanProgress) => void) | undefined;
  /** Its abort removes what was written so far. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes RyanFormat, tensors in the order given, each when it comes. The file gets its name when
 * all is complete; a failed or cancelled write leaves none.
 *
 * @param tensors bit for bit what they are, or integers on a grid
 * @throws FormatError `ERR_ARGUMENT`, `ERR_TENSOR`, `ERR_METADATA`, `ERR_UNSUPPORTED`, `ERR_DATA`,
 * `ERR_FILE`; the signal's reason
 *
 * @example
 * await writeRyan("model.ryan", tensorsOf(source), { metadata: metadataOf(source) });
 */
export async function writeRyan(
  path: string,
  tensors: Iterable<RyanTensor> | AsyncIterable<RyanTensor>,
  { metadata, chunkBytes, onProgress, signal }: RyanOptions = {},
): Promise<WrittenFile> {
  await using writer = await openRyanWriter(path, { chunkBytes, signal });
  let [tensorsDone, bytesDone, storedBytes] = [0, 0, 0];
  for await (const tensor of tensors) {
    signal?.throwIfAborted();
    const report = () => onProgress?.({ tensor: tensor.name, tensorsDone, bytesDone, storedBytes });
    await writer.add(tensor, {
      signal,
      onProgress: (bytes, stored) => {
        bytesDone += bytes;
        storedBytes += stored;
        report();
      },
    });
    tensorsDone++;
    report();
  }
  const { byteLength } = await writer.commit(metadata);
  return { path, byteLength };
}
