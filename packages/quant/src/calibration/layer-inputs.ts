import { Hessian } from "../numeric/hessian.js";
import type { Products } from "../numeric/products.js";
import type {
  LayerPass,
  MatrixInput,
  QuantizableMatrix,
  QuantizableModel,
  Replacements,
} from "../quantizable-model.js";

/** Matrices of one layer, in the model's order. */
export const matricesOf = (
  model: QuantizableModel,
  layer: number | undefined,
): readonly QuantizableMatrix[] => model.matrices.filter((matrix) => matrix.layer === layer);

/** Runs the pass's next layer and gives `X^T X` of each of its inputs. */
export async function layerHessians(
  pass: LayerPass,
  matrices: readonly QuantizableMatrix[],
  products: Products,
  replace: Replacements | undefined,
  signal: AbortSignal | undefined,
): Promise<Map<MatrixInput, Hessian>> {
  const hessians = new Map<MatrixInput, Hessian>();
  for (const { input, shape } of matrices) {
    if (input !== undefined && !hessians.has(input)) hessians.set(input, new Hessian(shape[1]));
  }
  await pass.advance({
    replace,
    signal,
    onInput: (input, x, rows) => hessians.get(input)?.add(x, rows, products),
  });
  return hessians;
}

/** `X^T X` of what the head multiplies; the pass is after the last layer. */
export async function headHessian(
  pass: LayerPass,
  width: number,
  products: Products,
  signal: AbortSignal | undefined,
): Promise<Hessian> {
  const hessian = new Hessian(width);
  const onInput = (x: Float32Array, rows: number) => hessian.add(x, rows, products);
  for await (const _ of pass.logits({ onInput, signal })) signal?.throwIfAborted();
  return hessian;
}
