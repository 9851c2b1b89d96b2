import type { Hessian } from "../numeric/hessian.js";
import type { MatrixInput, QuantizableMatrix } from "../quantizable-model.js";
import type { Work } from "../work.js";
import type { MatrixInputs } from "./matrix-inputs.js";
import { columnSquares, scalesOfPrices } from "./row-scales.js";

/** A layer's matrices with what the calibration says of their inputs and outputs. */
export class LayerMatrices {
  readonly #inputs: ReadonlyMap<MatrixInput, MatrixInputs>;
  #passedOn: Promise<Float64Array> | undefined;

  constructor(
    readonly work: Work,
    readonly matrices: readonly QuantizableMatrix[],
    hessians: ReadonlyMap<MatrixInput, Hessian>,
  ) {
    this.#inputs = work.inputsOf(hessians, matrices);
  }

  inputsOf({ input }: QuantizableMatrix): MatrixInputs | undefined {
    return input === undefined ? undefined : this.#inputs.get(input);
  }

  /** How coarse the steps of a matrix's rows may be; undefined where it isn't known what their outputs go into. */
  async rowScales(
    matrix: QuantizableMatrix,
    values: Float32Array,
  ): Promise<Float32Array | undefined> {
    const [rows] = matrix.shape;
    const own = this.inputsOf(matrix);
    const next = this.matrices.find(({ input }) => input === "ffn-out");
    if (matrix.input !== "ffn-in" || own === undefined || next?.shape[1] !== rows) return undefined;
    this.#passedOn ??= this.#passOn(next);
    const passedOn = await this.#passedOn;
    const energies = await own.energies(values, rows, this.work.products);
    return scalesOfPrices(energies.map((energy, r) => (passedOn[r] as number) / energy));
  }

  /** What the next matrix makes of each of its inputs. */
  async #passOn(next: QuantizableMatrix): Promise<Float64Array> {
    const squares = columnSquares(await this.work.model.readMatrix(next.name), next.shape[1]);
    const excited = this.inputsOf(next)?.hessian.diagonal();
    return squares.map((square, c) => square * (excited?.[c] ?? 1));
  }
}
