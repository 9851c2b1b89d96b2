// SentencePiece's tokenizer.model: a protobuf with pieces, scores and how text is prepared.

import type { TokenizerDefinition } from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";
import { type Pieces, PieceType, pieceDefinition } from "./pieces.js";
import { ProtobufReader, type ProtobufValue } from "./protobuf.js";
import { isUtf8 } from "./utf8.js";
import { MAX_IDS, VocabularyBuilder } from "./vocabulary-builder.js";

/**
 * Reads a SentencePiece model of type BPE or Unigram.
 *
 * Control and unknown pieces become special added tokens, so that, unlike in SentencePiece, they
 * are found in text unless the caller refuses them.
 *
 * @throws TokenizerError `ERR_FORMAT` with the byte where the file is damaged; `ERR_UNSUPPORTED`
 * for word and character models, unused pieces, denormalizers and suffix white space
 */
export function readSentencePiece(file: Uint8Array): TokenizerDefinition {
  const contents = new VocabularyBuilder(file.length);
  const scores: number[] = [];
  const types: number[] = [];
  const trainer = new Map<number, ProtobufValue>();
  const normalizer = new Map<number, ProtobufValue>();
  const denormalizer = new Map<number, ProtobufValue>();
  new ProtobufReader(file).fields((number, value) => {
    if (number === 1) {
      ensure(scores.length < MAX_IDS, "ERR_LIMIT", () => `expected at most ${MAX_IDS} pieces`);
      readPiece(required(value, "a piece"));
    } else if (number === 2) collect(value, trainer);
    else if (number === 3) collect(value, normalizer);
    else if (number === 5) collect(value, denormalizer);
  });
  ensure(
    scores.length > 0,
    "ERR_FORMAT",
    () => "expected pieces in a SentencePiece model, found none",
  );

  const kind = trainer.get(3)?.number ?? 1;
  const refuse = (what: string): never => {
    throw new TokenizerError("ERR_UNSUPPORTED", `expected a SentencePiece model without ${what}`);
  };
  if (kind !== 1 && kind !== 2) refuse(kind === 3 ? "words as pieces" : `model type ${kind}`);
  if (trainer.get(24)?.number) refuse("white space as a suffix");
  if ((denormalizer.get(2)?.bytes?.length ?? 0) > 0) refuse("a denormalizer");
  if (types.includes(PieceType.unused)) refuse("unused pieces");
  const charsmap = normalizer.get(2)?.bytes;
  const on = (field: number) => (normalizer.get(field)?.number ?? 1) !== 0;
  contents.index();
  ensure(contents.distinct === scores.length, "ERR_FORMAT", () => "expected each piece once");
  return pieceDefinition(contents, {
    kind: kind === 1 ? "Unigram" : "BPE",
    scores: Float64Array.from(scores),
    types: Uint8Array.from(types),
    byteFallback: (trainer.get(35)?.number ?? 0) !== 0,
    charsmap: charsmap && charsmap.length > 0 ? charsmap : undefined,
    dummyPrefix: on(3),
    removeExtraSpaces: on(4),
    escapeSpaces: on(5),
    userDefinedWithin: true,
  } satisfies Pieces);

  function readPiece(message: Uint8Array): void {
    let piece: Uint8Array = new Uint8Array();
    let score = 0;
    let type: number = PieceType.normal;
    const id = scores.length;
    new ProtobufReader(message).fields((number, value) => {
      if (number === 1) piece = required(value, "text");
      else if (number === 2) score = value.float ?? Number.NaN;
      else if (number === 3) type = value.number ?? 0;
    });
    ensure(
      piece.length > 0 && isUtf8(piece),
      "ERR_FORMAT",
      () => `expected UTF-8 text of piece ${id}, found ${piece.length} bytes that are not`,
    );
    ensure(
      Number.isFinite(score),
      "ERR_FORMAT",
      () => `expected a score of piece ${id}, found ${score}`,
    );
    ensure(
      type >= 1 && type <= 6,
      "ERR_FORMAT",
      () => `expected a type from 1 to 6 of piece ${id}`,
    );
    contents.append(piece, id);
    scores.push(score);
    types.push(type);
  }
}

function collect(value: ProtobufValue, into: Map<number, ProtobufValue>): void {
  new ProtobufReader(required(value, "a message")).fields((number, field) => {
    into.set(number, field);
  });
}

function required({ bytes, at }: ProtobufValue, what: string): Uint8Array {
  if (bytes) return bytes;
  throw new TokenizerError("ERR_FORMAT", `expected ${what} at byte ${at} of a SentencePiece model`);
}
