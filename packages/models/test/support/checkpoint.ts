// Checkpoints with random weights, written to a temporary folder as Hugging Face has them
// or as GGUF, with the weights of tools/golden/models.py.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DType,
  quantize,
  type TensorInput,
  writeGguf,
  writeSafetensors,
} from "@ryanstream/format";
import { hashed } from "../../../../tools/golden/weights.js";
import { architectures } from "../../src/architectures/index.js";
import type { DecoderConfig } from "../../src/decoder-config.js";
import { layerShapes } from "../../src/decoder-weights.js";
import { configFromHuggingFace } from "../../src/hugging-face-config.js";
import { ggufNames, huggingFaceNames, type WeightNames } from "../../src/weight-names.js";

export type HuggingFaceConfig = Readonly<Record<string, unknown>>;

/** A folder that is removed at the end of the scope. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "ryanstream-models-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

export function values(name: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (name.endsWith("bias")) return hashed(name, count, 0.1);
  if (shape.length === 1) return hashed(name, count, 0.1).map((x) => 1 + x);
  return hashed(name, count, Math.sqrt(3 / (shape[1] as number)));
}

export const configOf = (json: HuggingFaceConfig): DecoderConfig =>
  configFromHuggingFace(json, architectures);

/** Whether the architecture's files have these vectors. */
function vectorsOf(json: HuggingFaceConfig, config: DecoderConfig) {
  const qkv = json["model_type"] === "qwen2" || json["attention_bias"] === true;
  const biases = (names: readonly string[]) => names.map((name) => [`${name}Bias`, name] as const);
  return {
    biases: [
      ...(qkv ? biases(["query", "key", "value"]) : []),
      ...(json["attention_bias"] === true ? biases(["output"]) : []),
      ...(json["mlp_bias"] === true ? biases(["gate", "up", "down"]) : []),
    ],
    norms: [
      ["attentionNorm", config.width],
      ["ffnNorm", config.width],
      ...(config.queryKeyNorm
        ? [
            ["queryNorm", config.headDim],
            ["keyNorm", config.headDim],
          ]
        : []),
    ] as [string, number][],
  };
}

/** Name in the file, name that the values are made of, and shape of every tensor. */
function tensorsOf(json: HuggingFaceConfig, names: WeightNames) {
  const config = configOf(json);
  const { width, vocabularySize, layers, tied } = config;
  const found: { name: string; seed: string; shape: readonly number[] }[] = [];
  const add = (name: string, seed: string, shape: readonly number[]) =>
    found.push({ name, seed, shape });
  add(names.embedding, huggingFaceNames.embedding, [vocabularySize, width]);
  const shapes = layerShapes(config);
  const { biases, norms } = vectorsOf(json, config);
  for (let i = 0; i < layers; i++) {
    const [own, seed] = [names.layer(i), huggingFaceNames.layer(i)] as unknown as [
      Record<string, string>,
      Record<string, string>,
    ];
    const put = (key: string, shape: readonly number[]) =>
      add(own[key] as string, seed[key] as string, shape);
    for (const [key, shape] of Object.entries(shapes)) put(key, shape);
    for (const [key, length] of norms) put(key, [length]);
    for (const [key, of] of biases) put(key, [shapes[of as keyof typeof shapes][0]]);
  }
  add(names.norm, huggingFaceNames.norm, [width]);
  if (!tied) add(names.head, huggingFaceNames.head, [vocabularySize, width]);
  return found;
}

const encode = (dtype: DType, data: Float32Array): Uint8Array =>
  dtype === "F32"
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : quantize(dtype, data);

/** Writes `config.json` and safetensors to a folder. */
export async function writeHuggingFace(
  folder: string,
  json: HuggingFaceConfig,
  dtype: DType = "F32",
  change = (matrix: Float32Array, _inputs: number, _name: string): Float32Array => matrix,
): Promise<void> {
  await writeFile(join(folder, "config.json"), JSON.stringify(json));
  const tensors = tensorsOf(json, huggingFaceNames).map(({ name, seed, shape }): TensorInput => {
    const type = shape.length === 1 ? "F32" : dtype;
    const inputs = shape[1];
    const plain = values(seed, shape);
    const data = inputs === undefined ? plain : change(plain, inputs, name);
    return { name, dtype: type, shape, data: encode(type, data) };
  });
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
}

/** The rows of queries or keys as llama.cpp's converter has them for Llama: pairs as neighbours. */
function interleavedRows(data: Float32Array, heads: number, headDim: number): Float32Array {
  const columns = data.length / (heads * headDim);
  const out = new Float32Array(data.length);
  for (let h = 0; h < heads; h++) {
    for (let d = 0; d < headDim; d++) {
      const to = h * headDim + (d % (headDim / 2)) * 2 + Math.floor(d / (headDim / 2));
      const from = h * headDim + d;
      out.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
    }
  }
  return out;
}

/** Writes the same model as a GGUF file of an architecture of that name. */
export async function writeGgufModel(
  path: string,
  json: HuggingFaceConfig,
  dtype: DType,
  change = (matrix: Float32Array): Float32Array => matrix,
  more: Readonly<Record<string, unknown>> = {},
  instead: (
    name: string,
    shape: readonly number[],
    values: () => Float32Array,
  ) => TensorInput | readonly TensorInput[] | undefined = () => undefined,
): Promise<void> {
  const config = configOf(json);
  const name = json["model_type"] as string;
  const known = architectures.find(({ ggufNames: own }) => own.includes(name));
  const own = (key: string) => `${name}.${key}`;
  const metadata = {
    "general.architecture": name,
    [own("block_count")]: config.layers,
    [own("context_length")]: config.maxPositions,
    [own("embedding_length")]: config.width,
    [own("feed_forward_length")]: config.hidden,
    [own("attention.head_count")]: config.heads,
    [own("attention.head_count_kv")]: config.keyHeads,
    [own("attention.key_length")]: config.headDim,
    [own("attention.value_length")]: config.headDim,
    [own("attention.layer_norm_rms_epsilon")]: { type: "float32", value: config.normEpsilon },
    [own("rope.freq_base")]: { type: "float32", value: json["rope_theta"] ?? 10000 },
    ...(config.windows.some((w) => w > 0)
      ? { [own("attention.sliding_window")]: config.windows[0] }
      : {}),
    ...more,
  };
  const tensors = tensorsOf(json, ggufNames).flatMap(({ name: to, seed, shape }) => {
    const other = instead(to, shape, () => values(seed, shape));
    if (other !== undefined) return other;
    const type = shape.length === 1 ? "F32" : dtype;
    let data = values(seed, shape);
    const part = /\.(attn_[qk])\.(weight|bias)$/.exec(to)?.[1];
    if (known?.ggufInterleaved && part !== undefined) {
      const heads = part === "attn_q" ? config.heads : config.keyHeads;
      data = interleavedRows(data, heads, config.headDim);
    }
    if (shape.length > 1) data = change(data);
    return { name: to, dtype: type, shape, data: encode(type, data) };
  });
  await writeGguf(path, tensors, { metadata: metadata as never });
}
