// A decoder whose weights are trained: made from a configuration or read from files, and written as files that
// `loadModel` reads.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import {
  openTensors,
  quantize,
  type TensorInput,
  type TensorSource,
  writeSafetensors,
} from "@ryanstream/format";
import type { Parameter, Sym } from "@ryanstream/tensor";
import { architectures as known } from "../architectures/index.js";
import type { DecoderConfig } from "../decoder-config.js";
import { ensure, ModelError } from "../errors.js";
import { configFromHuggingFace } from "../hugging-face-config.js";
import { readConfig } from "../read-config.js";
import { huggingFaceNames, isGgufModel } from "../weight-names.js";
import type { Adapt } from "../whole-rows.js";
import { fillRandom } from "./initial-weights.js";
import {
  makeParameters,
  type WeightRole,
  type WeightShape,
  weightShapes,
} from "./trainable-weights.js";
import { type TrainingInputs, trainingLoss } from "./training-loss.js";

const biased = ["query", "key", "value", "output", "gate", "up", "down"] as const;

/** How weights are written. */
export type SavedType = "F32" | "BF16";

export class TrainableDecoder implements Disposable {
  readonly config: DecoderConfig;
  /** By the names of Hugging Face's files, in f32, in a fixed order. */
  readonly parameters: ReadonlyMap<string, Parameter<"f32">>;
  readonly #roles: ReadonlyMap<string, WeightRole>;

  /** @internal */
  constructor(config: DecoderConfig, parameters: ReadonlyMap<string, Parameter<"f32">>) {
    this.config = config;
    this.parameters = parameters;
    this.#roles = new Map(weightShapes(config).map(({ name, role }) => [name, role]));
  }

  /** Numbers that are trained. */
  get parameterCount(): number {
    let count = 0;
    for (const { length } of this.parameters.values()) count += length;
    return count;
  }

  /** What a parameter is for, by its name. */
  role(name: string): WeightRole {
    const role = this.#roles.get(name);
    ensure(
      role !== undefined,
      "ERR_ARGUMENT",
      () => `expected the name of a weight, found ${name}`,
    );
    return role;
  }

  /**
   * The losses `f32[L]` of a batch of packed documents, in a program that is being traced.
   *
   * @param adapt  changes products of layers' matrices, for adapters such as LoRA's.
   */
  loss(inputs: TrainingInputs, adapt?: Adapt): Sym<"f32"> {
    return trainingLoss(this.config, (name) => this.parameters.get(name), inputs, adapt);
  }

  /**
   * The weights as tensors to write.
   *
   * @param values  values of a weight by its name. Default: those of the parameters.
   */
  tensors(
    dtype: SavedType = "F32",
    values: (name: string) => Float32Array = (name) => this.#read(name),
  ): TensorInput[] {
    return weightShapes(this.config).map(({ name, shape }) => ({
      name,
      dtype,
      shape,
      data: () => quantize(dtype, values(name)),
    }));
  }

  dispose(): void {
    for (const each of this.parameters.values()) each.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #read(name: string): Float32Array {
    return (this.parameters.get(name) as Parameter<"f32">).read() as Float32Array;
  }
}

export interface CreateDecoderOptions {
  /** An integer from 0 to 2^32 - 1: with the same one, the same weights. */
  readonly seed: number;
}

/**
 * A decoder with weights by chance: matrices have a standard deviation of `1 / sqrt(inputs)`, those that add to the
 * residual stream are 0, embeddings have 0.02, gains are 1 and biases 0.
 *
 * @param config  fields of a Hugging Face `config.json`
 * @throws ModelError `ERR_ARCHITECTURE`, `ERR_CONFIG`
 *
 * @example
 * using decoder = createDecoder({ model_type: "qwen3", hidden_size: 256, … }, { seed: 1 });
 */
export function createDecoder(
  config: Readonly<Record<string, unknown>>,
  { seed }: CreateDecoderOptions,
): TrainableDecoder {
  ensure(
    Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32,
    "ERR_ARGUMENT",
    () => `seed: expected an integer from 0 to 2^32 - 1, found ${seed}`,
  );
  const decoder = configFromHuggingFace(config, known, "the model's configuration");
  const parameters = makeParameters(decoder, (weight) => initial(weight, seed));
  return new TrainableDecoder(decoder, parameters);
}

function initial({ name, shape, role }: WeightShape, seed: number) {
  if (role === "norm") return 1;
  if (role === "bias" || role === "residual") return 0;
  const std = role === "embedding" ? 0.02 : 1 / Math.sqrt(shape[1] as number);
  return (values: Float32Array) => fillRandom(values, seed, name, std);
}

/**
 * A decoder with the weights of a folder of Hugging Face's files, in f32.
 *
 * @throws ModelError `ERR_ARCHITECTURE`, `ERR_CONFIG`, `ERR_WEIGHTS`; FormatError for files that can't be read; the
 *   signal's reason
 */
export async function openDecoder(
  folder: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<TrainableDecoder> {
  const source = await openTensors(folder, signal === undefined ? {} : { signal });
  try {
    const { config: said } = await readConfig(folder, source, known);
    const config = { ...said, biases: biasesIn(source) };
    ensure(
      !isGgufModel(source),
      "ERR_WEIGHTS",
      () => `${folder}: expected the names of Hugging Face's files to train, found GGUF's`,
    );
    for (const { name, shape } of weightShapes(config)) {
      const found = source.tensors.get(name)?.shape;
      ensure(
        found !== undefined && found.join() === shape.join(),
        "ERR_WEIGHTS",
        () => `${folder}: expected ${name} of [${shape}], found ${found ? `[${found}]` : "none"}`,
      );
    }
    const expected = new Set(weightShapes(config).map(({ name }) => name));
    for (const name of source.tensors.keys()) {
      const unused = name === huggingFaceNames.head || /rotary_emb\.inv_freq$/.test(name);
      ensure(
        expected.has(name) || unused,
        "ERR_WEIGHTS",
        () => `${folder}: expected only tensors that are trained, found ${name}`,
      );
    }
    const decoder = new TrainableDecoder(
      config,
      makeParameters(config, () => 0),
    );
    try {
      for (const [name, parameter] of decoder.parameters) {
        parameter.write(await source.readF32(name, signal === undefined ? {} : { signal }));
      }
    } catch (error) {
      decoder.dispose();
      throw error;
    }
    return decoder;
  } finally {
    await source[Symbol.asyncDispose]();
  }
}

/** Those that the file has, whatever the configuration demands. */
function biasesIn({ tensors }: TensorSource): DecoderConfig["biases"] {
  const names = huggingFaceNames.layer(0);
  return biased.filter((key) => tensors.has(names[`${key}Bias`]));
}

export interface SaveDecoderOptions {
  /** Default: `"BF16"`. */
  readonly dtype?: SavedType;
  /** Values of a weight by its name, in place of the parameters'. */
  readonly values?: (name: string) => Float32Array;
  readonly signal?: AbortSignal;
}

/**
 * Writes `model.safetensors` into a folder that is there; `config.json` beside it is the caller's.
 *
 * @throws ModelError `ERR_NOT_FOUND`; FormatError
 */
export async function saveDecoder(
  decoder: TrainableDecoder,
  folder: string,
  { dtype = "BF16", values, signal }: SaveDecoderOptions = {},
): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new ModelError("ERR_NOT_FOUND", `expected a folder, found nothing at ${folder}`);
  }
  const tensors = decoder.tensors(dtype, ...(values === undefined ? [] : [values]));
  await writeSafetensors(join(folder, "model.safetensors"), tensors, {
    metadata: { format: "pt" },
    ...(signal === undefined ? {} : { signal }),
  });
}
