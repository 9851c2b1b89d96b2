// What the engine needs of a model. Nothing is imported for it: whatever has these
// members fits.

/** How keys and values are stored. */
export type KvType = "f32" | "bf16" | "f16";

/** What the engine needs of a model. */
export interface EngineModel {
  readonly vocabularySize: number;
  /** Tokens of the longest sequence that it was made for. */
  readonly maxPositions: number;
  /** Bytes of the keys and values of one position in all layers. */
  kvBytesPerPosition(type: KvType): number;
  createRunner(options: RunnerOptions): Runner;
}

export interface RunnerOptions {
  /** Pages of all sequences together. */
  readonly pages: number;
  /** Positions of a page, a multiple of 16. */
  readonly pageSize: number;
  /** Rows of the page table: sequences of a step. */
  readonly sequences: number;
  /** Columns of the page table: pages of the longest sequence. */
  readonly maxPages: number;
  /** Rows (tokens) of a step. */
  readonly maxRows: number;
  /** Rows of a step whose logits are wanted. */
  readonly maxLogits: number;
  readonly kvType: KvType;
}

export interface Runner {
  /**
   * One step; at most one at a time. The keys and values of each row are stored at its position first, then it
   * attends to all positions of its sequence up to its own.
   *
   * @param options.into  an array of that size to fill; without it, or if it isn't of use, the result is a new one.
   * @returns logits `[logitRows.length, vocabularySize]`, which the engine hands on to its callers.
   */
  run(step: Step, options?: { signal?: AbortSignal; into?: Float32Array }): Promise<Float32Array>;
  /** Copies the keys and values of a page of all layers to another page; never during a run. */
  copyPage(from: number, to: number): void;
  /** Never during a run. */
  [Symbol.dispose](): void;
}

/**
 * The rows of a step. Those of one sequence follow one another in ascending positions; which row of the table a
 * sequence has may differ from step to step. The arrays are the engine's: they keep their content until the promise
 * of the run settles.
 */
export interface Step {
  /** `[rows]` */
  readonly tokens: Int32Array;
  /** `[rows]`: row of the table. */
  readonly seq: Int32Array;
  /** `[rows]`: position in its sequence, from 0. */
  readonly pos: Int32Array;
  /** `[sequences * maxPages]`: page numbers; unreached entries hold anything. */
  readonly table: Int32Array;
  /** Ascending places among the rows; may be empty. */
  readonly logitRows: Int32Array;
}
