// The exact model of any definition. (Byte-level BPE has a faster engine of its own.)

import type { ModelDefinition } from "../definition.js";
import { CharacterBpe } from "./character-bpe.js";
import type { PieceModel } from "./piece-model.js";
import { Unigram } from "./unigram.js";
import { WordLevel } from "./word-level.js";
import { WordPiece } from "./word-piece.js";

/** @throws TokenizerError `ERR_FORMAT` or `ERR_LIMIT` if the definition can't be a model. */
export function createPieceModel(model: ModelDefinition): PieceModel {
  switch (model.type) {
    case "BPE":
      return new CharacterBpe(model);
    case "Unigram":
      return new Unigram(model);
    case "WordPiece":
      return new WordPiece(model);
    case "WordLevel":
      return new WordLevel(model);
  }
}
