// The size of an axis: a number, or a polynomial in symbolic dimensions such as
// B*T. Polynomials have one normal form, so equal extents compare equal whatever
// way they were written, and a size can be evaluated for any binding of the dims.

import { ensure, TensorError } from "./errors.js";

export interface Term {
  readonly coefficient: number;
  readonly dims: readonly Dim[]; // sorted, repeated for powers
}

/** What may stand for the size of an axis. */
export type SizeLike = number | Extent;
/** A size in normal form: a constant is always a plain number. */
export type Size = number | Extent;
export type Shape = readonly Size[];

/** Concrete values of dimensions. */
export type DimValue = (dim: Dim) => number;

export class Extent {
  /** In normal form: no zero coefficient, no two terms with the same dims, sorted. */
  readonly terms: readonly Term[];

  constructor(terms: readonly Term[]) {
    this.terms = terms;
  }

  plus(other: SizeLike): Extent {
    return normal([...this.terms, ...termsOf(other)]);
  }

  minus(other: SizeLike): Extent {
    return this.plus(extent(other).times(-1));
  }

  times(other: SizeLike): Extent {
    const right = termsOf(other);
    return normal(
      this.terms.flatMap((a) =>
        right.map((b) => ({
          coefficient: a.coefficient * b.coefficient,
          dims: [...a.dims, ...b.dims],
        })),
      ),
    );
  }

  equals(other: SizeLike): boolean {
    return this.key === extent(other).key;
  }

  evaluate(value: DimValue): number {
    let total = 0;
    for (const { coefficient, dims } of this.terms) {
      let product = coefficient;
      for (const dim of dims) product *= value(dim);
      total += product;
    }
    return total;
  }

  /** Equal for equal extents; for maps, not for people. */
  get key(): string {
    return this.terms
      .map((t) => `${t.coefficient}*${t.dims.map((d) => d.uid).join("*")}`)
      .join("+");
  }

  toString(): string {
    if (this.terms.length === 0) return "0";
    return this.terms
      .map(({ coefficient, dims }, i) => {
        const sign = coefficient < 0 ? "-" : i > 0 ? "+" : "";
        const names = dims.map((d) => d.name);
        const magnitude = Math.abs(coefficient);
        if (magnitude !== 1 || dims.length === 0) names.unshift(String(magnitude));
        return sign + names.join("*");
      })
      .join("");
  }
}

export interface DimOptions {
  /** Smallest allowed size. Default: 1. */
  min?: number;
  /** Largest allowed size: memory is planned for it. */
  max: number;
}

let nextUid = 0;

/** A symbolic dimension: a named size that is bound anew by each run. */
export class Dim extends Extent {
  readonly uid = nextUid++;
  readonly min: number;
  readonly max: number;

  constructor(
    readonly name: string,
    { min = 1, max }: DimOptions,
  ) {
    super([]);
    ensure(/^[A-Za-z_][\w.]*$/.test(name), "ERR_SHAPE", () => `dim name "${name}" must be a word`);
    ensure(
      Number.isSafeInteger(min) && Number.isSafeInteger(max) && min >= 0 && min <= max,
      "ERR_DIM_RANGE",
      () => `dim ${name}: expected integers 0 <= min <= max, found min ${min}, max ${max}`,
    );
    this.min = min;
    this.max = max;
    (this as { terms: readonly Term[] }).terms = [{ coefficient: 1, dims: [this] }];
  }
}

/** Declares a symbolic dimension with the range of sizes that a run may bind it to. */
export function dim(name: string, options: DimOptions): Dim {
  return new Dim(name, options);
}

export function extent(size: SizeLike): Extent {
  return typeof size === "number" ? normal(termsOf(size)) : size;
}

function termsOf(size: SizeLike): readonly Term[] {
  if (typeof size !== "number") return size.terms;
  if (!Number.isSafeInteger(size)) {
    throw new TensorError("ERR_SHAPE", `expected an integer size, found ${size}`);
  }
  return [{ coefficient: size, dims: [] }];
}

function normal(terms: readonly Term[]): Extent {
  const byKey = new Map<string, Term>();
  for (const { coefficient, dims } of terms) {
    const sorted = [...dims].sort(byName);
    const key = sorted.map((d) => d.uid).join("*");
    byKey.set(key, {
      coefficient: coefficient + (byKey.get(key)?.coefficient ?? 0),
      dims: sorted,
    });
  }
  const kept = [...byKey.values()].filter((t) => t.coefficient !== 0);
  return new Extent(
    kept.sort((a, b) => b.dims.length - a.dims.length || compareNames(a.dims, b.dims)),
  );
}

function byName(a: Dim, b: Dim): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.uid - b.uid;
}

function compareNames(a: readonly Dim[], b: readonly Dim[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = byName(a[i] as Dim, b[i] as Dim);
    if (order !== 0) return order;
  }
  return 0;
}
