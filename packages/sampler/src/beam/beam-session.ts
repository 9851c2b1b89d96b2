// What beam search asks of an engine.

/** Logits of the last token that was appended. */
export interface BeamLogits {
  readonly last: Float32Array;
  /** Called once they are no longer needed. */
  [Symbol.dispose]?(): void;
}

/** A sequence of an engine, such as a `Session` of `@ryanstream/scheduler`. */
export interface BeamSession {
  readonly length: number;
  /** The most tokens that it can hold. Without it, `maxTokens` has to be given. */
  readonly maxLength?: number;
  /** Adds tokens at its end. Beams append together, without waiting for each other. */
  append(
    tokens: Int32Array,
    want: "last",
    options: { readonly signal?: AbortSignal },
  ): Promise<BeamLogits>;
  /** A second sequence with the same tokens. */
  fork(): BeamSession;
  /** Called for each fork once it is no longer needed. */
  [Symbol.dispose]?(): void;
}
