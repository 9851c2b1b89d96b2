// A pattern's text and how far it has been read.

import { TokenizerError } from "../errors.js";

export class Reader {
  at = 0;

  constructor(readonly source: string) {}

  get done(): boolean {
    return this.at >= this.source.length;
  }

  /** The next character, or "" at the end. */
  peek(): string {
    const codePoint = this.source.codePointAt(this.at);
    return codePoint === undefined ? "" : String.fromCodePoint(codePoint);
  }

  /** Takes the next character. */
  next(expected: string): string {
    const character = this.peek();
    if (character === "") this.fail("its end", this.at, expected);
    this.at += character.length;
    return character;
  }

  /** Takes a text if it is next. */
  accept(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Takes what a sticky expression matches here. */
  match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const match = expression.exec(this.source);
    if (match === null) return undefined;
    this.at = expression.lastIndex;
    return match;
  }

  where(at = this.at): string {
    const from = Math.max(0, at - 20);
    return `at character ${at} of the pattern, after ${JSON.stringify(this.source.slice(from, at))}`;
  }

  fail(found: string, at = this.at, expected = "a regular expression"): never {
    throw new TokenizerError(
      "ERR_PATTERN",
      `expected ${expected}, found ${found} ${this.where(at)}`,
    );
  }
}
