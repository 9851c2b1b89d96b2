// A place in a grammar's source, and what is read from there.

import { SamplerError } from "../errors.js";
import type { Budget } from "./limits.js";

const ESCAPES = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["f", "\f"],
  ["v", "\v"],
  ["b", "\b"],
]);

export class SourceCursor {
  at = 0;
  readonly text: string;
  readonly #language: string;

  constructor(language: string, text: string, budget: Budget) {
    budget.checkSource(text.length);
    this.#language = language;
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  fail(what: string, code: "ERR_GRAMMAR" | "ERR_UNSUPPORTED" = "ERR_GRAMMAR"): never {
    const before = this.text.slice(0, this.at).split("\n");
    const column = (before.at(-1) as string).length + 1;
    throw new SamplerError(code, `${this.#language}, ${before.length}:${column}: ${what}`);
  }

  sees(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) {
      const found = this.done ? "the end" : JSON.stringify(this.text.slice(this.at, this.at + 10));
      this.fail(`expected ${text}, found ${found}`);
    }
  }

  /** @param pattern  with the flag `y` */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  character(): number {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) this.fail("the source ends too early");
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }

  /** What follows a backslash: the code point that is meant. */
  escape(): number {
    for (const [letter, digits] of [
      ["x", 2],
      ["u", 4],
      ["U", 8],
    ] as const) {
      if (!this.take(letter)) continue;
      const found = this.match(new RegExp(`[\\da-fA-F]{${digits}}`, "y"));
      if (found === undefined) this.fail(`expected ${digits} hexadecimal digits`);
      const code = Number.parseInt(found[0], 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) this.fail("no such character");
      return code;
    }
    const code = this.character();
    const char = String.fromCodePoint(code);
    const escaped = ESCAPES.get(char);
    if (escaped === undefined && /[\da-zA-Z]/.test(char)) this.fail(`no escape \\${char}`);
    return (escaped ?? char).codePointAt(0) as number;
  }

  /** The rest of a string in double quotes, whose first was taken. */
  string(): string {
    let text = "";
    while (!this.take('"')) {
      if (this.done || this.sees("\n")) this.fail('expected "');
      text += String.fromCodePoint(this.take("\\") ? this.escape() : this.character());
    }
    return text;
  }
}
