// One error class for the package: a code to branch on, and a message that says
// where, what was expected and what was found.

export type FormatErrorCode =
  /** An argument is of the wrong type or out of range. */
  | "ERR_ARGUMENT"
  /** A file can't be opened, read or written; the cause is the system's error. */
  | "ERR_FILE"
  /** A file is of none of the formats, or a folder has no model. */
  | "ERR_UNRECOGNIZED"
  /** A folder has several models. */
  | "ERR_AMBIGUOUS"
  /** A header is malformed. */
  | "ERR_HEADER"
  /** Metadata is malformed, or can't be written. */
  | "ERR_METADATA"
  /** What a header says of a tensor is impossible: shape, bytes, offset, overlap, a name twice. */
  | "ERR_TENSOR"
  /** A stored chunk is damaged, or doesn't decode to what it is said to be. */
  | "ERR_CHUNK"
  /** A RyanFormat file has no whole commit, a damaged one, or not the one asked for. */
  | "ERR_COMMIT"
  /** A file ends before what its header promises. */
  | "ERR_TRUNCATED"
  /** Shards don't fit together, or an index names a file that it must not. */
  | "ERR_SHARDS"
  /** Something from outside exceeds a limit. */
  | "ERR_LIMIT"
  /** A file is well formed and needs something that this package does not have. */
  | "ERR_UNSUPPORTED"
  /** A name that the source has no tensor for. */
  | "ERR_UNKNOWN_TENSOR"
  /** The source has been closed. */
  | "ERR_CLOSED"
  /** A file was replaced or changed since it was opened. */
  | "ERR_CHANGED"
  /** A tensor can't be mapped at the alignment asked for. */
  | "ERR_ALIGNMENT"
  /** `map` was called and the native kernels are not installed or don't load. */
  | "ERR_NO_NATIVE"
  /** The data given for a tensor has another length than its shape and type say. */
  | "ERR_DATA"
  /** A series of checkpoints is malformed, or lacks the step that is asked for. */
  | "ERR_SERIES"
  /** A value that the type to quantise to can't hold. */
  | "ERR_VALUE";

/** What went wrong, and where as far as it is known. */
export interface Fault {
  readonly expected: string;
  readonly found: unknown;
  readonly file?: string | undefined;
  readonly tensor?: string | undefined;
  /** The number of a chunk of the tensor, from 0; `"head"` for what they share. */
  readonly chunk?: number | "head" | undefined;
  /** A key of the metadata. */
  readonly key?: string | undefined;
  /** Bytes from the beginning of the file. */
  readonly offset?: number | undefined;
  readonly cause?: unknown;
}

/** Every error of this package. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly file: string | undefined;
  readonly tensor: string | undefined;
  readonly chunk: number | "head" | undefined;
  readonly offset: number | undefined;

  constructor(
    readonly code: FormatErrorCode,
    fault: Fault,
  ) {
    super(message(fault), fault.cause === undefined ? undefined : { cause: fault.cause });
    this.file = fault.file;
    this.tensor = fault.tensor;
    this.chunk = fault.chunk;
    this.offset = fault.offset;
  }
}

/** Names come from outside: one of a megabyte must not become a message of a megabyte. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}

function message({ file, tensor, chunk, key, offset, expected, found }: Fault): string {
  const where = [
    file,
    tensor === undefined ? undefined : `tensor ${quoted(tensor)}`,
    chunk === undefined ? undefined : chunk === "head" ? "its head" : `chunk ${chunk}`,
    key === undefined ? undefined : `key ${quoted(key)}`,
    offset === undefined ? undefined : `byte ${offset}`,
  ].filter((part) => part !== undefined);
  const prefix = where.length === 0 ? "" : `${where.join(", ")}: `;
  return `${prefix}expected ${expected}, found ${String(found)}`;
}
