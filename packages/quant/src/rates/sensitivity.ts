// What each matrix costs alone: the divergence of the model's outputs with it quantised and all others as they were.

import { headHessian, layerHessians, matricesOf } from "../calibration/layer-inputs.js";
import { LayerMatrices } from "../calibration/layer-matrices.js";
import type { MatrixInputs } from "../calibration/matrix-inputs.js";
import type { Hessian } from "../numeric/hessian.js";
import type {
  LayerPass,
  MatrixInput,
  QuantizableMatrix,
  Replacements,
} from "../quantizable-model.js";
import { type QuantizedMatrix, quantizeMatrix } from "../quantize-matrix.js";
import type { Settings } from "../settings.js";
import { outlierShare } from "../settings.js";
import type { Work } from "../work.js";
import { Comparison } from "./divergence.js";

/** What a matrix is tried as. */
export interface Trial {
  readonly bits: number;
  readonly dtype?: "Q8_0" | "Q4_0" | "IQ4_NL" | undefined;
}

export interface Measured extends Trial {
  /** Of the matrices that were tried together. */
  readonly names: readonly string[];
  /** Of the tensors that they gave. */
  readonly bytes: number;
  readonly kl: number;
}

/** What the calibration says of matrices. */
export interface Known {
  inputsOf(matrix: QuantizableMatrix): MatrixInputs | undefined;
  rowScales?(matrix: QuantizableMatrix, values: Float32Array): Promise<Float32Array | undefined>;
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
    matrices: readonly QuantizableMatrix[],
    known: Known,
    begin: (replace: Replacements) => LayerPass | Promise<LayerPass>,
  ) => {
    const names = matrices.map(({ name }) => name);
    for (const trial of trials) {
      const replace = new Map<string, Float32Array>();
      let bytes = 0;
      for (const matrix of matrices) {
        const quantized = await tried(work, matrix, known, trial);
        replace.set(matrix.name, quantized.values);
        bytes += quantized.bytes;
      }
      using changed = await begin(replace);
      while (changed.layer < model.layers) await changed.advance({ replace, signal });
      const { kl } = await comparison.compare(reference, changed, replace, signal);
      measured.push({ ...trial, names, bytes, kl });
      const [first] = matrices as [QuantizableMatrix];
      work.done("sensitivity", first, 1 + model.layers - (first.layer ?? 0));
    }
  };

  for (let layer = 0; layer < model.layers; layer++) {
    const matrices = matricesOf(model, layer);
    const hessians =
      inputs === undefined
        ? new Map<MatrixInput, Hessian>()
        : await layerHessians(inputs, matrices, products, undefined, signal);
    const shared = new LayerMatrices(work, matrices, hessians);
    for (const group of triedTogether(matrices, work.settings.sensitivityBy)) {
      await measure(group, shared, () => pass.fork());
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
    const own = work.inputsOfHead(
      matrix === head || head === undefined ? hessian : undefined,
      matrix,
    );
    await measure([matrix], { inputsOf: () => own }, (replace) =>
      matrix === head ? pass.fork() : model.begin(sequences, { replace, signal }),
    );
  }
  return { measured, headInputs: head === undefined ? hessian : undefined };
}

/** Matrices of a layer in the groups that are measured as one. */
export function triedTogether(
  matrices: readonly QuantizableMatrix[],
  by: Settings["sensitivityBy"],
): readonly (readonly QuantizableMatrix[])[] {
  const groups = new Map<string, QuantizableMatrix[]>();
  for (const matrix of matrices) {
    const key = by === "matrix" ? matrix.name : by === "input" ? `${matrix.input}` : "layer";
    groups.set(key, [...(groups.get(key) ?? []), matrix]);
  }
  return [...groups.values()];
}

async function tried(
  work: Work,
  matrix: QuantizableMatrix,
  known: Known,
  { bits, dtype }: Trial,
): Promise<QuantizedMatrix> {
  const profile = dtype === undefined ? "file" : "resident";
  const values = await work.model.readMatrix(matrix.name);
  return quantizeMatrix({
    plan: { profile, name: matrix.name, bits, dtype },
    shape: matrix.shape,
    values,
    inputs: known.inputsOf(matrix),
    rowScales: profile === "file" ? await known.rowScales?.(matrix, values) : undefined,
    feedback: work.settings.feedback,
    outlierColumns: outlierShare(work.settings, matrix),
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
