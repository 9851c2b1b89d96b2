// The whole way of a text to tokens, component by component: exact for every tokenizer.json,
// and the reference that faster ways are tested against.

import type { AddedToken } from "../definition.js";
import { AddedTokenMatcher } from "./added-tokens.js";
import { AlignedText } from "./aligned-text.js";
import type { Normalizer } from "./normalizers.js";
import type { PreTokenizer } from "./pre-tokenizers.js";

/** A model: the ids of one piece. */
export interface PieceModel {
  /**
   * Calls `push` with every token of the piece and its range in it, in UTF-16 units.
   * A token that is one byte of a character has the range of the character.
   */
  tokenize(piece: string, push: (id: number, start: number, end: number) => void): void;
}

export interface GenericPipelineParts {
  readonly model: PieceModel;
  readonly addedTokens?: readonly AddedToken[] | undefined;
  readonly normalizer?: Normalizer | undefined;
  readonly preTokenizer?: PreTokenizer | undefined;
  /** A token that goes by the text it stands for rather than its content. */
  readonly surfaceId?: number | undefined;
}

export interface PieceTokens {
  ids: number[];
  /** Ranges of the original text, in UTF-16 units; empty unless offsets were asked for. */
  starts: number[];
  ends: number[];
  /** The piece that each token was cut from; added tokens are pieces too. */
  words: number[];
  /** By index: the text of tokens that is not their content: added ones with white space, unknown ones. */
  texts: Map<number, string>;
}

export interface GenericEncodeOptions {
  /** Whether to find out where in the text each token is. */
  readonly offsets?: boolean;
  /** Special tokens in the text are text. */
  readonly specialAsText?: boolean;
}

/** A piece of text for the model, or an added token. */
interface Split {
  readonly piece: AlignedText;
  readonly id: number | undefined;
}

export class GenericPipeline {
  readonly #parts: GenericPipelineParts;
  readonly #raw: AddedTokenMatcher;
  readonly #normalized: AddedTokenMatcher;
  readonly #contents = new Map<number, string>();

  constructor(parts: GenericPipelineParts) {
    this.#parts = parts;
    const tokens = parts.addedTokens ?? [];
    for (const { id, content, normalized } of tokens) {
      const { text } = normalized
        ? this.#normalize(new AlignedText(content, -1))
        : { text: content };
      this.#contents.set(id, text);
    }
    this.#raw = new AddedTokenMatcher(tokens.filter((token) => !token.normalized));
    this.#normalized = new AddedTokenMatcher(
      tokens.filter((token) => token.normalized),
      ({ id }) => this.#contents.get(id) as string,
    );
  }

  /** The tokens of a text, without those of a post-processor. Lone surrogates count as U+FFFD. */
  encode(text: string, options: GenericEncodeOptions = {}): PieceTokens {
    const { offsets = false } = options;
    const { model, surfaceId } = this.#parts;
    const result: PieceTokens = { ids: [], starts: [], ends: [], words: [], texts: new Map() };
    const { ids, starts, ends, words } = result;
    this.splits(text, options).forEach(({ piece, id }, word) => {
      const push = (token: number, start: number, end: number): void => {
        if (token === surfaceId) result.texts.set(ids.length, piece.text.slice(start, end));
        ids.push(token);
        words.push(word);
        if (!offsets) return;
        starts.push(piece.start(start));
        ends.push(end > start ? piece.end(end) : piece.start(start));
      };
      if (id === undefined) {
        model.tokenize(piece.text, push);
        return;
      }
      if (piece.text !== this.#contents.get(id)) result.texts.set(ids.length, piece.text);
      push(id, 0, piece.text.length);
    });
    return result;
  }

  /** The pieces that the model gets, and the added tokens between them, in order. None is empty. */
  splits(text: string, options: GenericEncodeOptions = {}): Split[] {
    const { preTokenizer } = this.#parts;
    const { offsets = false, specialAsText = false } = options;
    const origin = offsets || preTokenizer?.needsOrigin ? 0 : -1;
    const splits: Split[] = [];
    const addText = (piece: AlignedText): void => {
      const pieces = [piece];
      if (preTokenizer) {
        pieces.length = 0;
        preTokenizer.split(piece, pieces);
      }
      for (const each of pieces) splits.push({ piece: each, id: undefined });
    };
    const addToken = (piece: AlignedText, id: number): void => {
      splits.push({ piece, id });
    };
    const whole = new AlignedText(wellFormed(text), origin);
    extract(whole, this.#raw, specialAsText, addToken, (raw) => {
      extract(this.#normalize(raw), this.#normalized, specialAsText, addToken, addText);
    });
    return splits;
  }

  #normalize(text: AlignedText): AlignedText {
    return this.#parts.normalizer?.normalize(text) ?? text;
  }
}

/** Cuts a text at added tokens. Empty parts are left out. */
function extract(
  text: AlignedText,
  matcher: AddedTokenMatcher,
  specialAsText: boolean,
  addToken: (piece: AlignedText, id: number) => void,
  addText: (piece: AlignedText) => void,
): void {
  const matches = matcher.findAll(text.text, specialAsText);
  let at = 0;
  for (let m = 0; m < matches.length; m += 3) {
    const start = matches[m] as number;
    const end = matches[m + 1] as number;
    if (start > at) addText(text.slice(at, start));
    addToken(text.slice(start, end), matches[m + 2] as number);
    at = end;
  }
  if (at < text.text.length) addText(text.slice(at, text.text.length));
}

/** With U+FFFD in the place of lone surrogates. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd");
}
