// The tokens that a parser reads from, one after another, with a bound on how deep it may go.

import type { Fault, Span } from "./expression.js";
import type { Token } from "./token.js";

/** How deep brackets, fractions, signs and exponents may nest. */
export const MAX_DEPTH = 64;

/** Carries a fault out of the recursion; `parseExpression` catches it. */
export class Stop extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

export const describe = (token: Token): string =>
  token.kind === "end" ? "end of the text" : JSON.stringify(token.text);

export const spanOf = ({ start, end }: Span): Span => ({ start, end });

export class TokenStream {
  #next = 0;
  protected depth = 0;

  constructor(
    readonly tokens: readonly Token[],
    readonly text: string,
  ) {}

  peek(ahead = 0): Token {
    const index = Math.max(0, Math.min(this.#next + ahead, this.tokens.length - 1));
    return this.tokens[index] as Token;
  }

  protected take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  fail(message: string, span: Span = this.peek()): never {
    throw new Stop({ kind: "fault", message, span: { start: span.start, end: span.end } });
  }

  protected expect(kind: Token["kind"], text: string): Token {
    const token = this.peek();
    if (token.kind !== kind || token.text !== text) {
      this.fail(`expected ${JSON.stringify(text)}, found ${describe(token)}`);
    }
    return this.take();
  }

  protected is(kind: Token["kind"], text?: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === kind && (text === undefined || token.text === text);
  }

  protected nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`);
    const found = read();
    this.depth--;
    return found;
  }

  /** Goes on after `count` more tokens. */
  protected skip(count: number): void {
    this.#next += count;
  }

  /** Puts `token` in the place of the next one. */
  protected replace(token: Token): void {
    (this.tokens as Token[])[this.#next] = token;
  }
}
