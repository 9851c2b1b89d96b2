// Tensors that are quantised already, in a file of commits: what an interrupted run goes on from, and what the model is
// written from in the end. A grid lies there as its codes in the least integers that hold them.

import {
  openRyanWriter,
  openTensors,
  type RyanTensor,
  type RyanWriter,
  type TensorSource,
} from "@ryanstream/format";
import {
  type GridTensor,
  type Profile,
  QuantError,
  type QuantizationPlan,
  type QuantizedTensor,
} from "@ryanstream/quant";

/** What a run is of. */
export interface RunIdentity {
  /** The model's files: name, bytes and time of the last change. */
  readonly files: readonly (readonly [name: string, bytes: number, changed: number])[];
}

const keyOf = (profile: Profile, name: string): string => `${profile}:${name}`;

export class FinishedTensors implements AsyncDisposable {
  readonly path: string;
  /** Of an interrupted run. */
  readonly plan: QuantizationPlan | undefined;
  readonly #writer: RyanWriter;
  readonly #identity: RunIdentity;
  /** The newest commit; opened again after another one. */
  #source: TensorSource | undefined;

  private constructor(
    path: string,
    writer: RyanWriter,
    identity: RunIdentity,
    plan: QuantizationPlan | undefined,
    source: TensorSource | undefined,
  ) {
    this.path = path;
    this.plan = plan;
    this.#writer = writer;
    this.#identity = identity;
    this.#source = source;
  }

  static async create(path: string, identity: RunIdentity): Promise<FinishedTensors> {
    return new FinishedTensors(path, await openRyanWriter(path), identity, undefined, undefined);
  }

  /**
   * Opens what an interrupted run left.
   *
   * @throws QuantError `ERR_RESUME` if it is another model's; FormatError
   */
  static async resume(path: string, identity: RunIdentity): Promise<FinishedTensors> {
    const writer = await openRyanWriter(path, { append: true });
    try {
      const source = await openTensors(path);
      const [found, plan] = ["identity", "plan"].map((key) => source.metadata.get(key));
      if (found !== JSON.stringify(identity) || typeof plan !== "string") {
        await source.close();
        throw new QuantError(
          "ERR_RESUME",
          `${path}: expected what was made of this model, found another's`,
        );
      }
      const parsed = JSON.parse(plan) as QuantizationPlan;
      return new FinishedTensors(path, writer, identity, parsed, source);
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** Keeps the plan, before the first tensor. */
  async begin(plan: QuantizationPlan): Promise<void> {
    if (this.plan !== undefined) return;
    const metadata = { identity: JSON.stringify(this.#identity), plan: JSON.stringify(plan) };
    await this.#writer.commit(metadata);
  }

  async add(tensor: QuantizedTensor): Promise<void> {
    const key = keyOf(tensor.profile, tensor.name);
    if (!("grid" in tensor)) {
      const { dtype, shape, data } = tensor;
      await this.#writer.add({ name: key, dtype, shape, data });
      return;
    }
    const { codes, steps, rowScales } = tensor.grid;
    await this.#writer.add({ name: `${key}:steps`, ...vector("U8", steps.index) });
    await this.#writer.add({ name: `${key}:base`, ...vector("F32", Float32Array.of(steps.base)) });
    if (rowScales !== undefined) {
      await this.#writer.add({ name: `${key}:rows`, ...vector("F32", rowScales) });
    }
    // The last of them, so that a matrix that is found is whole.
    await this.#writer.add({ name: `${key}:codes`, shape: tensor.shape, ...smallest(codes) });
  }

  /** After a failure: what is whole counts. Nothing does before the plan is there. */
  async keep(): Promise<void> {
    if (this.#writer.commits > 0) await this.commit();
  }

  /** Makes what was added count. */
  async commit(): Promise<void> {
    await this.#writer.commit();
    await this.#source?.close();
    this.#source = undefined;
  }

  /** A tensor that counts. */
  async find(profile: Profile, name: string): Promise<QuantizedTensor | undefined> {
    const source = await this.#open();
    const key = keyOf(profile, name);
    const plain = source.tensors.get(key);
    if (plain !== undefined) {
      const dtype = plain.dtype as Exclude<QuantizedTensor, GridTensor>["dtype"];
      return { profile, name, dtype, shape: plain.shape, data: await source.read(key) };
    }
    const codes = source.tensors.get(`${key}:codes`);
    if (codes === undefined) return undefined;
    const shape = codes.shape as readonly [number, number];
    const index = await source.read(`${key}:steps`);
    const [base] = await source.readF32(`${key}:base`);
    const rowScales = source.tensors.has(`${key}:rows`)
      ? await source.readF32(`${key}:rows`)
      : undefined;
    const grid = {
      shape,
      codes: widened(codes.dtype, await source.read(codes.name)),
      steps: { base: base as number, index },
      ...(rowScales === undefined ? {} : { rowScales }),
    };
    return { profile: "file", name, dtype: "BF16", shape, grid };
  }

  /**
   * The tensors of a profile to write, each read when its turn comes: those with these names, in this order, each with
   * its outlier columns.
   */
  async *tensors(profile: Profile, names: Iterable<string>): AsyncGenerator<RyanTensor> {
    for (const each of names) {
      for (const name of [each, `${each}.outlier_columns`, `${each}.outliers`]) {
        const found = await this.find(profile, name);
        if (found === undefined) continue;
        if ("grid" in found) {
          const { dtype, shape, grid } = found;
          const { rowScales, ...rest } = grid;
          const own = rowScales === undefined ? rest : { ...rest, rowScales };
          yield { name, dtype, shape, grid: own };
        } else {
          // Blocks are what the kernels multiply: they stay where they can be mapped.
          const { dtype, shape, data } = found;
          const isBlock = dtype !== "F32" && dtype !== "F16" && dtype !== "BF16";
          yield { name, dtype, shape, data, encoding: isBlock ? "raw" : "exact" };
        }
      }
    }
  }

  async close(): Promise<void> {
    await this.#source?.close();
    this.#source = undefined;
    await this.#writer.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(): Promise<TensorSource> {
    this.#source ??= await openTensors(this.path);
    return this.#source;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const vector = <D extends "U8" | "F32">(dtype: D, values: Uint8Array | Float32Array) => ({
  dtype,
  shape: [values.length],
  data: bytesOf(values),
});

/** Codes as the least of `I8`, `I16` and `I32` that holds them. */
function smallest(codes: Int32Array) {
  let most = 0;
  for (const code of codes) most = Math.max(most, code < 0 ? -1 - code : code);
  if (most < 2 ** 7) return { dtype: "I8" as const, data: bytesOf(Int8Array.from(codes)) };
  if (most < 2 ** 15) return { dtype: "I16" as const, data: bytesOf(Int16Array.from(codes)) };
  return { dtype: "I32" as const, data: bytesOf(codes) };
}

function widened(dtype: string, { buffer, byteOffset, byteLength }: Uint8Array): Int32Array {
  if (dtype === "I8") return Int32Array.from(new Int8Array(buffer, byteOffset, byteLength));
  if (dtype === "I16") return Int32Array.from(new Int16Array(buffer, byteOffset, byteLength / 2));
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}
