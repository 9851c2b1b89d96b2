// A symbol stands for a value that exists only while its program runs. It has a
// type and no content, and says so when JavaScript asks it for one: a branch or a
// string made from a symbol would be frozen into the program without a word.

import { inspect } from "node:util";
import type { DType } from "./dtype.js";
import { TensorError } from "./errors.js";
import type { Shape } from "./extent.js";
import type { Trace } from "./trace.js";
import { describeType, type TensorType } from "./type.js";

export class Sym<D extends DType = DType> implements TensorType<D> {
  readonly dtype: D;
  readonly shape: Shape;
  /** @internal */
  readonly trace: Trace;
  /** @internal The id of the value in its trace. */
  readonly id: number;

  /** @internal */
  constructor(trace: Trace, id: number, type: TensorType<D>) {
    this.trace = trace;
    this.id = id;
    this.dtype = type.dtype;
    this.shape = type.shape;
  }

  get rank(): number {
    return this.shape.length;
  }

  valueOf(): never {
    throw this.#noValue("a number");
  }

  toString(): never {
    throw this.#noValue("a string");
  }

  toJSON(): never {
    throw this.#noValue("JSON");
  }

  [Symbol.toPrimitive](hint: string): never {
    throw this.#noValue(hint === "default" ? "a number or a string" : `a ${hint}`);
  }

  [inspect.custom](): string {
    return `Sym ${this.trace.labelOf(this.id)}: ${describeType(this)}`;
  }

  #noValue(wanted: string): TensorError {
    return new TensorError(
      "ERR_SYMBOL_VALUE",
      `symbol ${this.trace.labelOf(this.id)} (${describeType(this)}) has no value to turn into ${wanted}: ` +
        "it stands for a value that exists only while the program runs. Use operations (where, maximum, …) " +
        "instead of JavaScript's, return it from the program, or read it with program.debug().",
    );
  }
}
