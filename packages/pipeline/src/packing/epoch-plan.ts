// What is in which batch of an epoch, from the documents' lengths alone. Any step can be
// reached by planning again from the epoch's first, which reads no token.

import { setImmediate as tick } from "node:timers/promises";
import { integer } from "../check.js";
import { ensure } from "../errors.js";
import { Packer } from "./packer.js";
import { type Piece, Pieces } from "./pieces.js";

/** What decides which tokens are in which batch. */
export interface PackingOptions {
  /** An integer from 0 to 2^53 - 1; with the same one, the same batches. */
  readonly seed: number;
  /** Rows of a batch. */
  readonly batch: number;
  /** Tokens of a row. */
  readonly length: number;
  /** Pieces of documents among which those that fill a row are looked for. Default 1,024. */
  readonly window?: number;
  /**
   * The share of positions that may be padding, from 0 to 1; short documents are cut only
   * where there would be more. The epoch's last row comes on top. Default 0.005.
   */
  readonly maxPadding?: number;
}

export type Packing = Required<PackingOptions>;

/** Options with defaults, checked. */
export function packing(options: PackingOptions): Packing {
  const { maxPadding = 0.005 } = options;
  ensure(
    typeof maxPadding === "number" && maxPadding >= 0 && maxPadding <= 1,
    "ERR_ARGUMENT",
    () => `maxPadding: expected a number from 0 to 1, found ${maxPadding}`,
  );
  const length = integer(options.length, "length", 2, 2 ** 24);
  return {
    seed: integer(options.seed, "seed", 0, Number.MAX_SAFE_INTEGER),
    batch: integer(options.batch, "batch", 1, Math.floor(2 ** 28 / length)),
    length,
    window: integer(options.window ?? 1024, "window", 1, 2 ** 20),
    maxPadding,
  };
}

/** Something with documents whose lengths are known. */
export interface DocumentLengths {
  lengths(): Uint32Array;
}

export interface EpochSummary {
  /** Batches of the epoch; the last may have empty rows. */
  readonly steps: number;
  readonly rows: number;
  readonly tokens: number;
  /** Positions without a token in these rows. */
  readonly padding: number;
  /** Documents of at most `length` tokens, or ends of longer ones, that were cut to fill a row. */
  readonly cuts: number;
}

/** How many steps an epoch has, and how well its rows are filled. */
export async function summarizeEpoch(
  documents: DocumentLengths,
  options: PackingOptions & { readonly epoch?: number; readonly signal?: AbortSignal },
): Promise<EpochSummary> {
  const chosen = packing(options);
  const pieces = new Pieces(documents.lengths(), chosen.length);
  const plan = new EpochPlan(pieces, chosen, options.epoch ?? 0);
  await plan.skip(Number.POSITIVE_INFINITY, options.signal);
  return plan.summary();
}

export class EpochPlan {
  readonly #packer: Packer;

  constructor(
    pieces: Pieces,
    private readonly options: Packing,
    epoch: number,
  ) {
    this.#packer = new Packer(pieces, { ...options, epoch });
  }

  /** The rows of the next batch: `batch` of them or, at the epoch's end, fewer; none after it. */
  next(): Piece[][] {
    const rows: Piece[][] = [];
    while (rows.length < this.options.batch) {
      const row = this.#packer.next();
      if (row === undefined) break;
      rows.push(row);
    }
    return rows;
  }

  /** Goes past up to `steps` batches without holding up the event loop; returns how many there were. */
  async skip(steps: number, signal?: AbortSignal): Promise<number> {
    let last = performance.now();
    for (let step = 0; step < steps; step++) {
      if (performance.now() - last > 10) {
        await tick();
        last = performance.now();
      }
      signal?.throwIfAborted();
      if (this.next().length === 0) return step;
    }
    return steps;
  }

  /** Of all rows so far. */
  summary(): EpochSummary {
    const { rows, tokens, cuts } = this.#packer;
    const { batch, length } = this.options;
    return { steps: Math.ceil(rows / batch), rows, tokens, padding: rows * length - tokens, cuts };
  }
}
