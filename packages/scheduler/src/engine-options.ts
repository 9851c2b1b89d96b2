// The options of an engine, and the sizes that follow from them and from the model.

import { describe, integer, oneOf } from "./check.js";
import { ensure } from "./errors.js";
import type { EngineModel, KvType } from "./model.js";
import type { WhenFull } from "./session.js";
import type { LoopOptions } from "./steps/step-loop.js";

export interface EngineOptions {
  /** Bytes that keys and values may take, all sessions together. Never exceeded; weights and logits come on top. No more than 16,777,216 pages are taken. */
  readonly memory: number;
  /** How keys and values are stored. Default `"f32"`; the 16-bit types hold twice as much. */
  readonly kvType?: KvType;
  /** Positions of a page, a multiple of 16. Default 64. */
  readonly pageSize?: number;
  /** Tokens of the longest sequence. Default, and at most, what the model and the memory allow. */
  readonly maxLength?: number;
  /** Rows (tokens) of a step, at most; memory for values between operations grows with them. Default 256. */
  readonly maxRows?: number;
  /** Sessions that share a step, at most; there may be any number of sessions. Default 64, and at most `maxRows`. */
  readonly maxSequences?: number;
  /** Rows of a step that give logits, at most. Default: `maxSequences`. */
  readonly maxLogits?: number;
  /** What an append does while there is no memory for it. Default `"wait"`. */
  readonly whenFull?: WhenFull;
  /**
   * Milliseconds that appends wait while nothing runs and only sessions without an append could give memory back;
   * then one of them fails with ERR_STALLED. Default 60,000; `Infinity` waits for ever.
   */
  readonly stallTimeout?: number;
}

const MOST = 2 ** 31 - 1; // positions are 32-bit integers
const MOST_PAGES = 2 ** 24;

/** @throws SchedulerError ERR_ARGUMENT, or ERR_MEMORY if not even one page fits. */
export function engineSizes(
  model: EngineModel,
  options: EngineOptions,
): LoopOptions & { readonly maxLength: number; readonly whenFull: WhenFull } {
  const vocabularySize = integer(model.vocabularySize, "model.vocabularySize", 1, MOST);
  const most = integer(model.maxPositions, "model.maxPositions", 1, MOST);
  const kvType = oneOf(options.kvType ?? "f32", "kvType", ["f32", "bf16", "f16"]);
  const pageSize = integer(options.pageSize ?? 64, "pageSize", 16, 2 ** 16);
  ensure(
    pageSize % 16 === 0,
    "ERR_ARGUMENT",
    () => `pageSize: expected a multiple of 16, found ${pageSize}`,
  );
  const wanted = integer(options.maxLength ?? most, "maxLength", 1, most);
  const maxRows = integer(options.maxRows ?? 256, "maxRows", 1, 2 ** 20);
  const maxSequences = options.maxSequences ?? Math.min(64, maxRows);
  const sequences = integer(maxSequences, "maxSequences", 1, maxRows);
  const maxLogits = integer(options.maxLogits ?? sequences, "maxLogits", 1, maxRows);
  const memory = integer(options.memory, "memory", 0, Number.MAX_SAFE_INTEGER);
  const name = `model.kvBytesPerPosition("${kvType}")`;
  const pageBytes = pageSize * integer(model.kvBytesPerPosition(kvType), name, 1, 2 ** 32);
  const fitting = Math.floor(memory / pageBytes);
  ensure(
    fitting > 0,
    "ERR_MEMORY",
    () => `memory: expected at least ${pageBytes} bytes, which a page takes, found ${memory}`,
  );
  const stallTimeout = options.stallTimeout ?? 60_000;
  if (stallTimeout !== Infinity) integer(stallTimeout, "stallTimeout", 0, MOST);
  const pages = Math.min(fitting, MOST_PAGES);
  const maxLength = Math.min(wanted, pages * pageSize);
  const maxPages = Math.ceil(maxLength / pageSize);
  ensure(
    sequences * maxPages <= 2 ** 28,
    "ERR_ARGUMENT",
    () =>
      `page table: expected at most ${2 ** 28} entries, found maxSequences ${sequences} times ` +
      `${maxPages} pages of maxLength ${describe(maxLength)}`,
  );
  return {
    vocabularySize,
    kvType,
    pages,
    pageSize,
    sequences,
    maxPages,
    maxRows,
    maxLogits,
    maxLength,
    stallTimeout,
    whenFull: oneOf(options.whenFull ?? "wait", "whenFull", ["wait", "fail"]),
  };
}
