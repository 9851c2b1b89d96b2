// Logits of hidden states. The head is in memory only while somebody asks for them; those who ask for the model's own
// share it.

import type { DecoderConfig } from "../decoder-config.js";
import { type HeadProgram, headProgram } from "./layer-program.js";
import { replacement } from "./layer-runner.js";
import type { LogitsOptions } from "./layered-model.js";
import type { WeightReader } from "./weight-reader.js";

const MOST_ROWS = 256;
/** Of logits that are in memory at a time. */
const MOST_BYTES = 2 ** 26;

export class HeadRunner {
  readonly #config: DecoderConfig;
  readonly #weights: WeightReader;
  #own: { readonly made: Promise<HeadProgram>; users: number } | undefined;

  constructor(config: DecoderConfig, weights: WeightReader) {
    this.#config = config;
    this.#weights = weights;
  }

  async *logits(
    hidden: Float32Array,
    { replace, onInput, signal }: LogitsOptions,
  ): AsyncGenerator<Float32Array, void, undefined> {
    const { vocabularySize, width, tied } = this.#config;
    const { embedding, head } = this.#weights.names;
    const instead = replacement(replace, tied ? embedding : head, vocabularySize * width);
    const { program, rows, release } =
      instead === undefined ? await this.#take() : await this.#make(instead);
    try {
      const tokens = hidden.length / width;
      for (let first = 0; first < tokens; first += rows) {
        signal?.throwIfAborted();
        const x = hidden.subarray(first * width, Math.min(first + rows, tokens) * width);
        const result = await program.run({ x }, signal === undefined ? {} : { signal });
        await onInput?.(result.input, x.length / width);
        yield result.logits;
      }
    } finally {
      release();
    }
  }

  /** The model's own head, which is disposed of by its last user. */
  async #take() {
    this.#own ??= { made: this.#program(undefined), users: 0 };
    const own = this.#own;
    own.users++;
    const leave = (made: HeadProgram | undefined) => {
      if (--own.users > 0) return;
      if (this.#own === own) this.#own = undefined;
      made?.dispose();
    };
    try {
      const made = await own.made;
      return { ...made, release: () => leave(made) };
    } catch (error) {
      leave(undefined);
      throw error;
    }
  }

  async #make(head: Float32Array) {
    const made = await this.#program(head);
    return { ...made, release: () => made.dispose() };
  }

  async #program(head: Float32Array | undefined): Promise<HeadProgram> {
    const { vocabularySize, tied } = this.#config;
    const { names } = this.#weights;
    const rows = Math.min(MOST_ROWS, Math.ceil(MOST_BYTES / (4 * vocabularySize)));
    const made = headProgram(this.#config, rows);
    try {
      made.norm.write(await this.#weights.read(names.norm, undefined));
      const name = tied ? names.embedding : names.head;
      const values = head ?? (await this.#weights.read(name, undefined));
      made.head.write(values as Float32Array<ArrayBuffer>);
      return made;
    } catch (error) {
      made.dispose();
      throw error;
    }
  }
}
