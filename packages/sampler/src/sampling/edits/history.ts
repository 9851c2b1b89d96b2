// What edits of logits see of a sequence.

export interface History {
  /** The prompt and what followed it; `length` of them count. */
  readonly tokens: Int32Array;
  readonly length: number;
  readonly promptLength: number;
}
