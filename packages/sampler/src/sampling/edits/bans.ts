// Tokens that may not come next, and tokens that are wanted more or less than the model says.

import type { Candidates } from "../candidates/candidates.js";
import type { History } from "./history.js";

/** Takes a token away. Between `edit()` and `edited()`. */
export function ban(candidates: Candidates, token: number): void {
  const place = candidates.placeOf(token);
  if (place >= 0) candidates.setLogitAt(place, -Infinity);
}

export function banAll(candidates: Candidates, tokens: ArrayLike<number>): void {
  if (tokens.length === 0) return;
  candidates.edit();
  for (let i = 0; i < tokens.length; i++) ban(candidates, tokens[i] as number);
  candidates.edited();
}

export function addBias(
  candidates: Candidates,
  biases: readonly (readonly [token: number, bias: number])[],
): void {
  candidates.edit();
  for (const [token, bias] of biases) {
    const place = candidates.placeOf(token);
    if (place >= 0) candidates.setLogitAt(place, candidates.logitAt(place) + bias);
  }
  candidates.edited();
}

/** Bans the last token of a sequence whose other tokens were just given out; prompt included. */
export function banWords(
  candidates: Candidates,
  { tokens, length }: History,
  words: readonly Int32Array[],
): void {
  candidates.edit();
  for (const word of words) {
    const prefix = word.length - 1;
    let matched = 0;
    while (matched < prefix && tokens[length - prefix + matched] === word[matched]) matched++;
    if (matched === prefix && prefix <= length) ban(candidates, word[prefix] as number);
  }
  candidates.edited();
}

/** Bans tokens that would complete a sequence of `size` tokens that there was before, prompt included. */
export function banRepeatedNgrams(
  candidates: Candidates,
  { tokens, length }: History,
  size: number,
): void {
  const prefix = size - 1;
  const suffix = length - prefix;
  if (suffix < 0) return;
  candidates.edit();
  for (let begin = 0; begin < suffix; begin++) {
    let matched = 0;
    while (matched < prefix && tokens[begin + matched] === tokens[suffix + matched]) matched++;
    if (matched === prefix) ban(candidates, tokens[begin + prefix] as number);
  }
  candidates.edited();
}
