// Fine-tuning by matrices of low rank: a weight W becomes W + (alpha / rank) B A, of which only A and B are trained.

import { linear } from "@ryanstream/kernels";
import { type Adapt, fillRandom, type TrainableDecoder } from "@ryanstream/models";
import { add, f32, mul, type Parameter, parameter } from "@ryanstream/tensor";
import type { LoraRecipe } from "./recipe.js";
import type { Trained } from "./training-step.js";

interface Pair {
  readonly a: Parameter<"f32">; // [rank, inputs]
  readonly b: Parameter<"f32">; // [outputs, rank]
}

/**
 * LoRA on all matrices between layers. `B` begins at 0, so that the first step begins at the weights that were loaded.
 *
 * @see Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, arXiv 2106.09685, section 4.1.
 */
export class Lora implements Trained, Disposable {
  readonly parameters: readonly Parameter<"f32">[];
  readonly #decoder: TrainableDecoder;
  readonly #pairs: ReadonlyMap<string, Pair>;
  readonly #factor: number;

  constructor(decoder: TrainableDecoder, { rank, alpha }: LoraRecipe, seed: number) {
    this.#decoder = decoder;
    this.#factor = alpha / rank;
    this.#pairs = new Map(
      [...decoder.parameters.values()]
        .filter(({ name }) => ["matrix", "residual"].includes(decoder.role(name)))
        .map(({ name, shape }) => {
          const [outputs, inputs] = shape as readonly [number, number];
          const a = parameter(`${name}.lora_A`, f32(rank, inputs), {
            init: (values) => fillRandom(values, seed, `${name}.lora_A`, 1 / Math.sqrt(inputs)),
          });
          return [name, { a, b: parameter(`${name}.lora_B`, f32(outputs, rank)) }];
        }),
    );
    this.parameters = [...this.#pairs.values()].flatMap(({ a, b }) => [a, b]);
  }

  /** Both matrices are narrow: AdamW trains them. */
  isMatrix(): boolean {
    return false;
  }

  /** `y + (alpha / rank) (x A^T) B^T` */
  adapt(): Adapt {
    return (y, x, name) => {
      const pair = this.#pairs.get(name);
      if (pair === undefined) return y;
      return add(y, mul(linear(linear(x, pair.a), pair.b), this.#factor));
    };
  }

  /**
   * The values of a merged weight.
   *
   * @param averaged  values of the narrow matrices by their names, in place of the parameters'
   */
  merged(name: string, averaged?: ReadonlyMap<string, Float32Array>): Float32Array {
    const base = this.#decoder.parameters.get(name) as Parameter<"f32">;
    const values = base.read() as Float32Array;
    const pair = this.#pairs.get(name);
    if (pair === undefined) return values;
    const [a, b] = [pair.a, pair.b].map(
      (each) => averaged?.get(each.name) ?? (each.read() as Float32Array),
    ) as [Float32Array, Float32Array];
    const [outputs, rank] = pair.b.shape as readonly [number, number];
    const inputs = a.length / rank;
    for (let i = 0; i < outputs; i++) {
      for (let r = 0; r < rank; r++) {
        const by = this.#factor * (b[i * rank + r] as number);
        for (let j = 0; j < inputs; j++) {
          values[i * inputs + j] =
            (values[i * inputs + j] as number) + by * (a[r * inputs + j] as number);
        }
      }
    }
    return values;
  }

  dispose(): void {
    for (const each of this.parameters) each.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
