// The read-out: weights of which a share is their average over the end of the run.

import type { Parameter } from "@ryanstream/tensor";
import { ensure } from "../check.js";
import type { MatrixOptimizer } from "./matrix-optimizer.js";

/** Every parameter's read-out, by parameter; a copy. */
export type AveragedWeights = ReadonlyMap<Parameter<"f32">, Float32Array<ArrayBuffer>>;

export class WeightReadout {
  readonly #parameters: readonly Parameter<"f32">[];
  readonly #matrices: MatrixOptimizer;
  readonly #blend: number;
  #isInPlace = false;

  constructor(parameters: readonly Parameter<"f32">[], matrices: MatrixOptimizer, blend: number) {
    this.#parameters = parameters;
    this.#matrices = matrices;
    this.#blend = blend;
  }

  read(): AveragedWeights {
    this.expectOwn("averaged");
    const blended = new Map(this.#blended());
    return new Map(
      this.#parameters.map((p) => [p, blended.get(p) ?? (p.read() as Float32Array<ArrayBuffer>)]),
    );
  }

  /** Puts the read-out where the weights are, until it is disposed of. */
  putInPlace(): Disposable {
    this.expectOwn("useAveraged");
    const averaged = this.#blended();
    const own = averaged.map(([p]) => [p, p.read()] as const);
    const taken = this.#matrices.counter.taken;
    const restore = () => {
      for (const [p, values] of own) p.write(values);
    };
    try {
      for (const [p, values] of averaged) p.write(values);
    } catch (error) {
      restore(); // one of them was in a run
      throw error;
    }
    this.#isInPlace = true;
    return {
      [Symbol.dispose]: () => {
        if (!this.#isInPlace) return;
        restore();
        this.#isInPlace = false;
        const now = this.#matrices.counter.taken;
        ensure(
          now === taken,
          "ERR_INPUT",
          () =>
            `useAveraged: expected no step while averaged weights are in place, found ${now - taken}; ` +
            "weights and state don't belong together any more: load a checkpoint",
        );
      },
    };
  }

  /** @throws TensorError ERR_INPUT while the parameters hold the read-out. */
  expectOwn(what: string): void {
    ensure(
      !this.#isInPlace,
      "ERR_INPUT",
      () =>
        `${what}: expected the weights themselves, found averaged ones in place; dispose of useAveraged() first`,
    );
  }

  #blended(): (readonly [Parameter<"f32">, Float32Array<ArrayBuffer>])[] {
    return this.#matrices.parameters.flatMap((p, i) => {
      const average = this.#matrices.averageOf(i)?.read();
      if (average === undefined) return [];
      const values = p.read() as Float32Array<ArrayBuffer>;
      for (let j = 0; j < values.length; j++) {
        values[j] =
          (1 - this.#blend) * (values[j] as number) + this.#blend * (average[j] as number);
      }
      return [[p, values] as const];
    });
  }
}
