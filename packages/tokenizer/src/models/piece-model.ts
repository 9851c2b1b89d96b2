// What a model is to the pipeline: something that cuts one piece of text into tokens.

import type { IdSink } from "../bpe/id-sink.js";

/** Takes one token: its id, and its range in UTF-16 units of the piece. */
export type PushToken = (id: number, start: number, end: number) => void;

/** A model that can be asked for the ids alone. */
export interface WordModel extends PieceModel {
  /**
   * Adds the ids of the piece `text[start, end)` to the sink.
   *
   * @param marked  whether the first unit, whatever it is, stands for U+2581.
   * @param limit   stops soon after the sink has so many.
   */
  encodeTo(
    sink: IdSink,
    text: string,
    start: number,
    end: number,
    marked: boolean,
    limit: number,
  ): void;

  /**
   * Adds the ids of one long piece, whose spaces stand for U+2581. A model that is asked for
   * these isn't asked for {@link encodeTo} as well.
   */
  encodeText?(sink: IdSink, text: string, limit: number): void;
}

export interface PieceModel {
  /**
   * Gives the tokens of `piece` from left to right. A lone surrogate counts as U+FFFD.
   * The range of a part of a character is the whole character.
   *
   * @throws TokenizerError `ERR_UNKNOWN_TOKEN` if the piece has something that is not in the
   * vocabulary, and the vocabulary has no unknown token either.
   */
  tokenize(piece: string, push: PushToken): void;
}
