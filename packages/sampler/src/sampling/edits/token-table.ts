// Numbers by token, for a few tokens at a time: it is as quickly emptied as it was filled.

export class TokenTable {
  /** The tokens that have a number, in the order in which they got it. */
  readonly tokens: Int32Array;
  size = 0;
  readonly #numbers: Int32Array;

  /** @param vocabulary  how many tokens there are; others are passed over. */
  constructor(vocabulary: number) {
    this.tokens = new Int32Array(vocabulary);
    this.#numbers = new Int32Array(vocabulary);
  }

  /** 0 for a token that has none. */
  get(token: number): number {
    return this.#numbers[token] ?? 0;
  }

  /** @param number  1 or more. */
  set(token: number, number: number): void {
    if (token >= this.#numbers.length) return;
    if (this.#numbers[token] === 0) this.tokens[this.size++] = token;
    this.#numbers[token] = number;
  }

  clear(): void {
    for (let i = 0; i < this.size; i++) this.#numbers[this.tokens[i] as number] = 0;
    this.size = 0;
  }
}
