// What each matrix costs alone: the divergence of the model's outputs with it quantised and all others as they were.

import { headHessian, layerHessians, matricesOf } from "../calibration/layer-inputs.js";
import type { MatrixInputs } from "../calibration/matrix-inputs.js";
import type { Hessian } from "../numeric/hessian.js";
import type {
  LayerPass,
  MatrixInput,
  QuantizableMatrix,
  Replacements,
} from "../quantizable-model.js";
import { type QuantizedMatrix, quantizeMatrix } from "../quantize-matrix.js";
import type { Work } from "../work.js";
import { Comparison } from "./divergence.js";

/** What a matrix is tried as. */
export interface Trial {
  readonly bits: number;
  readonly dtype?: "Q8_0" | "Q4_0" | "IQ4_NL" | undefined;
}

export interface Measured extends Trial {
  readonly name: string;
  /** Of the tensors that it gave. */
  readonly bytes: number;
  readonly kl: number;
}

export interface Sensitivities {
  readonly measured: readonly Measured[];
  /** What the head multiplies in the model as it is, where the embedding is the head. */
  readonly headInputs: Hessian | undefined;
}

export async function measureSensitivities(
  work: Work,
  trials: readonly Trial[],
): Promise<Sensitivities> {
  const { model, calibration, signal, products } = work;
  const sequences = firstTokens(work.sensitivity, work.settings.sensitivityTokens);
  using comparison = new Comparison(model.vocabularySize);
  using reference = await model.begin(sequences, { signal });
  while (reference.layer < model.layers) await reference.advance({ signal });
  using pass = await model.begin(sequences, { signal });
  using inputs = calibration.length > 0 ? await model.begin(calibration, { signal }) : undefined;
  const measured: Measured[] = [];

  const measure = async (
    matrix: QuantizableMatrix,
    hessian: MatrixInputs | undefined,
    begin: (replace: Replacements) => LayerPass | Promise<LayerPass>,
  ) => {
    const values = await model.readMatrix(matrix.name);
    for (const trial of trials) {
      const quantized = await tried(work, matrix, values, hessian, trial);
      const replace = new Map([[matrix.name, quantized.values]]);
      using changed = await begin(replace);
      while (changed.layer < model.layers) await changed.advance({ replace, signal });
      const { kl } = await comparison.compare(reference, changed, replace, signal);
      measured.push({ ...trial, name: matrix.name, bytes: quantized.bytes, kl });
      work.done("sensitivity", matrix, 1 + model.layers - (matrix.layer ?? 0));
    }
  };

  for (let layer = 0; layer < model.layers; layer++) {
    const matrices = matricesOf(model, layer);
    const hessians =
      inputs === undefined
        ? new Map<MatrixInput, Hessian>()
        : await layerHessians(inputs, matrices, products, undefined, signal);
    const shared = work.inputsOf(hessians, matrices);
    for (const matrix of matrices) {
      await measure(matrix, shared.get(matrix.input as MatrixInput), () => pass.fork());
    }
    await pass.advance({ signal });
  }
  const outer = matricesOf(model, undefined);
  const head = outer.find(({ kind }) => kind === "head");
  const width = (head ?? outer[0])?.shape[1];
  const hessian =
    inputs === undefined || width === undefined
      ? undefined
      : await headHessian(inputs, width, products, signal);
  for (const matrix of outer) {
    const own = matrix === head || head === undefined ? hessian : undefined;
    await measure(matrix, work.inputsOfHead(own, matrix), (replace) =>
      matrix === head ? pass.fork() : model.begin(sequences, { replace, signal }),
    );
  }
  return { measured, headInputs: head === undefined ? hessian : undefined };
}

function tried(
  work: Work,
  matrix: QuantizableMatrix,
  values: Float32Array,
  inputs: MatrixInputs | undefined,
  { bits, dtype }: Trial,
): Promise<QuantizedMatrix> {
  const profile = dtype === undefined ? "file" : "resident";
  return quantizeMatrix({
    plan: { profile, name: matrix.name, bits, dtype },
    shape: matrix.shape,
    values,
    inputs,
    feedback: work.settings.feedback,
    outlierColumns: work.settings.outlierColumns,
    slack: 0.1,
    products: work.products,
    signal: work.signal,
  });
}

/** The first sequences that have so many tokens together, and one at least. */
function firstTokens(sequences: readonly Int32Array[], most: number): readonly Int32Array[] {
  let tokens = 0;
  return sequences.filter(({ length }, i) => {
    tokens += length;
    return i === 0 || tokens <= most;
  });
}
