// Weights from a file into packed memory: each matrix is mapped, or decoded where the file encodes it, packed in one pass
// and let go again, a layer at a time.

import type { TensorInfo, TensorSource } from "@ryanstream/format";
import { type BlockType, blockTypes, type PackedSpec, packBlocks } from "@ryanstream/kernels";
import { f32, i32, type Parameter, parameter, program, u8 } from "@ryanstream/tensor";
import type { DecoderConfig } from "./decoder-config.js";
import {
  type DecoderWeights,
  type LayerWeights,
  layerShapes,
  type OutlierParameters,
  type PackedParameter,
  type Projection,
} from "./decoder-weights.js";
import { ModelError } from "./errors.js";
import { expectMemory } from "./expect-memory.js";
import { biasOf, expectKnownTensors, type ProjectionKey, tensorOf } from "./expect-tensors.js";
import { outlierTensors, readOutlierColumns } from "./outlier-tensors.js";
import { PackedFile, writePackedFile } from "./packed/packed-file.js";
import { cleanPackedFolder, expectWritable } from "./packed/packed-folder.js";
import { type PackedIdentity, packedIdentity } from "./packed/packed-source.js";
import { weightBytes } from "./weight-bytes.js";
import { specFor, type WeightFormat } from "./weight-format.js";
import type { WeightNames } from "./weight-names.js";

export interface LoadProgress {
  /** `"writing"` is about packed weights, which are kept on disk once all are loaded. */
  readonly phase: "loading" | "writing";
  /** Bytes of the model's file that are loaded, or bytes that are written; and of all that will be. */
  readonly loaded: number;
  readonly total: number;
}

export interface LoadWeightsOptions {
  readonly format: WeightFormat;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Bytes of decoded matrices that wait to be packed together; a larger one waits alone. Default: 64 MiB. */
  readonly decodedAtOnce?: number | undefined;
  /** A folder with packed weights of earlier loads, for this one's too. */
  readonly packedFolder?: string | undefined;
}

/** A matrix that waits to be packed. */
interface Waiting {
  readonly name: string;
  readonly type: BlockType;
  readonly into: PackedParameter;
}

/**
 * Loads all weights of a decoder.
 *
 * @throws ModelError `ERR_WEIGHTS` for a tensor that is missing, or of a shape or type that can't be; the signal's
 *   reason. Nothing stays allocated then.
 */
export async function loadWeights(
  source: TensorSource,
  config: DecoderConfig,
  names: WeightNames,
  options: LoadWeightsOptions,
): Promise<DecoderWeights> {
  const loader = new Loader(source, config, names, options);
  try {
    return await loader.load();
  } catch (error) {
    loader.dispose();
    throw error;
  }
}

class Loader {
  readonly #source: TensorSource;
  readonly #config: DecoderConfig;
  readonly #names: WeightNames;
  readonly #options: LoadWeightsOptions;
  readonly #made: Parameter[] = [];
  readonly #matrices: PackedParameter[] = [];
  #packed: PackedFile | undefined;
  #waiting: Waiting[] = [];
  #loaded = 0;
  #total = 0;

  constructor(
    source: TensorSource,
    config: DecoderConfig,
    names: WeightNames,
    options: LoadWeightsOptions,
  ) {
    this.#source = source;
    this.#config = config;
    this.#names = names;
    this.#options = options;
  }

  dispose(): void {
    for (const made of this.#made) made.dispose();
  }

  async load(): Promise<DecoderWeights> {
    const { vocabularySize, width, layers: count, tied } = this.#config;
    const { embedding: name, norm, head } = this.#names;
    for (const info of this.#source.tensors.values()) this.#total += info.storedBytes;
    expectKnownTensors(this.#source, this.#config, this.#names, { outliers: true });
    const { packedFolder, format } = this.#options;
    const files = this.#source.files.map((file) => file.path);
    const identity = packedFolder === undefined ? undefined : await packedIdentity(files, format);
    if (packedFolder !== undefined && identity !== undefined) {
      this.#packed = await PackedFile.find(packedFolder, identity);
      if (this.#packed === undefined) await expectWritable(packedFolder, identity);
      await cleanPackedFolder(packedFolder, identity);
    }
    if (this.#packed === undefined) {
      expectMemory(weightBytes(this.#source, this.#config, this.#names, format));
    }
    const embedding = this.#matrix("embedding", name, vocabularySize, width, true);
    await this.#pack();
    const layers: LayerWeights[] = [];
    for (let i = 0; i < count; i++) {
      layers.push(await this.#layer(i));
      await this.#pack();
    }
    const weights = {
      embedding,
      layers,
      norm: await this.#vector("norm", norm, width),
      head: tied ? embedding : this.#matrix("head", head, vocabularySize, width, true),
    };
    await this.#pack();
    this.#options.onProgress?.({ phase: "loading", loaded: this.#total, total: this.#total });
    if (packedFolder !== undefined && identity !== undefined && this.#packed === undefined) {
      await this.#keep(packedFolder, identity);
    }
    return weights;
  }

  /** The model is loaded whether or not the next load will be faster. */
  async #keep(folder: string, model: PackedIdentity): Promise<void> {
    const { signal } = this.#options;
    const onProgress = (loaded: number, total: number) =>
      this.#options.onProgress?.({ phase: "writing", loaded, total });
    try {
      await writePackedFile(folder, model, this.#matrices, { signal, onProgress });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const why = error instanceof Error ? error.message : String(error);
      process.emitWarning(`packed weights were not kept in ${folder}: ${why}`);
    }
  }

  async #layer(i: number): Promise<LayerWeights> {
    const { width, headDim, queryKeyNorm } = this.#config;
    const names = this.#names.layer(i);
    const shapes = layerShapes(this.#config);
    const own = (name: string) => `layers.${i}.${name}`;
    const projection = async (name: ProjectionKey): Promise<Projection> => {
      const [n, k] = shapes[name];
      const matrix = this.#matrix(own(name), names[name], n, k, false);
      const outliers = await this.#outliers(own(name), names[name], [n, k]);
      const weight = outliers === undefined ? matrix : { ...matrix, outliers };
      const biasName = biasOf(this.#source, this.#config, names[`${name}Bias`], name);
      if (biasName === undefined) return { weight };
      return { weight, bias: await this.#vector(own(`${name}.bias`), biasName, n) };
    };
    const vector = (name: keyof typeof names, length: number) =>
      this.#vector(own(name), names[name], length);
    return {
      attentionNorm: await vector("attentionNorm", width),
      query: await projection("query"),
      key: await projection("key"),
      value: await projection("value"),
      output: await projection("output"),
      queryNorm: queryKeyNorm ? await vector("queryNorm", headDim) : undefined,
      keyNorm: queryKeyNorm ? await vector("keyNorm", headDim) : undefined,
      ffnNorm: await vector("ffnNorm", width),
      gate: await projection("gate"),
      up: await projection("up"),
      down: await projection("down"),
    };
  }

  /** A norm or bias, in f32 whatever the file has. */
  async #vector(own: string, name: string, length: number): Promise<Parameter<"f32">> {
    const info = tensorOf(this.#source, name, [length]);
    const signal = this.#options.signal;
    const values = await this.#source.readF32(name, { signal });
    const made = parameter(own, f32(length));
    this.#made.push(made);
    made.write(values);
    this.#progress(info.storedBytes);
    return made;
  }

  #matrix(own: string, name: string, n: number, k: number, embedding: boolean): PackedParameter {
    const info = tensorOf(this.#source, name, [n, k]);
    const { dtype } = info;
    const type = blockTypes.find((known) => known === dtype);
    if (type === undefined) {
      throw new ModelError(
        "ERR_WEIGHTS",
        `${name}: expected one of ${blockTypes.join(", ")}, found ${dtype}`,
      );
    }
    return this.#packedInto(own, info, type, specFor(type, n, k, this.#options.format, embedding));
  }

  /** What the file holds apart of a matrix's columns. */
  async #outliers(
    own: string,
    matrix: string,
    shape: readonly [number, number],
  ): Promise<OutlierParameters | undefined> {
    const found = outlierTensors(this.#source, matrix, shape);
    if (found === undefined) return undefined;
    const { count, spec, type } = found;
    const { signal } = this.#options;
    const values = await readOutlierColumns(this.#source, found, shape[1], signal);
    const columns = parameter(`${own}.outlier_columns`, i32(count));
    this.#made.push(columns);
    columns.write(values);
    this.#progress(found.columns.storedBytes);
    return { columns, weight: this.#packedInto(`${own}.outliers`, found.weight, type, spec) };
  }

  #packedInto(own: string, info: TensorInfo, type: BlockType, spec: PackedSpec): PackedParameter {
    const buffer = this.#packed?.map(own, spec);
    const bytes = parameter(own, spec.type, buffer === undefined ? {} : { buffer });
    this.#made.push(bytes);
    const into = { spec, bytes };
    this.#matrices.push(into);
    if (buffer === undefined) this.#waiting.push({ name: info.name, type, into });
    else this.#progress(info.storedBytes);
    return into;
  }

  /** Packs what waits: what is mapped in one run, what is decoded so many bytes at a time. */
  async #pack(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const { decodedAtOnce = 2 ** 26 } = this.#options;
    for (let from = 0; from < waiting.length; ) {
      let end = from;
      let decoded = 0;
      do decoded += this.#decodedBytes(waiting[end++] as Waiting);
      while (
        end < waiting.length &&
        decoded + this.#decodedBytes(waiting[end] as Waiting) <= decodedAtOnce
      );
      await this.#packTogether(waiting.slice(from, end));
      from = end;
    }
  }

  /** Memory that a matrix takes while it waits to be packed. */
  #decodedBytes({ name }: Waiting): number {
    const info = this.#source.info(name);
    return info.encoding === "raw" ? 0 : info.byteLength;
  }

  async #packTogether(waiting: readonly Waiting[]): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const sources: Parameter<"u8">[] = [];
    try {
      for (const { name } of waiting) await this.#open(name, sources);
      using packing = program({}, () => {
        for (const [i, { type, into }] of waiting.entries()) {
          packBlocks(sources[i] as Parameter<"u8">, type, into);
        }
      });
      await packing.run({}, signal === undefined ? {} : { signal });
      for (const { name } of waiting) this.#progress(this.#source.info(name).storedBytes);
    } finally {
      for (const each of sources) each.dispose();
    }
  }

  /** Adds a tensor's bytes: the file's own where it has them as they are. */
  async #open(name: string, into: Parameter<"u8">[]): Promise<void> {
    const info = this.#source.info(name);
    const type = u8(info.byteLength);
    if (info.encoding === "raw") {
      const buffer = await this.#source.map(name, { alignment: 1 });
      into.push(parameter(`file.${name}`, type, { buffer: buffer as never }));
      return;
    }
    const decoded = parameter(`file.${name}`, type);
    into.push(decoded);
    let at = 0;
    for await (const bytes of this.#source.stream(name, { signal: this.#options.signal })) {
      decoded.buffer.write(at, bytes);
      at += bytes.length;
    }
  }

  #progress(bytes: number): void {
    this.#loaded += bytes;
    this.#options.onProgress?.({ phase: "loading", loaded: this.#loaded, total: this.#total });
  }
}
