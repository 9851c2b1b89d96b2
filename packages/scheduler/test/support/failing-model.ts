// A real model as an engine gets it, with a count of what the engine does, and failures by chance.

import type { DecoderRunner, Model } from "@ryanstream/models";
import type { EngineModel, KvType, Runner, RunnerOptions, Step } from "../../src/index.js";
import { CHANCE } from "./random-world.js";

export class FailingModel implements EngineModel {
  readonly #model: Model;
  readonly #every: number;
  copies = 0;
  steps = 0;
  kvBytes = 0;
  disposed = false;

  /** @param every  of so many steps the last fails: by turns before it has begun, and after it has written. */
  constructor(model: Model, every: number) {
    this.#model = model;
    this.#every = every;
  }

  get vocabularySize(): number {
    return this.#model.vocabularySize;
  }

  get maxPositions(): number {
    return this.#model.maxPositions;
  }

  kvBytesPerPosition(type: KvType): number {
    return this.#model.kvBytesPerPosition(type);
  }

  createRunner(options: RunnerOptions): Runner {
    const runner = this.#model.createRunner(options);
    this.kvBytes += runner.kvBytes;
    return {
      run: (step, { signal } = {}) => this.#run(runner, step, signal),
      copyPage: (from, to) => {
        this.copies++;
        runner.copyPage(from, to);
      },
      [Symbol.dispose]: () => {
        this.disposed = true;
        runner.dispose();
      },
    };
  }

  async #run(runner: DecoderRunner, step: Step, signal?: AbortSignal): Promise<Float32Array> {
    const count = ++this.steps;
    const fails = count % this.#every === 0;
    if (fails && count % (2 * this.#every) === 0) throw new Error(CHANCE);
    const logits = await runner.run(step, signal === undefined ? {} : { signal });
    if (fails) throw new Error(CHANCE);
    return logits;
  }
}
