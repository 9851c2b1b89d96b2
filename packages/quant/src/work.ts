// What all parts of one run share.

import { MatrixInputs } from "./calibration/matrix-inputs.js";
import type { Hessian } from "./numeric/hessian.js";
import { Products } from "./numeric/products.js";
import type { QuantizationProgress, QuantizeOptions } from "./options.js";
import type { MatrixInput, QuantizableMatrix, QuantizableModel } from "./quantizable-model.js";
import type { Settings } from "./settings.js";

/** How much of a tied embedding's Hessian stands for its rows as inputs, of the head's mean diagonal. */
const EMBEDDING_SHARE = 0.3;

export class Work implements Disposable {
  readonly products = new Products();
  readonly calibration: readonly Int32Array[];
  readonly sensitivity: readonly Int32Array[];
  readonly signal: AbortSignal | undefined;
  readonly started = performance.now();
  readonly #onProgress: ((progress: QuantizationProgress) => void) | undefined;
  #units = 0;
  #all = 1;

  constructor(
    readonly model: QuantizableModel,
    readonly settings: Settings,
    readonly options: QuantizeOptions,
  ) {
    this.calibration = options.calibration ?? [];
    this.sensitivity = options.sensitivity ?? [];
    this.signal = options.signal;
    this.#onProgress = options.onProgress;
  }

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** Units of work in all: a unit is about what a layer takes. */
  expect(units: number): void {
    this.#all = Math.max(1, units);
  }

  /** Tells of progress. */
  done(
    phase: QuantizationProgress["phase"],
    matrix: Pick<QuantizableMatrix, "name" | "layer"> | undefined,
    units: number,
  ): void {
    this.signal?.throwIfAborted();
    this.#units += units;
    this.#onProgress?.({
      phase,
      layer: matrix?.layer,
      tensor: matrix?.name,
      fraction: Math.min(1, this.#units / this.#all),
      seconds: this.seconds,
    });
  }

  /** What matrices of a layer need to know of their inputs. */
  inputsOf(
    hessians: ReadonlyMap<MatrixInput, Hessian>,
    matrices: readonly QuantizableMatrix[],
  ): Map<MatrixInput, MatrixInputs> {
    const inputs = new Map<MatrixInput, MatrixInputs>();
    for (const [input, hessian] of hessians) {
      const tensor = matrices.find((matrix) => matrix.input === input)?.name ?? input;
      inputs.set(input, this.#inputs(hessian, tensor));
    }
    return inputs;
  }

  /** The same of a head, or of an embedding that is one: its rows are inputs themselves besides. */
  inputsOfHead(hessian: Hessian | undefined, matrix: QuantizableMatrix): MatrixInputs | undefined {
    if (hessian === undefined) return undefined;
    if (matrix.kind !== "embedding") return this.#inputs(hessian, matrix.name);
    return this.#inputs(hessian.withDiagonal(EMBEDDING_SHARE), matrix.name);
  }

  #inputs(hessian: Hessian, tensor: string): MatrixInputs {
    const { products, signal } = this;
    return new MatrixInputs(hessian, { tensor, damping: this.settings.damping, products, signal });
  }

  [Symbol.dispose](): void {
    this.products[Symbol.dispose]();
  }
}
