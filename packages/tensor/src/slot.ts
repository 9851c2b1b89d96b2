// Memory that outlives a run: parameters (trained) and state (assigned). Both are
// a named, typed native buffer, allocated when it is first needed.

import type { NativeBuffer } from "@ryanstream/native-kernels";
import {
  type ArrayLikeOfDType,
  type ArrayOfDType,
  carries,
  type DType,
  describeArray,
  newArray,
  type TypedArray,
} from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import type { Shape } from "./extent.js";
import { trackLeak, untrackLeak } from "./leaks.js";
import { nativeBinding } from "./native-binding.js";
import { dimsOf } from "./shape.js";
import { arrayName, describeType, maximumBytes, type Spec, type TensorType } from "./type.js";

export type Initial<D extends DType> =
  | number
  | ArrayLikeOfDType[D]
  | ((values: ArrayOfDType[D], shape: readonly number[]) => void);

export interface SlotOptions<D extends DType> {
  /** First content: a number for every element, an array, or a function that fills one. Default: 0. */
  init?: Initial<D>;
  /** Existing native memory to hold instead of new memory, for example a mapped file. Owned from now on. */
  buffer?: NativeBuffer;
}

export abstract class Slot<D extends DType = DType> implements TensorType<D> {
  abstract readonly kind: "parameter" | "state";
  readonly name: string;
  readonly dtype: D;
  readonly shape: Shape;
  readonly byteLength: number;
  #initialize: (() => void) | undefined;
  #buffer: NativeBuffer | undefined;
  #disposed = false;

  constructor(name: string, spec: Spec<D>, options: SlotOptions<D> = {}) {
    ensure(name.length > 0, "ERR_INPUT", () => "a parameter or state needs a name");
    ensure(
      dimsOf(spec.shape).length === 0,
      "ERR_SHAPE",
      () => `${name}: memory that outlives a run has a fixed size, found ${describeType(spec)}`,
    );
    this.name = name;
    this.dtype = spec.dtype;
    this.shape = spec.shape;
    this.byteLength = maximumBytes(spec);
    const initial = options.init;
    this.#initialize = initial === undefined ? undefined : () => fill(this, initial);
    if (options.buffer !== undefined) {
      ensure(
        options.buffer.byteLength === this.byteLength,
        "ERR_SHAPE",
        () =>
          `${name}: ${describeType(spec)} takes ${this.byteLength} bytes, the buffer has ${options.buffer?.byteLength}`,
      );
      this.#hold(options.buffer);
    }
  }

  get length(): number {
    return this.shape.reduce<number>((n, s) => n * (s as number), 1);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** The native memory; allocated and given its first content by the first call. */
  get buffer(): NativeBuffer {
    return this.#buffer ?? this.#allocate();
  }

  /** Copies the content out, into `into` if given. */
  read(into: ArrayLikeOfDType[D] = newArray(this.dtype, this.length)): ArrayLikeOfDType[D] {
    this.#expect(into);
    this.buffer.read(0, into);
    return into;
  }

  /** Replaces the content. */
  write(values: ArrayLikeOfDType[D]): void {
    this.#expect(values);
    this.buffer.write(0, values);
  }

  /** Frees the memory. Using the slot afterwards throws. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#buffer?.dispose();
    this.#buffer = undefined;
    this.#initialize = undefined;
    untrackLeak(this);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #allocate(): NativeBuffer {
    if (this.#disposed) {
      throw new TensorError("ERR_DISPOSED", `${this.kind} ${this.name} has been disposed of`);
    }
    const Buffer = nativeBinding().Buffer;
    const buffer = this.#hold(new Buffer(this.byteLength));
    const initialize = this.#initialize;
    this.#initialize = undefined; // the array that a caller passed need not be kept alive
    initialize?.();
    return buffer;
  }

  #hold(buffer: NativeBuffer): NativeBuffer {
    this.#buffer = buffer;
    trackLeak(this, `${this.constructor.name} "${this.name}"`);
    return buffer;
  }

  #expect(values: TypedArray): void {
    ensure(
      carries(this.dtype, values) && values.length === this.length,
      "ERR_INPUT",
      () =>
        `${this.name} is ${describeType(this)}: expected ${arrayName(this.dtype)} of ${this.length}, ` +
        `found ${describeArray(values)} of ${values?.length}`,
    );
  }
}

function fill<D extends DType>(slot: Slot<D>, initial: Initial<D>): void {
  if (initial === 0) return; // new memory is zeroed
  if (typeof initial === "object") {
    slot.write(initial);
    return;
  }
  const values = newArray(slot.dtype, slot.length);
  if (typeof initial === "number") values.fill(initial);
  else initial(values, slot.shape as readonly number[]);
  slot.write(values);
}

/** Weights: read by programs, trained by operations that update them in place. */
export class Parameter<D extends DType = DType> extends Slot<D> {
  readonly kind = "parameter";
}

/** What a program remembers from run to run, such as a step counter or a cache. */
export class State<D extends DType = DType> extends Slot<D> {
  readonly kind = "state";
}

export function parameter<D extends DType>(
  name: string,
  spec: Spec<D>,
  options?: SlotOptions<D>,
): Parameter<D> {
  return new Parameter(name, spec, options);
}

export function state<D extends DType>(
  name: string,
  spec: Spec<D>,
  options?: SlotOptions<D>,
): State<D> {
  return new State(name, spec, options);
}
