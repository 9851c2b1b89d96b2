// GGUF files with random weights in the shapes of real models, so that speed can be measured
// without a download. The vocabulary has the real size and no meaning.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { dtypes, type TensorInput, writeGguf } from "@ryanstream/format";

export interface ModelShape {
  readonly layers: number;
  readonly width: number;
  readonly hidden: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly context: number;
  readonly ropeBase: number;
}

/** From the models' config.json. Both have a tied embedding. */
export const shapes = {
  "qwen2.5-math-1.5b": {
    layers: 28,
    width: 1536,
    hidden: 8960,
    heads: 12,
    keyHeads: 2,
    context: 4096,
    ropeBase: 10000,
  },
  "qwen2.5-0.5b": {
    layers: 24,
    width: 896,
    hidden: 4864,
    heads: 14,
    keyHeads: 2,
    context: 32768,
    ropeBase: 1000000,
  },
} as const satisfies Record<string, ModelShape>;

export type ShapeName = keyof typeof shapes;
type BlockName = "Q8_0" | "Q4_0" | "IQ4_NL";

interface WeightKind {
  /** Of feed-forward blocks, and of all else. */
  readonly ffn: BlockName;
  readonly others: BlockName;
  /** Columns of each matrix that 8 bits hold beside it: what part of all. */
  readonly outliers?: number;
  /** llama.cpp's number of the file type. */
  readonly fileType: number;
}

/** How a file holds its matrices. */
export const weightKinds = {
  Q8_0: { ffn: "Q8_0", others: "Q8_0", fileType: 7 },
  Q4_0: { ffn: "Q4_0", others: "Q4_0", fileType: 2 },
  IQ4_NL: { ffn: "IQ4_NL", others: "IQ4_NL", fileType: 25 },
  "IQ4_NL-outliers": { ffn: "IQ4_NL", others: "IQ4_NL", outliers: 0.01, fileType: 25 },
  mixed: { ffn: "IQ4_NL", others: "Q8_0", fileType: 25 },
} as const satisfies Record<string, WeightKind>;

export type WeightType = keyof typeof weightKinds;

const VOCABULARY = 151936;
const WORDS = 151643;

/** Bytes as GPT-2 writes them, then strings of letters, each a merge of two earlier ones. */
function vocabulary() {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b !== 173);
  let others = 0;
  const tokens = Array.from({ length: 256 }, (_, b) =>
    String.fromCharCode(printable(b) ? b : 256 + others++),
  );
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
  const merges: string[] = [];
  let shorter = letters;
  while (tokens.length < WORDS) {
    const longer: string[] = [];
    for (const left of shorter) {
      for (const letter of letters) {
        if (tokens.length === WORDS) break;
        tokens.push(left + letter);
        merges.push(`${left} ${letter}`);
        longer.push(left + letter);
      }
    }
    shorter = longer;
  }
  const types = tokens.map(() => 1);
  for (let i = WORDS; i < VOCABULARY; i++) {
    tokens.push(i === WORDS ? "<|endoftext|>" : `<|${i}|>`);
    types.push(i === WORDS ? 3 : 5);
  }
  return { tokens, merges, types };
}

/** Blocks whose codes are any and whose scales give weights of about 0.02. */
function randomBlocks(type: BlockName, count: number): Uint8Array {
  const { blockBytes } = dtypes[type];
  const bytes = new Uint8Array(count * blockBytes);
  let state = 1;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = state >>> 24;
  }
  for (let i = 0; i < bytes.length; i += blockBytes) {
    // 0x1c00 is 2^-8 in f16, 0x0c00 is 2^-12.
    bytes[i] = 0;
    bytes[i + 1] = type === "Q4_0" ? 0x1c : 0x0c; // IQ4_NL has values as large as Q8_0
  }
  return bytes;
}

function* chunks(pool: Uint8Array, length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= pool.length) {
    yield pool.subarray(0, Math.min(left, pool.length));
  }
}

function* tensors(shape: ModelShape, kind: WeightKind): Generator<TensorInput> {
  const { layers, width, hidden, heads, keyHeads } = shape;
  const pools = new Map<BlockName, Uint8Array>();
  const blocks = (type: BlockName, name: string, n: number, k: number): TensorInput => {
    const { blockBytes, block } = dtypes[type];
    const pool = pools.get(type) ?? randomBlocks(type, 1 << 16);
    pools.set(type, pool);
    const data = () => chunks(pool, ((n * k) / block) * blockBytes);
    return { name, dtype: type, shape: [n, k], data };
  };
  function* matrix(name: string, n: number, k: number): Generator<TensorInput> {
    yield blocks(name.includes("ffn") ? kind.ffn : kind.others, name, n, k);
    const { outliers } = kind;
    if (outliers === undefined || name.startsWith("token")) return;
    const count = Math.ceil(outliers * k);
    const columns = Int32Array.from({ length: count }, (_, i) => Math.floor((i * k) / count));
    const data = new Uint8Array(columns.buffer);
    yield { name: `${name}.outlier_columns`, dtype: "I32", shape: [count], data };
    yield blocks("Q8_0", `${name}.outliers`, n, 32 * Math.ceil(count / 32));
  }
  const vector = (name: string, length: number, value: number): TensorInput => ({
    name,
    dtype: "F32",
    shape: [length],
    data: new Float32Array(length).fill(value),
  });
  const keys = (keyHeads * width) / heads;
  yield* matrix("token_embd.weight", VOCABULARY, width);
  for (let i = 0; i < layers; i++) {
    const own = (name: string) => `blk.${i}.${name}`;
    yield vector(own("attn_norm.weight"), width, 1);
    yield* matrix(own("attn_q.weight"), width, width);
    yield vector(own("attn_q.bias"), width, 0.01);
    yield* matrix(own("attn_k.weight"), keys, width);
    yield vector(own("attn_k.bias"), keys, 0.01);
    yield* matrix(own("attn_v.weight"), keys, width);
    yield vector(own("attn_v.bias"), keys, 0.01);
    yield* matrix(own("attn_output.weight"), width, width);
    yield vector(own("ffn_norm.weight"), width, 1);
    yield* matrix(own("ffn_gate.weight"), hidden, width);
    yield* matrix(own("ffn_up.weight"), hidden, width);
    yield* matrix(own("ffn_down.weight"), width, hidden);
  }
  yield vector("output_norm.weight", width, 1);
}

/** The file of a shape and type in `folder`, written if it isn't there. */
export async function randomGguf(
  folder: string,
  name: ShapeName,
  type: WeightType,
): Promise<string> {
  const path = join(folder, `${name}-${type.toLowerCase()}.gguf`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const shape: ModelShape = shapes[name];
  const { tokens, merges, types } = vocabulary();
  const float = (value: number) => ({ type: "float32", value }) as const;
  const kind: WeightKind = weightKinds[type];
  await writeGguf(path, tensors(shape, kind), {
    metadata: {
      "general.architecture": "qwen2",
      "general.name": `${name}, random weights`,
      "general.file_type": kind.fileType,
      "general.quantization_version": 2,
      "qwen2.block_count": shape.layers,
      "qwen2.context_length": shape.context,
      "qwen2.embedding_length": shape.width,
      "qwen2.feed_forward_length": shape.hidden,
      "qwen2.attention.head_count": shape.heads,
      "qwen2.attention.head_count_kv": shape.keyHeads,
      "qwen2.rope.freq_base": float(shape.ropeBase),
      "qwen2.attention.layer_norm_rms_epsilon": float(1e-6),
      "tokenizer.ggml.model": "gpt2",
      "tokenizer.ggml.pre": "qwen2",
      "tokenizer.ggml.tokens": tokens,
      "tokenizer.ggml.token_type": Int32Array.from(types),
      "tokenizer.ggml.merges": merges,
      "tokenizer.ggml.eos_token_id": WORDS,
      "tokenizer.ggml.bos_token_id": WORDS,
      "tokenizer.ggml.padding_token_id": WORDS,
      "tokenizer.ggml.add_bos_token": false,
    },
  });
  return path;
}
