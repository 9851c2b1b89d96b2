// Runs a planned program. Everything that doesn't depend on the data is worked out
// before the first run: a run checks its arrays, allocates its results and makes
// one call into native code.

import type {
  NativeBuffer,
  RunOptions as NativeOptions,
  NativeProgram,
  RunReport,
} from "@ryanstream/native-kernels";
import { Binder, type Evaluator } from "./bind.js";
import { carries, describeArray, newArray, type TypedArray } from "./dtype.js";
import { encode } from "./encode.js";
import { ensure, reword, TensorError } from "./errors.js";
import type { Graph } from "./graph.js";
import { trackLeak, untrackLeak } from "./leaks.js";
import { nativeBinding } from "./native-binding.js";
import type { Plan } from "./plan.js";
import { elements } from "./shape.js";
import { arrayName, describeType, type TensorType } from "./type.js";

export interface CallOptions {
  /** Sizes of dims that the lengths of the inputs don't tell. */
  dims?: Readonly<Record<string, number>>;
  /** Arrays of the caller's to fill, instead of new ones. */
  into?: Readonly<Record<string, TypedArray>>;
  /** Stops the run between two operations; the promise rejects with `signal.reason`. */
  signal?: AbortSignal;
}

interface ResultSlot {
  readonly name: string;
  readonly type: TensorType;
  readonly elements: Evaluator;
}

export class Runner {
  readonly #graph: Graph;
  readonly #plan: Plan;
  readonly #label: string;
  readonly #binder: Binder;
  readonly #results: readonly ResultSlot[];
  readonly #buffers: NativeBuffer[] = [];
  #program: NativeProgram | undefined;
  #disposed = false;

  constructor(graph: Graph, plan: Plan, label: string) {
    this.#graph = graph;
    this.#plan = plan;
    this.#label = label;
    this.#binder = new Binder(graph);
    this.#results = graph.outputs.map(({ name, value }) => this.#result(name, value));
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** The native program; made by the first call. */
  get native(): NativeProgram {
    this.#ensureAlive();
    if (this.#program === undefined) {
      const binding = nativeBinding();
      const words = encode(this.#graph, this.#plan, binding.operations());
      const constants = this.#graph.constants.map((c) => c.constant.bytes);
      try {
        this.#program = new binding.Program(words, constants);
      } catch (error) {
        this.#refuse(error);
      }
      trackLeak(this, this.#label);
    }
    return this.#program;
  }

  /** Values of the dims for these inputs; throws for those that the program can't take. */
  bindDims(inputs: Readonly<Record<string, unknown>>, options: CallOptions): Map<string, number> {
    this.#binder.bind(inputs, options.dims);
    return new Map(this.#binder.dims.map((d, i) => [d.name, this.#binder.values[i] as number]));
  }

  run(inputs: Readonly<Record<string, unknown>>, options: CallOptions): Promise<unknown> {
    try {
      const { signal } = options;
      signal?.throwIfAborted();
      this.#binder.bind(inputs, options.dims);
      const outputs = this.#allocate(options.into);
      return this.#call(this.#slotBuffers(), outputs, undefined, signal).then(() =>
        this.#record(outputs),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Time per step in nanoseconds. Slots are as before: the run writes to copies. */
  async profile(
    inputs: Readonly<Record<string, unknown>>,
    { dims, signal }: CallOptions,
  ): Promise<Float64Array> {
    signal?.throwIfAborted();
    this.#binder.bind(inputs, dims);
    const outputs = this.#allocate(undefined);
    const report = await this.#withCopies((buffers) =>
      this.#call(buffers, outputs, { profile: true }, signal),
    );
    return report.nanoseconds ?? new Float64Array(this.#plan.steps.length);
  }

  /** The content of any value. Slots are as before: the run writes to copies. */
  async read(
    value: number,
    inputs: Readonly<Record<string, unknown>>,
    { dims, signal }: CallOptions,
  ): Promise<TypedArray> {
    signal?.throwIfAborted();
    this.#binder.bind(inputs, dims);
    const slot = this.#result("", value);
    const into = newArray(slot.type.dtype, slot.elements(this.#binder.values));
    const step = this.#plan.madeAt[value] as number;
    if (step < 0) {
      this.#readSource(value, into);
      return into;
    }
    const asked: NativeOptions = { stopAfter: step, read: [value] };
    await this.#withCopies((buffers) => this.#call(buffers, [into], asked, signal));
    return into;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#program?.dispose();
    this.#program = undefined;
    untrackLeak(this);
  }

  #result(name: string, value: number): ResultSlot {
    const type = this.#graph.values[value] as TensorType;
    return { name, type, elements: this.#binder.evaluator(elements(type.shape)) };
  }

  #allocate(into: Readonly<Record<string, TypedArray>> | undefined): TypedArray[] {
    const { values } = this.#binder;
    for (const name in into) {
      ensure(
        this.#results.some((r) => r.name === name),
        "ERR_OUTPUT",
        () =>
          `no output is called ${name}; there are ${this.#results.map((r) => r.name).join(", ")}`,
      );
    }
    return this.#results.map(({ name, type, elements: count }) => {
      const length = count(values);
      const own = into?.[name];
      if (own === undefined) return newArray(type.dtype, length);
      ensure(
        carries(type.dtype, own) && own.length === length,
        "ERR_OUTPUT",
        () =>
          `output ${name} is ${describeType(type)}: expected ${arrayName(type.dtype)} of ${length}, ` +
          `found ${describeArray(own)} of ${own?.length}`,
      );
      return own;
    });
  }

  #record(outputs: readonly TypedArray[]): unknown {
    if (this.#graph.single) return outputs[0];
    const record: Record<string, TypedArray> = {};
    for (const [i, { name }] of this.#results.entries()) record[name] = outputs[i] as TypedArray;
    return record;
  }

  #slotBuffers(): NativeBuffer[] {
    const { slots } = this.#graph;
    for (let i = 0; i < slots.length; i++) {
      this.#buffers[i] = (slots[i] as Graph["slots"][number]).slot.buffer;
    }
    return this.#buffers;
  }

  /** One call into native code, with the arrays and dims of the latest bind(). */
  async #call(
    buffers: NativeBuffer[],
    outputs: TypedArray[],
    asked: NativeOptions | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RunReport> {
    const program = this.native;
    const { values, arrays } = this.#binder;
    try {
      if (signal === undefined) return await program.run(values, buffers, arrays, outputs, asked);
      const ticket = nativeBinding().newTicket();
      const run = program.run(values, buffers, arrays, outputs, { ...asked, ticket });
      return await abortable(run, signal, ticket);
    } catch (error) {
      // The reason of an abort is the caller's: it is thrown as it is, whatever it is.
      if (signal?.aborted && isAborted(error)) throw signal.reason;
      return this.#refuse(error);
    }
  }

  async #withCopies<T>(run: (buffers: NativeBuffer[]) => Promise<T>): Promise<T> {
    const copies: NativeBuffer[] = [];
    try {
      const buffers = this.#slotBuffers().map((buffer, i) => {
        if (!this.#plan.writable[i]) return buffer;
        const copy = new (nativeBinding().Buffer)(buffer.byteLength);
        copies.push(copy);
        const bytes = new Uint8Array(buffer.byteLength);
        buffer.read(0, bytes);
        copy.write(0, bytes);
        return copy;
      });
      return await run(buffers);
    } finally {
      for (const copy of copies) copy.dispose();
    }
  }

  #readSource(value: number, into: TypedArray): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const storage = this.#plan.storage[value];
    if (storage?.kind === "slot") this.#graph.slots[storage.slot]?.slot.buffer.read(0, into);
    else if (storage?.kind === "constant") {
      const of = this.#graph.constants[storage.constant];
      if (of !== undefined) bytes.set(of.constant.bytes);
    } else {
      const sharing = this.#graph.inputs.findIndex(
        (i) => storage?.kind === "arena" && sameRegion(this.#plan, i.value, value),
      );
      const array = this.#binder.arrays[sharing] as TypedArray;
      bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    }
  }

  // Native errors name an operation by number; its scope tells where it is in the model.
  #refuse(error: unknown): never {
    if (error instanceof Error) {
      const located = error.message.replace(/^operation (\d+) \([^)]*\)/, (text, step) => {
        const scope = this.#plan.steps[Number(step)]?.scope;
        return scope ? `${text} in ${scope}` : text;
      });
      if (located !== error.message) reword(error, located);
    }
    throw error;
  }

  #ensureAlive(): void {
    if (this.#disposed) {
      throw new TensorError("ERR_DISPOSED", `${this.#label} has been disposed of`);
    }
  }
}

// Of values that no step makes, only an input and its aliases share a place.
function sameRegion(plan: Plan, a: number, b: number): boolean {
  const [x, y] = [plan.storage[a], plan.storage[b]];
  return x?.kind === "arena" && y?.kind === "arena" && x.offset === y.offset && x.bytes === y.bytes;
}

function isAborted(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === "ERR_ABORTED";
}

async function abortable<T>(done: Promise<T>, signal: AbortSignal, ticket: number): Promise<T> {
  const abort = () => nativeBinding().cancel(ticket);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort(); // while the arguments were read
  try {
    return await done;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
