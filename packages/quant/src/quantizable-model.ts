// What a quantiser needs of a model. A decoder of @ryanstream/models has this shape, and so may any other.

/** Which activations a matrix multiplies: those of one layer with the same input share a Hessian. */
export type MatrixInput = "attention-in" | "attention-out" | "ffn-in" | "ffn-out";

export type MatrixKind = "attention" | "ffn" | "embedding" | "head";

export interface QuantizableMatrix {
  /** The tensor's name in the model's files. */
  readonly name: string;
  /** `[outputs, inputs]` */
  readonly shape: readonly [number, number];
  readonly kind: MatrixKind;
  /** From 0; undefined for embedding and head. */
  readonly layer: number | undefined;
  /** What it multiplies; undefined for an embedding, and for a head, whose input is the last norm's output. */
  readonly input: MatrixInput | undefined;
}

/** A tensor that is kept as it is: a norm's gain, a bias. */
export interface KeptTensor {
  readonly name: string;
  readonly dtype: "F32" | "F16" | "BF16";
  readonly shape: readonly number[];
}

/** Values in place of the model's, by the names of its matrices: `f32[outputs, inputs]`. */
export type Replacements = ReadonlyMap<string, Float32Array>;

/** Hidden states of all calibration tokens, before one of the layers. */
export interface LayerPass extends Disposable {
  /** Tokens of all sequences. */
  readonly tokens: number;
  /** The layer that {@link advance} runs next; the number of layers at the end. */
  readonly layer: number;
  /** A copy that goes its own way. */
  fork(): LayerPass;
  /**
   * Runs the next layer.
   *
   * @param onInput  is given what the layer's matrices multiply, `f32[rows, inputs]`, some rows at a time; the array is
   *   good until its promise settles.
   */
  advance(options?: {
    readonly replace?: Replacements | undefined;
    readonly onInput?:
      | ((input: MatrixInput, x: Float32Array, rows: number) => void | Promise<void>)
      | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<void>;
  /**
   * Logits `f32[rows, vocabulary]` of all tokens in order, some rows at a time, each array good until the next; after the
   * last layer only.
   *
   * @param onInput  as in {@link advance}: what the head multiplies
   */
  logits(options?: {
    readonly replace?: Replacements | undefined;
    readonly onInput?: ((x: Float32Array, rows: number) => void | Promise<void>) | undefined;
    readonly signal?: AbortSignal | undefined;
  }): AsyncIterable<Float32Array>;
}

export interface QuantizableModel {
  readonly layers: number;
  readonly vocabularySize: number;
  /** In the order of the computation; a head that is the embedding isn't listed again. */
  readonly matrices: readonly QuantizableMatrix[];
  readonly kept: readonly KeptTensor[];
  /** Bytes of the model's weights in 16 bits each, and their number: what sizes are compared with. */
  readonly parameters: number;
  readMatrix(name: string): Promise<Float32Array>;
  /** As bytes of its type, little-endian. */
  readKept(name: string): Promise<Uint8Array>;
  /** Embeds sequences of tokens: a pass before layer 0. */
  begin(
    sequences: readonly Int32Array[],
    options?: {
      readonly replace?: Replacements | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<LayerPass>;
}
