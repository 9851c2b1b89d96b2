// What a pass layer by layer offers. A quantiser asks for this shape (`QuantizableModel` of @ryanstream/quant).

/** Which activations a matrix multiplies. */
export type LayerInput = "attention-in" | "attention-out" | "ffn-in" | "ffn-out";

export interface LayeredMatrix {
  /** The tensor's name in the model's files. */
  readonly name: string;
  /** `[outputs, inputs]` */
  readonly shape: readonly [number, number];
  readonly kind: "attention" | "ffn" | "embedding" | "head";
  /** From 0; undefined for embedding and head. */
  readonly layer: number | undefined;
  /** What it multiplies; undefined for an embedding, and for a head, whose input is the last norm's output. */
  readonly input: LayerInput | undefined;
}

/** A tensor that isn't a matrix: a norm's gain, a bias, factors of rotations. */
export interface LayeredVector {
  readonly name: string;
  /** What {@link LayeredModel.readKept} gives: f32 for files with other types than these. */
  readonly dtype: "F32" | "F16" | "BF16";
  readonly shape: readonly number[];
}

/** Values in place of the model's, by the names of its matrices: `f32[outputs, inputs]`. */
export type ReplacedMatrices = ReadonlyMap<string, Float32Array>;

export interface BeginOptions {
  readonly replace?: ReplacedMatrices | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AdvanceOptions extends BeginOptions {
  /**
   * Given what the layer's matrices multiply, `f32[rows, inputs]`, some rows at a time, in the order of
   * {@link LayerInput}; the array is good until its promise settles. It must not wait for another layer of this model.
   */
  readonly onInput?:
    | ((input: LayerInput, x: Float32Array, rows: number) => void | Promise<void>)
    | undefined;
}

export interface LogitsOptions extends BeginOptions {
  /** Given what the head multiplies, `f32[rows, width]`; good until its promise settles. */
  readonly onInput?: ((x: Float32Array, rows: number) => void | Promise<void>) | undefined;
}

/** Hidden states of all tokens of some sequences, before one of the layers: `4 * width` bytes a token. */
export interface LayeredPass extends Disposable {
  /** Tokens of all sequences. */
  readonly tokens: number;
  /** The layer that {@link advance} runs next; the number of layers at the end. */
  readonly layer: number;
  /** A copy that goes its own way. */
  fork(): LayeredPass;
  /**
   * Runs the next layer.
   *
   * @throws ModelError `ERR_ARGUMENT` after the last layer or for values of another length, `ERR_DISPOSED`; what
   *   `onInput` throws; the signal's reason. After a failure within a layer the pass can't go on.
   */
  advance(options?: AdvanceOptions): Promise<void>;
  /**
   * Logits `f32[rows, vocabulary]` of all tokens in order, some rows at a time, each array good until the next; after the
   * last layer only. Logits of several passes may be asked for in turns.
   *
   * @throws as {@link advance}
   */
  logits(options?: LogitsOptions): AsyncIterable<Float32Array>;
}

export interface LayeredModel extends AsyncDisposable {
  readonly layers: number;
  readonly vocabularySize: number;
  /** In the order of the computation; a head that is the embedding isn't listed again. */
  readonly matrices: readonly LayeredMatrix[];
  /** All other tensors that the model needs. */
  readonly kept: readonly LayeredVector[];
  /** Numbers that were trained. */
  readonly parameters: number;
  /** A matrix with the rows that the file has, in f32: those of GGUF's queries and keys stay where they are. */
  readMatrix(
    name: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Float32Array>;
  /** As bytes of its type, little-endian. */
  readKept(name: string): Promise<Uint8Array>;
  /**
   * Embeds sequences of tokens: a pass before layer 0.
   *
   * @throws ModelError `ERR_ARGUMENT` for ids outside the vocabulary, and sequences that are empty or longer than the
   *   model was made for
   */
  begin(sequences: readonly Int32Array[], options?: BeginOptions): Promise<LayeredPass>;
  /** Closes the files and frees memory, after the layer that runs. */
  close(): Promise<void>;
}
