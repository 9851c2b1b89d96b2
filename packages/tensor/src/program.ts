// A program: a function over symbols, traced once, that runs natively in one call.

import { graphDims } from "./canonical.js";
import { type Cost, costOf, dimLookup } from "./cost.js";
import type { ArrayLikeOfDType, ArrayOfDType, DType } from "./dtype.js";
import { ensure, TensorError } from "./errors.js";
import type { Dim } from "./extent.js";
import type { Graph } from "./graph.js";
import { graphFromJson, graphToJson, hashOf, type ProgramJson } from "./json.js";
import type { Facts } from "./operation.js";
import { renumber } from "./passes/renumber.js";
import { slotFault } from "./passes/slots.js";
import { preserveVersions } from "./passes/versions.js";
import { type Plan, planGraph } from "./plan.js";
import { printGraph } from "./print.js";
import { type Profile, profileOf } from "./profile.js";
import { type CallOptions, Runner } from "./runner.js";
import type { Slot } from "./slot.js";
import type { Operand } from "./trace.js";
import type { Spec } from "./type.js";

export type InputSpecs = Readonly<Record<string, Spec>>;
// biome-ignore lint/suspicious/noConfusingVoidType: a traced function may return nothing
export type Returned = Operand | Readonly<Record<string, Operand>> | void;

/** The arrays that a program takes, by the names of its inputs. */
export type InputArrays<I extends InputSpecs> = {
  readonly [K in keyof I]: I[K] extends Spec<infer D> ? ArrayLikeOfDType[D] : never;
};

type ArrayOf<T> = T extends Operand<infer D extends DType> ? ArrayOfDType[D] : never;

/** The arrays that a run gives: one, or a record keyed as the function returned it. */
export type ResultArrays<R extends Returned> = R extends Operand
  ? ArrayOf<R>
  : R extends Readonly<Record<string, Operand>>
    ? { [K in keyof R]: ArrayOf<R[K]> }
    : Record<never, never>;

type IntoArrays<R extends Returned> =
  R extends Operand<infer D>
    ? ArrayLikeOfDType[D]
    : R extends Readonly<Record<string, Operand>>
      ? { readonly [K in keyof R]?: R[K] extends Operand<infer D> ? ArrayLikeOfDType[D] : never }
      : never;

export interface BindOptions {
  /** Sizes of dims that the lengths of the inputs don't tell. */
  dims?: Readonly<Record<string, number>>;
  /** Stops the run between two operations; the promise rejects with `signal.reason`. */
  signal?: AbortSignal;
}

export interface RunOptions<R extends Returned = Returned> extends BindOptions {
  /** Arrays of yours to fill instead of new ones: keyed as the results, or one for a single result. */
  into?: IntoArrays<R>;
}

export interface ProgramMemory {
  /** The one block that holds all values that come and go. */
  readonly arenaBytes: number;
  /** The most that is live at once: no plan can be smaller. */
  readonly lowerBoundBytes: number;
  /** Scratch memory of the kernels. Loads the native part. */
  readonly workspaceBytes: number;
  readonly parameterBytes: number;
  readonly stateBytes: number;
  readonly constantBytes: number;
}

export class Program<I extends InputSpecs = InputSpecs, R extends Returned = Returned> {
  readonly graph: Graph;
  readonly plan: Plan;
  readonly dims: readonly Dim[];
  /** sha256 of the canonical JSON: equal programs, equal hashes. */
  readonly hash: string;
  readonly #json: ProgramJson;
  readonly #runner: Runner;

  /**
   * From a graph that another pass made. `program()` traces one from a function.
   *
   * @throws {@link TensorError} ERR_GRAPH if it updates what isn't the newest content of a slot.
   */
  constructor(graph: Graph) {
    const fault = slotFault(graph);
    ensure(fault === undefined, "ERR_GRAPH", () => `graph: ${fault}`);
    // Numbered in order, so that equal programs are equal, whoever made them.
    this.graph = renumber(preserveVersions(graph));
    this.dims = graphDims(this.graph);
    this.plan = planGraph(this.graph);
    this.#json = graphToJson(this.graph);
    this.hash = hashOf(this.#json);
    this.#runner = new Runner(this.graph, this.plan, `program ${this.hash.slice(0, 12)}`);
  }

  /** A program written by `toJSON`, bound to these parameters and states. */
  static fromJSON(json: ProgramJson | string, slots: Readonly<Record<string, Slot>> = {}): Program {
    return new Program(graphFromJson(typeof json === "string" ? parse(json) : json, slots));
  }

  get memory(): ProgramMemory {
    const bytes = (kind: string) =>
      this.graph.slots.reduce((n, { slot }) => n + (slot.kind === kind ? slot.byteLength : 0), 0);
    return {
      arenaBytes: this.plan.arena.bytes,
      lowerBoundBytes: this.plan.arena.lowerBoundBytes,
      workspaceBytes: this.#runner.native.workspaceBytes,
      parameterBytes: bytes("parameter"),
      stateBytes: bytes("state"),
      constantBytes: this.graph.constants.reduce((n, c) => n + c.constant.bytes.byteLength, 0),
    };
  }

  /** Takes the native memory now rather than at the first run. */
  compile(): this {
    this.#runner.native;
    return this;
  }

  /**
   * Runs the program. Inputs are copied before this returns; the event loop stays free. Arrays are flat and
   * row-major; bf16 and f16 are bits in a `Uint16Array`, as input and as result.
   *
   * @throws {@link TensorError} (as a rejection) ERR_DIM_RANGE for a size outside its declared range.
   */
  run(inputs: InputArrays<I>, options: RunOptions<R> = {}): Promise<ResultArrays<R>> {
    return this.#runner.run(inputs, this.#call(options)) as Promise<ResultArrays<R>>;
  }

  /** One run with each operation timed. Parameters and state stay as they were. */
  async profile(inputs: InputArrays<I>, options: BindOptions = {}): Promise<Profile> {
    const dims = Object.fromEntries(this.#runner.bindDims(inputs, options));
    return profileOf(await this.#runner.profile(inputs, options), this.cost(dims));
  }

  /**
   * Any intermediate of a run, by its name or as `%12` from print(). Parameters and
   * state stay as they were.
   */
  async debug(
    inputs: InputArrays<I>,
    { after, ...options }: BindOptions & { after: string },
  ): Promise<ArrayOfDType[DType]> {
    const read = this.#runner.read(this.#valueCalled(after), inputs, options);
    return (await read) as ArrayOfDType[DType];
  }

  /**
   * Operations and bytes of a run, itemised.
   *
   * @param dims sizes; a dim that isn't given stands at its maximum.
   * @param facts what is known of the data, for operations that skip work by it.
   */
  cost(dims: Readonly<Record<string, number>> = {}, facts: Facts = {}): Cost {
    for (const name of Object.keys(dims)) {
      ensure(
        this.dims.some((d) => d.name === name),
        "ERR_DIM_UNBOUND",
        () => `no dim is called ${name}; there are ${this.dims.map((d) => d.name).join(", ")}`,
      );
    }
    return costOf(this.graph, this.plan, dimLookup(dims), facts);
  }

  print(): string {
    return printGraph(this.graph, this.plan, this.hash);
  }

  toJSON(): ProgramJson {
    return this.#json;
  }

  get disposed(): boolean {
    return this.#runner.disposed;
  }

  /** Frees the arena. Parameters and state belong to their makers and stay. */
  dispose(): void {
    this.#runner.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #call(options: RunOptions<R>): CallOptions {
    if (options.into === undefined || !this.graph.single) return options as CallOptions;
    return {
      ...options,
      into: { [this.graph.outputs[0]?.name ?? ""]: options.into },
    } as CallOptions;
  }

  #valueCalled(name: string): number {
    const number = /^%(\d+)$/.exec(name)?.[1];
    const inputs = new Map(this.graph.inputs.map((i) => [`%${i.name}`, i.value]));
    const id = this.graph.names.get(name) ?? inputs.get(name) ?? Number(number ?? -1);
    if (id in this.graph.values) return id;
    const known = [...this.graph.names.keys()];
    throw new TensorError(
      "ERR_UNKNOWN_NAME",
      `no value is called "${name}"; it may have been dead code. Named are: ${known.join(", ") || "none"}`,
    );
  }
}

function parse(text: string): ProgramJson {
  try {
    return JSON.parse(text) as ProgramJson;
  } catch (cause) {
    throw new TensorError("ERR_JSON", "program JSON: this is not JSON", { cause });
  }
}
