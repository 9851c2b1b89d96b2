// A token for each word that the vocabulary has, the unknown token for any other.

import type { WordLevelModel } from "../definition.js";
import { ensure } from "../errors.js";
import type { PieceModel, PushToken } from "./piece-model.js";
import { VocabularyIndex } from "./vocabulary.js";

export class WordLevel implements PieceModel {
  readonly #index: VocabularyIndex;
  readonly #unk: number;
  readonly #unkToken: string;

  constructor(model: WordLevelModel) {
    this.#index = new VocabularyIndex(model.vocabulary);
    this.#unkToken = model.unkToken;
    this.#unk = this.#index.findText(model.unkToken);
  }

  tokenize(piece: string, push: PushToken): void {
    const known = this.#index.findText(piece);
    const id = known < 0 ? this.#unk : known;
    ensure(
      id >= 0,
      "ERR_UNKNOWN_TOKEN",
      () =>
        `the vocabulary has neither the word ${JSON.stringify(piece.slice(0, 40))} nor the unknown token ${JSON.stringify(this.#unkToken)}`,
    );
    push(id, 0, piece.length);
  }
}
