// What passes between the thread that trains and the one that makes its batches.

import { PipelineError, type PipelineErrorCode } from "../errors.js";
import type { BatchJob } from "./batch-maker.js";
import type { Batch } from "./build-batch.js";

/** What a thread is started with. */
export interface ThreadStart {
  readonly folder: string;
  /** That of the shards when they were opened. */
  readonly fingerprint: string;
  readonly job: BatchJob;
}

/** The number of the batch that is asked for, or that the run ends. */
export type Request = number | "end";

export interface Reply {
  readonly request: number;
  readonly batch?: Batch | undefined;
  readonly error?: PackedError;
}

/** An error as plain data: a structured clone would lose its class and its code. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** What an error of the file system has besides: code, errno, syscall, path. */
  readonly details: Readonly<Record<string, string | number>>;
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), stack: undefined, details: {} };
  }
  const plain = Object.entries(error).filter(([, value]) => /string|number/.test(typeof value));
  const { name, message, stack } = error;
  return { name, message, stack, details: Object.fromEntries(plain) };
}

export function unpackError({ name, message, stack, details }: PackedError): Error {
  const error =
    name === "PipelineError"
      ? new PipelineError(details["code"] as PipelineErrorCode, message)
      : Object.assign(new Error(message), details);
  if (stack !== undefined) error.stack = stack;
  return error;
}
