// Rows of pieces as the arrays that a training step takes.

import type { Piece } from "../packing/pieces.js";
import type { LossRun } from "../shards/token-document.js";

/** Where batches take tokens from; `TokenShards` is one. */
export interface TokenSource {
  /** Text that is the same only for the same documents in the same order. */
  readonly fingerprint: string;
  /** The number of tokens of each document. */
  lengths(): Uint32Array;
  /** Tokens `[start, end)` of a document. */
  read(document: number, start: number, end: number): Promise<Int32Array>;
  /** The runs of tokens of a document that have loss. */
  loss(document: number): readonly LossRun[];
}

/** Arrays are `[rows, length]`, row by row, and belong to whoever gets the batch. */
export interface Batch {
  readonly epoch: number;
  /** From 0 in each epoch. */
  readonly step: number;
  readonly rows: number;
  readonly length: number;
  readonly tokens: Int32Array;
  /** The token that follows in the document, or -1 where there is no loss. */
  readonly targets: Int32Array;
  /** Which piece of its row a token belongs to, from 0, or -1 for padding: attention stays within. */
  readonly document: Int32Array;
  /** From 0 in each piece; 0 for padding. */
  readonly positions: Int32Array;
  /** Targets that aren't -1. */
  readonly lossTokens: number;
  /** Positions without a token. */
  readonly padding: number;
  /** What each row holds, from its first position on. */
  readonly pieces: readonly (readonly Piece[])[];
}

export interface BatchShape {
  readonly epoch: number;
  readonly step: number;
  readonly rows: number;
  readonly length: number;
  readonly padToken: number;
  /** Those of the source's documents. */
  readonly lengths: Uint32Array;
}

export async function buildBatch(
  source: TokenSource,
  pieces: readonly (readonly Piece[])[],
  { epoch, step, rows, length, padToken, lengths }: BatchShape,
): Promise<Batch> {
  const size = rows * length;
  const tokens = new Int32Array(size).fill(padToken);
  const targets = new Int32Array(size).fill(-1);
  const document = new Int32Array(size).fill(-1);
  const positions = new Int32Array(size);
  let [lossTokens, held] = [0, 0];
  const place = async (piece: Piece, offset: number, id: number) => {
    const end = piece.start + piece.length;
    // The token after the piece, so that a cut loses no target.
    const next = Math.min(end + 1, lengths[piece.document] as number);
    const read = await source.read(piece.document, piece.start, next);
    tokens.set(read.subarray(0, piece.length), offset);
    document.fill(id, offset, offset + piece.length);
    for (let i = 0; i < piece.length; i++) positions[offset + i] = i;
    for (const [from, to] of source.loss(piece.document)) {
      // Token i of a document is the target of its token i - 1.
      const first = Math.max(from, piece.start + 1);
      const last = Math.min(to, next);
      if (first >= last) continue;
      const predicted = read.subarray(first - piece.start, last - piece.start);
      targets.set(predicted, offset + first - 1 - piece.start);
      lossTokens += predicted.length;
    }
  };
  const placing: Promise<void>[] = [];
  for (const [row, content] of pieces.entries()) {
    let offset = row * length;
    for (const [id, piece] of content.entries()) {
      placing.push(place(piece, offset, id));
      offset += piece.length;
      held += piece.length;
    }
  }
  // All of them, so that nothing is read any more when it fails.
  const failed = (await Promise.allSettled(placing)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  const padding = size - held;
  return {
    epoch,
    step,
    rows,
    length,
    tokens,
    targets,
    document,
    positions,
    lossTokens,
    padding,
    pieces,
  };
}
