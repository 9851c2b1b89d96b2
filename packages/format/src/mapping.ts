// Read-only memory mappings by @ryanstream/native-kernels. It is an optional peer dependency
// and loaded here at the first call, so that all else works without it.

import { dtypes } from "./dtype.js";
import { FormatError } from "./errors.js";
import type { InputFile } from "./input-file.js";
import type { Span } from "./row-range.js";
import type { TensorInfo } from "./tensor-info.js";

/**
 * A part of a file as native memory, a `NativeBuffer` of `@ryanstream/native-kernels`: programs
 * take it as it is. It stays valid after its source is closed, until it is disposed of.
 */
export interface MappedBuffer {
  readonly byteLength: number;
  /** False: writing throws `ERR_READ_ONLY`. */
  readonly writable: boolean;
  readonly disposed: boolean;
  /** Copies from `byteOffset` on until `into` is full. */
  read(byteOffset: number, into: ArrayBufferView): void;
  write(byteOffset: number, from: ArrayBufferView): void;
  fill(byte: number): void;
  /** Unmaps. Idempotent. */
  dispose(): void;
}

interface Native {
  mapFile(path: string, byteOffset: number, byteLength: number): MappedBuffer;
}

async function loadNative(): Promise<Native> {
  try {
    const { native } = await import("@ryanstream/native-kernels");
    return native();
  } catch (cause) {
    throw new FormatError("ERR_NO_NATIVE", {
      expected: "@ryanstream/native-kernels to be installed and to load, since map() needs it",
      found: (cause as Error).message.split("\n")[0],
      cause,
    });
  }
}

/** What the elements of a type need: plain ones their size, blocks that of their float16 scale. */
function naturalAlignment({ dtype }: TensorInfo): number {
  const { block, blockBytes } = dtypes[dtype];
  if (block === 1) return blockBytes;
  return blockBytes % 2 === 0 ? 2 : 1;
}

/** @throws FormatError `ERR_ALIGNMENT`, `ERR_NO_NATIVE`, `ERR_CHANGED`, `ERR_FILE`, `ERR_UNSUPPORTED` */
export async function mapTensor(
  file: InputFile,
  info: TensorInfo,
  span: Span,
  alignment = naturalAlignment(info),
): Promise<MappedBuffer> {
  const offset = info.byteOffset + span.offset;
  const where = { file: file.path, tensor: info.name, offset };
  if (!Number.isInteger(Math.log2(alignment)) || alignment > 4096 || alignment < 1) {
    const expected = "a power of two up to 4096 as alignment";
    throw new FormatError("ERR_ARGUMENT", { ...where, expected, found: alignment });
  }
  // A mapping begins at a page, so that an address is aligned as its place in the file is.
  if (offset % alignment !== 0) {
    throw new FormatError("ERR_ALIGNMENT", {
      ...where,
      expected: `an offset that is a multiple of ${alignment} to map (read() copies from any)`,
      found: offset,
    });
  }
  if (file.isForeign) {
    const expected = "a file on a disk of this machine to map (read() works with others)";
    throw new FormatError("ERR_UNSUPPORTED", { ...where, expected, found: "one of openFile" });
  }
  const native = await loadNative();
  let buffer: MappedBuffer;
  try {
    buffer = native.mapFile(file.absolutePath, offset, span.byteLength);
  } catch (cause) {
    const expected = `a mapping of ${span.byteLength} bytes`;
    throw new FormatError("ERR_FILE", {
      ...where,
      expected,
      found: (cause as Error).message,
      cause,
    });
  }
  if (await file.isUnchanged()) return buffer;
  buffer.dispose();
  throw new FormatError("ERR_CHANGED", {
    ...where,
    expected: "the file that was opened",
    found: "another one, or a change, at its path",
  });
}
