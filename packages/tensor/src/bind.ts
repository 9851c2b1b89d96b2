// From the arrays of one run to the values of its dims. Arrays are flat, so a dim is
// solved from the length of an array in which everything else is known; what to
// solve from what is worked out once, so that a run only evaluates and compares.

import { graphDims } from "./canonical.js";
import { carries, describeArray, type TypedArray } from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import { type Dim, extent, type Size } from "./extent.js";
import type { Graph } from "./graph.js";
import { elements } from "./shape.js";
import { arrayName, describeType, type TensorType } from "./type.js";

interface InputSlot {
  readonly name: string;
  readonly type: TensorType;
  readonly elements: Evaluator;
}

/** Dim `dim` from the length of input `input`: (length - rest) / factor. */
interface Solving {
  readonly dim: number;
  readonly input: number;
  readonly rest: Evaluator;
  readonly factor: Evaluator;
}

interface Solution {
  readonly solvings: readonly Solving[];
  readonly unsolved: readonly Dim[];
}

export type Evaluator = (dims: Float64Array) => number;

const unbound = -1;

export class Binder {
  readonly dims: readonly Dim[];
  /** Values of the dims of the latest bind(). */
  readonly values: Float64Array;
  /** The arrays of the latest bind(), in the program's order. */
  readonly arrays: TypedArray[] = [];
  readonly #inputs: readonly InputSlot[];
  /** How the dims are found, by the names of those that the caller gives. */
  readonly #solutions = new Map<string, Solution>();
  readonly #solution: Solution;

  constructor(graph: Graph) {
    this.dims = graphDims(graph);
    this.values = new Float64Array(this.dims.length);
    this.#inputs = graph.inputs.map(({ name, value }) => {
      const type = graph.values[value] as TensorType;
      return { name, type, elements: this.evaluator(elements(type.shape)) };
    });
    this.#solution = this.#solve([]);
  }

  /** A size as a function of the values of the dims. */
  evaluator(size: Size): Evaluator {
    if (typeof size === "number") return () => size;
    const terms = size.terms.map(({ coefficient, dims }) => ({
      coefficient,
      places: dims.map((d) => this.dims.indexOf(d)),
    }));
    const [first] = terms;
    if (terms.length === 1 && first?.places.length === 1) {
      const [place] = first.places as [number];
      return (dims) => first.coefficient * (dims[place] as number);
    }
    return (dims) =>
      terms.reduce(
        (total, { coefficient, places }) =>
          total + places.reduce((p, place) => p * (dims[place] as number), coefficient),
        0,
      );
  }

  /** Checks arrays and dims of one run; the results are in `arrays` and `values`. */
  bind(given: Readonly<Record<string, unknown>>, named?: Readonly<Record<string, number>>): void {
    this.#takeArrays(given);
    const { values, arrays } = this;
    values.fill(unbound);
    const { solvings, unsolved } = named === undefined ? this.#solution : this.#takeDims(named);
    if (unsolved.length > 0) this.#refuseUnsolved(unsolved);
    for (const { dim, input, rest, factor } of solvings) {
      const by = factor(values);
      const solved = ((arrays[input] as TypedArray).length - rest(values)) / by;
      if (by === 0) this.#refuseUnsolved([this.dims[dim] as Dim]);
      if (!Number.isInteger(solved)) this.#refuseLength(input);
      values[dim] = solved;
    }
    for (const [i, d] of this.dims.entries()) {
      const value = values[i] as number;
      if (!(value >= d.min && value <= d.max)) this.#refuseRange(d, value);
    }
    for (const [i, { elements }] of this.#inputs.entries()) {
      if ((arrays[i] as TypedArray).length !== elements(values)) this.#refuseLength(i);
    }
  }

  #takeArrays(given: Readonly<Record<string, unknown>>): void {
    let found = 0;
    for (const [i, { name, type }] of this.#inputs.entries()) {
      const array = given[name];
      if (!carries(type.dtype, array)) {
        throw new TensorError(
          "ERR_INPUT",
          `input ${name}: expected a ${arrayName(type.dtype)} for ${describeType(type)}, ` +
            `found ${describeArray(array)}`,
        );
      }
      this.arrays[i] = array;
      found++;
    }
    if (Object.keys(given).length !== found) {
      const known = this.#inputs.map((i) => i.name);
      const unknown = Object.keys(given).filter((name) => !known.includes(name));
      throw new TensorError(
        "ERR_INPUT",
        `no input is called ${unknown.join(", ")}; the inputs are ${known.join(", ") || "none"}`,
      );
    }
  }

  #takeDims(named: Readonly<Record<string, number>>): Solution {
    for (const [name, value] of Object.entries(named)) {
      const at = this.dims.findIndex((d) => d.name === name);
      ensure(at >= 0, "ERR_DIM_UNBOUND", () => `no dim is called ${name}: ${this.#allowed()}`);
      const d = this.dims[at] as Dim;
      if (!(Number.isInteger(value) && value >= d.min && value <= d.max)) {
        this.#refuseRange(d, value);
      }
      this.values[at] = value;
    }
    const key = Object.keys(named).join(" ");
    let solution = this.#solutions.get(key);
    if (solution === undefined) {
      solution = this.#solve(this.dims.filter((d) => d.name in named));
      this.#solutions.set(key, solution);
    }
    return solution;
  }

  // Repeatedly takes an input whose length leaves exactly one dim unknown, to the
  // first power. Dims that remain must be named by the caller.
  #solve(given: readonly Dim[]): Solution {
    const known = new Set(given);
    const solvings: Solving[] = [];
    for (let progress = true; progress; ) {
      progress = false;
      for (const [input, { type }] of this.#inputs.entries()) {
        const { terms } = extent(elements(type.shape));
        const open = [...new Set(terms.flatMap((t) => t.dims).filter((d) => !known.has(d)))];
        const d = open[0];
        if (open.length !== 1 || d === undefined) continue;
        if (terms.some((t) => t.dims.filter((x) => x === d).length > 1)) continue;
        solvings.push(this.#solving(d, input, terms));
        known.add(d);
        progress = true;
      }
    }
    return { solvings, unsolved: this.dims.filter((d) => !known.has(d)) };
  }

  #solving(d: Dim, input: number, terms: readonly { coefficient: number; dims: readonly Dim[] }[]) {
    const build = (from: typeof terms) =>
      this.evaluator(
        from.reduce<ReturnType<typeof extent>>(
          (sum, t) => sum.plus(t.dims.reduce((p, x) => p.times(x), extent(t.coefficient))),
          extent(0),
        ),
      );
    const withDim = terms.filter((t) => t.dims.includes(d));
    return {
      dim: this.dims.indexOf(d),
      input,
      rest: build(terms.filter((t) => !t.dims.includes(d))),
      factor: build(withDim.map((t) => ({ ...t, dims: t.dims.filter((x) => x !== d) }))),
    };
  }

  #allowed(): string {
    const ranges = this.dims.map((d) => `${d.name} from ${d.min} to ${d.max}`);
    return ranges.length === 0 ? "there are none" : `allowed are ${ranges.join(", ")}`;
  }

  #refuseRange(d: Dim, value: number): never {
    throw new TensorError("ERR_DIM_RANGE", `dim ${d.name} is ${value}: ${this.#allowed()}`);
  }

  #refuseUnsolved(dims: readonly Dim[]): never {
    const names = dims.map((d) => d.name);
    throw new TensorError(
      "ERR_DIM_UNBOUND",
      `the lengths of the inputs don't tell ${names.join(" and ")}: ` +
        `pass { dims: { ${names.map((n) => `${n}: …`).join(", ")} } }`,
    );
  }

  #refuseLength(input: number): never {
    const { name, type, elements } = this.#inputs[input] as InputSlot;
    const bound = this.dims
      .map((d, i) => ({ name: d.name, value: this.values[i] as number }))
      .filter((d) => d.value !== unbound);
    const given = bound.map((d) => `${d.name}=${d.value}`).join(", ");
    const complete = bound.length === this.dims.length;
    throw new TensorError(
      "ERR_SHAPE",
      `input ${name} is ${describeType(type)}${given && ` with ${given}`}: expected ` +
        `${complete ? elements(this.values) : "a length that it divides"} elements, ` +
        `found ${this.arrays[input]?.length}`,
    );
  }
}
