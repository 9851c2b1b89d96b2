// Logits of an engine that can find the largest by itself.

/** The largest logits: descending, equals in the order of ids. */
export interface TopLogits {
  readonly ids: Int32Array;
  readonly values: Float32Array;
}

/**
 * What an engine may give in place of an array. Where the options allow it, only `topK` is called, and the sampler chooses
 * the same token, to the bit, as with `values`.
 */
export interface EngineLogits {
  /** Tokens of the vocabulary. */
  readonly size: number;
  /** All logits; read only where they are needed. */
  readonly values: Float32Array;
  /** The `count` largest logits, `size` at most. None of all may be NaN or Infinity. */
  topK(count: number): TopLogits;
}
