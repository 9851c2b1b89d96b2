// The tokens of a chain with the text that each made certain, and the way back to any of them.

import type { ProofTokenizer } from "./engine.js";

interface Step {
  readonly token: number;
  /** Length of the certain text after the token. */
  readonly end: number;
  /** Tokens, from the start, whose text is part of the certain text. */
  readonly read: number;
  /** The token from which on decoding begins, so that `read` has its neighbours. */
  readonly from: number;
}

/** Enough for any decoder that looks at what stands before a token. */
const neighbours = 5;

/**
 * A token's text can depend on those before it, and half a character is no text yet: so tokens are decoded with and
 * without their neighbours before them, and what both share is taken off.
 */
export class TokenTrail {
  readonly #tokenizer: ProofTokenizer;
  /** The end of the prompt, as neighbours of the first tokens. */
  readonly #before: readonly number[];
  readonly #steps: Step[] = [];
  #text = "";

  constructor(tokenizer: ProofTokenizer, prompt: ArrayLike<number>) {
    this.#tokenizer = tokenizer;
    this.#before = Array.from(prompt).slice(-neighbours);
  }

  get length(): number {
    return this.#steps.length;
  }

  /** All text that is certain. */
  get text(): string {
    return this.#text;
  }

  tokens(start = 0, end = this.length): number[] {
    return this.#steps.slice(start, end).map(({ token }) => token);
  }

  /** Length of the text before a token. */
  startOf(index: number): number {
    return index === 0 ? 0 : (this.#steps[index - 1] as Step).end;
  }

  /** The first token, from `from` on, whose text ends after an offset; the number of tokens if there is none. */
  tokenAt(offset: number, from = 0): number {
    for (let i = from; i < this.length; i++) {
      if ((this.#steps[i] as Step).end > offset) return i;
    }
    return this.length;
  }

  push(token: number): void {
    const { read, from } = this.#steps.at(-1) ?? { read: 0, from: -this.#before.length };
    const length = this.length + 1;
    this.#steps.push({ token, end: this.#text.length, read, from });
    const known = this.#decode(from, read);
    const all = this.#decode(from, length);
    // Half a character at the end: wait for its other half.
    if (all.endsWith("\uFFFD") && length - read < 4) return;
    this.#text += all.slice(known.length);
    const next = Math.max(-this.#before.length, length - neighbours);
    this.#steps[length - 1] = { token, end: this.#text.length, read: length, from: next };
  }

  copy(): TokenTrail {
    const copy = new TokenTrail(this.#tokenizer, this.#before);
    copy.#steps.push(...this.#steps);
    copy.#text = this.#text;
    return copy;
  }

  /** Takes back all but the first tokens. */
  truncate(length: number): void {
    this.#text = this.#text.slice(0, this.startOf(length));
    this.#steps.length = length;
  }

  #decode(from: number, to: number): string {
    const ids: number[] = [];
    for (let i = from; i < to; i++) {
      ids.push(i < 0 ? (this.#before.at(i) as number) : (this.#steps[i] as Step).token);
    }
    return ids.length === 0
      ? ""
      : this.#tokenizer.decode(Int32Array.from(ids), { skipSpecialTokens: true });
  }
}
