// What verifying found.

import type { FormatError } from "./errors.js";
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

export const damageOf = (
  { code, message, tensor, chunk, offset }: FormatError,
  more: { readonly commit?: number; readonly tensor?: string } = {},
): Damage => ({ tensor, chunk, offset, code, message, ...more });
