// The orthogonal factor of a matrix, nearly, by products alone.

import {
  add,
  matmul,
  maximum,
  mul,
  type Operand,
  reciprocal,
  type Sym,
  sqrt,
  square,
  sum,
  transpose,
} from "@ryanstream/tensor";
import { ensure, wholeNumber, within } from "./check.js";

/** Of `a x + b x^3 + c x^5`, which is applied to the singular values. */
export type Coefficients = readonly [a: number, b: number, c: number];

/**
 * As steep at zero as five steps allow: singular values end between 0.7 and 1.2 rather than at 1, which training
 * doesn't notice.
 *
 * @see Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024
 */
export const quintic: Coefficients = [3.4445, -4.775, 2.0315];

export interface OrthogonalizeOptions {
  /** Default: {@link quintic}. */
  readonly coefficients?: Coefficients;
  /** Default: 5. */
  readonly steps?: number;
  /** The least norm that is divided by. Default: `1e-7`. */
  readonly eps?: number;
}

/**
 * `U V^T` of a matrix `U S V^T`, by the Newton-Schulz iteration in f32, on the side of the matrix that is smaller.
 *
 * @param matrix  `f32[m, n]`, inside a program.
 * @throws TensorError ERR_SHAPE unless it is a matrix, ERR_ATTRIBUTE
 *
 * @example
 * const step = program({ x: f32(64, 32) }, ({ x }) => orthogonalize(x));
 */
export function orthogonalize(
  matrix: Operand<"f32">,
  { coefficients: [a, b, c] = quintic, steps = 5, eps = 1e-7 }: OrthogonalizeOptions = {},
): Sym<"f32"> {
  const [rows, columns] = matrix.shape as [number, number];
  ensure(
    matrix.shape.length === 2 && Number.isInteger(rows) && Number.isInteger(columns),
    "ERR_SHAPE",
    () =>
      `orthogonalize: expected a matrix of a fixed size, found ${matrix.shape.length} dimensions`,
  );
  for (const [i, x] of [a, b, c].entries()) within(`coefficients[${i}]`, x, {});
  wholeNumber("steps", steps, 0);
  within("eps", eps, { min: 0 });
  const isTall = rows > columns;
  const norm = sqrt(sum(square(matrix)));
  // The spectral norm is at most this one, and the iteration needs it to be at most 1.
  let x = mul(isTall ? transpose(matrix) : matrix, reciprocal(maximum(norm, eps)));
  for (let step = 0; step < steps; step++) {
    const gram = matmul(x, x, { transB: true });
    const polynomial = add(mul(gram, b), mul(matmul(gram, gram), c));
    x = add(mul(x, a), matmul(polynomial, x));
  }
  return isTall ? transpose(x) : x;
}
