// The orthogonal factor of a matrix, nearly, by products alone.

import {
  add,
  constant,
  equal,
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

/** The same in all steps, or one set a step; steps beyond the list take the last of it. */
export type CoefficientList = Coefficients | readonly [Coefficients, ...Coefficients[]];

/**
 * As steep at zero as five steps allow: singular values end between 0.7 and 1.2 rather than at 1, which training
 * doesn't notice.
 *
 * @see Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024
 */
export const quintic: Coefficients = [3.4445, -4.775, 2.0315];

/**
 * `"plain"` iterates on the matrix itself, `"gram"` on its product with its own transpose, which is smaller and serves
 * all steps but the last product: fewer operations where the longer side is more than about one and a half times the
 * shorter. In f32 the two give the same to rounding.
 *
 * @see Dao AI Lab, "Gram Newton-Schulz", 2026; half precision needs a restart on the way, f32 doesn't
 */
export type NewtonSchulzForm = "plain" | "gram";

export interface OrthogonalizeOptions {
  /** Default: {@link quintic}. */
  readonly coefficients?: CoefficientList;
  /** Default: 5. */
  readonly steps?: number;
  /** The least norm that is divided by. Default: `1e-7`. */
  readonly eps?: number;
  /** Default: `"plain"`. */
  readonly form?: NewtonSchulzForm;
}

/**
 * `U V^T` of a matrix `U S V^T`, by the Newton-Schulz iteration in f32, on the side of the matrix that is smaller.
 *
 * @param matrix  `f32[m, n]`, inside a program.
 * @throws TensorError ERR_SHAPE unless it is a matrix, ERR_ATTRIBUTE
 *
 * @example
 * const step = program({ x: f32(64, 32) }, ({ x }) => orthogonalize(x, { coefficients: polarExpress, form: "gram" }));
 */
export function orthogonalize(
  matrix: Operand<"f32">,
  { coefficients = quintic, steps = 5, eps = 1e-7, form = "plain" }: OrthogonalizeOptions = {},
): Sym<"f32"> {
  const [rows, columns] = matrix.shape as [number, number];
  ensure(
    matrix.shape.length === 2 && Number.isInteger(rows) && Number.isInteger(columns),
    "ERR_SHAPE",
    () =>
      `orthogonalize: expected a matrix of a fixed size, found ${matrix.shape.length} dimensions`,
  );
  ensure(
    form === "plain" || form === "gram",
    "ERR_ATTRIBUTE",
    () => `form: expected "plain" or "gram", found ${JSON.stringify(form)}`,
  );
  const polynomials = polynomialsOf(coefficients, wholeNumber("steps", steps, 0));
  within("eps", eps, { min: 0 });
  const isTall = rows > columns;
  const norm = sqrt(sum(square(matrix)));
  // The spectral norm is at most this one, and the iteration needs it to be at most 1.
  const x = mul(isTall ? transpose(matrix) : matrix, reciprocal(maximum(norm, eps)));
  const result = (form === "gram" ? onGram : onMatrix)(x, polynomials);
  return isTall ? transpose(result) : result;
}

function polynomialsOf(coefficients: CoefficientList, steps: number): Coefficients[] {
  const isOne = typeof coefficients[0] === "number";
  const list = (isOne ? [coefficients] : coefficients) as readonly Coefficients[];
  ensure(list.length > 0, "ERR_ATTRIBUTE", () => "coefficients: expected some, found none");
  for (const [i, each] of list.entries()) {
    const where = isOne ? "coefficients" : `coefficients[${i}]`;
    ensure(
      Array.isArray(each) && each.length === 3,
      "ERR_ATTRIBUTE",
      () => `${where}: expected three numbers, found ${JSON.stringify(each)}`,
    );
    for (const [j, x] of each.entries()) within(`${where}[${j}]`, x, {});
  }
  return Array.from(
    { length: steps },
    (_, i) => list[Math.min(i, list.length - 1)] as Coefficients,
  );
}

function onMatrix(matrix: Sym<"f32">, polynomials: readonly Coefficients[]): Sym<"f32"> {
  let x = matrix;
  for (const [a, b, c] of polynomials) {
    const gram = matmul(x, x, { transB: true });
    const inner = add(mul(gram, b), mul(matmul(gram, gram), c));
    x = add(mul(x, a), matmul(inner, x));
  }
  return x;
}

/** All factors commute, being polynomials of one symmetric matrix, so that they gather in `q` until the end. */
function onGram(x: Sym<"f32">, polynomials: readonly Coefficients[]): Sym<"f32"> {
  if (polynomials.length === 0) return x;
  const size = x.shape[0] as number;
  let gram = matmul(x, x, { transB: true });
  let q: Sym<"f32"> | undefined;
  for (const [i, [a, b, c]] of polynomials.entries()) {
    const inner = add(mul(gram, b), mul(matmul(gram, gram), c));
    q = q === undefined ? add(mul(identity(size), a), inner) : add(mul(q, a), matmul(inner, q));
    if (i === polynomials.length - 1) break;
    const half = add(mul(gram, a), matmul(gram, inner));
    gram = add(mul(half, a), matmul(half, inner));
  }
  return matmul(q as Sym<"f32">, x);
}

function identity(size: number): Sym<"f32"> {
  const places = Float32Array.from({ length: size }, (_, i) => i);
  return equal(constant(places, [size, 1]), constant(places, [1, size]));
}
