// A model whose layers run one after another over many tokens, each layer's weights read when it is its turn: for
// calibration, and for comparing models that don't fit in memory.

import { openTensors, type TensorSource } from "@ryanstream/format";
import type { Architecture } from "../architectures/architecture.js";
import { architectures as known } from "../architectures/index.js";
import type { DecoderConfig } from "../decoder-config.js";
import { ensure } from "../errors.js";
import { readConfig } from "../read-config.js";
import { type HubOptions, resolveModel } from "../resolve-model.js";
import { namesIn } from "../weight-names.js";
import { HeadRunner } from "./head-runner.js";
import { LayerRunner, replacement } from "./layer-runner.js";
import type {
  AdvanceOptions,
  BeginOptions,
  LayeredModel,
  LayeredPass,
  LogitsOptions,
} from "./layered-model.js";
import { type ListedTensors, listTensors } from "./listed-tensors.js";
import { Pass } from "./pass.js";
import { type TokenBatch, tokenBatches } from "./token-batches.js";
import { WeightReader } from "./weight-reader.js";

export interface OpenLayersOptions {
  /** Tokens that run together, in whole sequences; default 1024. A longer sequence runs alone. */
  readonly batchTokens?: number;
  /** Default: all of this package. */
  readonly architectures?: readonly Architecture[];
  readonly hub?: HubOptions;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of the embedding that are read at a time. */
const PANEL = 2 ** 22;

/**
 * Opens a model to run it layer by layer, in f32. Memory holds one layer's weights in f32, and another matrix while it is
 * read; hidden states of all tokens, as long as their pass; activations of one batch; and head and embedding while logits
 * are computed.
 *
 * @param model  as `loadModel` takes it
 * @throws as `loadModel`; ModelError `ERR_ARGUMENT`
 *
 * @example
 * await using model = await openLayers("Qwen2.5-Math-1.5B");
 * using pass = await model.begin([tokenizer.encodeIds(text)]);
 * while (pass.layer < model.layers) await pass.advance();
 * for await (const rows of pass.logits()) console.log(rows.length / model.vocabularySize);
 */
export async function openLayers(
  model: string,
  { batchTokens = 1024, architectures = known, hub, signal }: OpenLayersOptions = {},
): Promise<LayeredModel> {
  ensure(
    Number.isSafeInteger(batchTokens) && batchTokens >= 1 && batchTokens <= 2 ** 20,
    "ERR_ARGUMENT",
    () => `expected from 1 to 2^20 as batchTokens, found ${batchTokens}`,
  );
  const { path } = await resolveModel(model, { signal, ...(hub === undefined ? {} : { hub }) });
  const source = await openTensors(path, signal === undefined ? {} : { signal });
  try {
    const { config } = await readConfig(path, source, architectures);
    return new OpenLayers(source, config, batchTokens);
  } catch (error) {
    await source.close();
    throw error;
  }
}

class OpenLayers implements LayeredModel {
  readonly matrices: ListedTensors["matrices"];
  readonly kept: ListedTensors["kept"];
  readonly parameters: number;
  readonly #source: TensorSource;
  readonly #config: DecoderConfig;
  readonly #batchTokens: number;
  readonly #weights: WeightReader;
  readonly #runner: LayerRunner;
  readonly #head: HeadRunner;
  /** Layers run one after another, since all have the same memory for their weights. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(source: TensorSource, config: DecoderConfig, batchTokens: number) {
    const names = namesIn(source);
    const { matrices, kept, parameters } = listTensors(source, config, names);
    this.matrices = matrices;
    this.kept = kept;
    this.parameters = parameters;
    this.#source = source;
    this.#config = config;
    this.#batchTokens = batchTokens;
    this.#weights = new WeightReader(source, names);
    this.#runner = new LayerRunner(config, this.#weights);
    this.#head = new HeadRunner(config, this.#weights);
  }

  get layers(): number {
    return this.#config.layers;
  }

  get vocabularySize(): number {
    return this.#config.vocabularySize;
  }

  async readMatrix(name: string, { signal }: { signal?: AbortSignal | undefined } = {}) {
    this.#expectOne(this.matrices, name);
    return await this.#weights.readMatrix(name, signal);
  }

  async readKept(name: string): Promise<Uint8Array> {
    this.#expectOne(this.kept, name);
    const { dtype } = this.#source.info(name);
    if (dtype === "F32" || dtype === "F16" || dtype === "BF16") return this.#source.read(name);
    return new Uint8Array((await this.#weights.read(name, undefined)).buffer);
  }

  async begin(
    sequences: readonly Int32Array[],
    { replace, signal }: BeginOptions = {},
  ): Promise<LayeredPass> {
    const batches = tokenBatches(sequences, this.#config, this.#batchTokens);
    const hidden = await this.#embed(sequences, replace, signal);
    return new Pass(this.#host(), batches, hidden);
  }

  #host() {
    return {
      layers: this.layers,
      advance: async (
        layer: number,
        hidden: Float32Array,
        batches: readonly TokenBatch[],
        options: AdvanceOptions,
      ) => {
        // One size of program does for all passes of short sequences.
        const rows = batches.reduce(
          (most, { first, end }) => Math.max(most, end - first),
          this.#batchTokens,
        );
        const turn = this.#turn.then(() => {
          this.#expectOpen();
          return this.#runner.run(layer, hidden, batches, rows, options);
        });
        this.#turn = turn.catch(() => {});
        await turn;
      },
      logits: (hidden: Float32Array, options: LogitsOptions) => {
        this.#expectOpen();
        return this.#head.logits(hidden, options);
      },
    };
  }

  /** Embeddings of all tokens, from the rows of the matrix that they have. */
  async #embed(
    sequences: readonly Int32Array[],
    replace: BeginOptions["replace"],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    this.#expectOpen();
    const { vocabularySize, width } = this.#config;
    const name = this.#weights.names.embedding;
    const instead = replacement(replace, name, vocabularySize * width);
    const places = new Map<number, number[]>(); // by id
    let tokens = 0;
    for (const ids of sequences) {
      for (const id of ids) {
        const found = places.get(id);
        if (found === undefined) places.set(id, [tokens++]);
        else found.push(tokens++);
      }
    }
    const hidden = new Float32Array(tokens * width);
    const panel = Math.max(1, Math.floor(PANEL / (4 * width)));
    const ids = [...places.keys()].sort((a, b) => a - b);
    for (let i = 0; i < ids.length; ) {
      const first = ids[i] as number;
      const end = Math.min(first + panel, vocabularySize);
      const rows =
        instead?.subarray(first * width, end * width) ??
        (await this.#weights.read(name, signal, [first, end]));
      for (; i < ids.length && (ids[i] as number) < end; i++) {
        const id = ids[i] as number;
        const row = rows.subarray((id - first) * width, (id - first + 1) * width);
        for (const place of places.get(id) as number[]) hidden.set(row, place * width);
      }
    }
    return hidden;
  }

  #expectOne(list: readonly { readonly name: string }[], name: string): void {
    this.#expectOpen();
    ensure(
      list.some((each) => each.name === name),
      "ERR_ARGUMENT",
      () => `expected the name of a tensor of the model, found ${name}`,
    );
  }

  #expectOpen(): void {
    ensure(!this.#closed, "ERR_DISPOSED", () => "the model has been closed");
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turn;
    this.#runner.dispose();
    await this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
