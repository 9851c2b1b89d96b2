// A model without a network: the logits of a row are an exact hash of all tokens of its
// sequence, read back from the pages through the table. A page mixed up, freed too
// early, not copied or copied too late changes them. It checks what it is handed.

import { setImmediate as macrotask } from "node:timers/promises";
import type { EngineModel, KvType, Runner, RunnerOptions, Step } from "../../src/index.js";

const BYTES: Record<KvType, number> = { f32: 8, bf16: 4, f16: 4 };

function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca77);
  return h ^ (h >>> 13);
}

/** What the model gives after these tokens. */
export function logitsAfter(tokens: ArrayLike<number>, vocabularySize: number): Float32Array {
  let hash = 1;
  for (let i = 0; i < tokens.length; i++) hash = mix(mix(hash, tokens[i] as number), i);
  return Float32Array.from({ length: vocabularySize }, (_, id) => (mix(hash, id) >>> 8) / 2 ** 20);
}

export interface HashModelOptions {
  readonly vocabularySize?: number;
  readonly maxPositions?: number;
  /** Called when a step begins; the step waits for it. */
  readonly onStep?: ((step: Step, signal: AbortSignal | undefined) => unknown) | undefined;
}

export class HashModel implements EngineModel {
  readonly vocabularySize: number;
  readonly maxPositions: number;
  onStep: HashModelOptions["onStep"];
  readonly runners: HashRunner[] = [];
  constructor({ vocabularySize = 50, maxPositions = 4096, onStep }: HashModelOptions = {}) {
    this.vocabularySize = vocabularySize;
    this.maxPositions = maxPositions;
    this.onStep = onStep;
  }

  get runner(): HashRunner {
    return this.runners[0] as HashRunner;
  }

  kvBytesPerPosition(type: KvType): number {
    return BYTES[type];
  }

  createRunner(options: RunnerOptions): HashRunner {
    const runner = new HashRunner(this, options);
    this.runners.push(runner);
    return runner;
  }
}

function expect(right: boolean, message: string): asserts right {
  if (!right) throw new Error(`the engine broke its contract: ${message}`);
}

export class HashRunner implements Runner {
  /** By page and slot: token and position. */
  readonly #memory: Int32Array;
  #running = false;
  disposed = false;
  copies = 0;
  /** The memory of the arrays that it was given to fill. */
  readonly filled: ArrayBufferLike[] = [];
  /** By step: rows of each row of the table. */
  readonly steps: number[][] = [];

  constructor(
    private readonly model: HashModel,
    readonly options: RunnerOptions,
  ) {
    this.#memory = new Int32Array(options.pages * options.pageSize * 2).fill(-1);
  }

  async run(
    step: Step,
    { signal, into }: { signal?: AbortSignal; into?: Float32Array } = {},
  ): Promise<Float32Array> {
    expect(!this.disposed && !this.#running, "a step while another runs, or after dispose");
    this.#running = true;
    try {
      this.#check(step);
      this.steps.push(this.#rowsOf(step));
      await macrotask();
      await this.model.onStep?.(step, signal);
      signal?.throwIfAborted();
      // Only now, so that pages that change hands during a step are noticed.
      step.tokens.forEach((token, row) => {
        const at = this.#slot(step, step.seq[row] as number, step.pos[row] as number);
        this.#memory.set([token, step.pos[row] as number], at);
      });
      return this.#logits(step, into);
    } finally {
      this.#running = false;
    }
  }

  copyPage(from: number, to: number): void {
    expect(!this.disposed && !this.#running, "copyPage during a run, or after dispose");
    expect(
      from !== to && from < this.options.pages && to < this.options.pages,
      "pages of copyPage",
    );
    const size = this.options.pageSize * 2;
    this.#memory.copyWithin(to * size, from * size, (from + 1) * size);
    this.copies++;
  }

  [Symbol.dispose](): void {
    expect(!this.disposed && !this.#running, "dispose twice, or during a run");
    this.disposed = true;
  }

  #rowsOf({ seq }: Step): number[] {
    const counts: number[] = [];
    for (const row of seq) counts[row] = (counts[row] ?? 0) + 1;
    return counts;
  }

  #slot({ table }: Step, seq: number, pos: number): number {
    const { maxPages, pageSize } = this.options;
    const page = table[seq * maxPages + Math.floor(pos / pageSize)] as number;
    return (page * pageSize + (pos % pageSize)) * 2;
  }

  #check(step: Step): void {
    const { tokens, seq, pos, table, logitRows } = step;
    const { maxRows, maxLogits, sequences, maxPages, pages, pageSize } = this.options;
    expect(tokens.length > 0 && tokens.length <= maxRows, `${tokens.length} rows`);
    expect(seq.length === tokens.length && pos.length === tokens.length, "lengths");
    expect(table.length === sequences * maxPages, "the table's length");
    expect(logitRows.length <= maxLogits, `${logitRows.length} logits`);
    expect(
      logitRows.every((row, i) => row < tokens.length && row > (logitRows[i - 1] ?? -1)),
      "rows",
    );
    const writers = new Map<number, number>();
    seq.forEach((row, i) => {
      expect(row < sequences && (pos[i] as number) < maxPages * pageSize, "a row beyond the table");
      expect(i === 0 || row >= (seq[i - 1] as number), "rows of a sequence together");
      if (row === seq[i - 1]) expect(pos[i] === (pos[i - 1] as number) + 1, "positions ascend");
      const page = table[row * maxPages + Math.floor((pos[i] as number) / pageSize)] as number;
      expect(page >= 0 && page < pages, `page ${page}`);
      expect((writers.get(page) ?? row) === row, `page ${page} written by two sequences`);
      writers.set(page, row);
    });
  }

  #logits(step: Step, into?: Float32Array): Float32Array {
    const { vocabularySize } = this.model;
    const count = step.logitRows.length * vocabularySize;
    expect(into === undefined || into.length === count, "the length of the array to fill");
    if (into !== undefined) this.filled.push(into.buffer);
    const logits = into ?? new Float32Array(count);
    step.logitRows.forEach((row, i) => {
      const tokens: number[] = [];
      for (let pos = 0; pos <= (step.pos[row] as number); pos++) {
        const at = this.#slot(step, step.seq[row] as number, pos);
        expect(this.#memory[at + 1] === pos, `position ${this.#memory[at + 1]} found at ${pos}`);
        tokens.push(this.#memory[at] as number);
      }
      logits.set(logitsAfter(tokens, vocabularySize), i * vocabularySize);
    });
    return logits;
  }
}
