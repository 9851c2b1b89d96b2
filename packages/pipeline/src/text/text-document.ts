// What text files hold, before it is tokens.

/** A document as text. */
export interface TextDocument {
  readonly text: string;
  /** Comes before the text; a model isn't trained to write it. */
  readonly prompt?: string;
}

/** A file's path, or its bytes in parts of any size. */
export type ByteSource = string | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** How messages name a source. */
export const sourceName = (source: ByteSource) => (typeof source === "string" ? source : "input");
