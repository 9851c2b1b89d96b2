// JSON read piece by piece: unlike JSON.parse it lets the caller see a name that comes
// twice, integers beyond 2^53 and how much there is, before anything is made of it.

import { FormatError, type FormatErrorCode, quoted } from "./errors.js";

const MAX_DEPTH = 32;

export class JsonCursor {
  private at = 0;

  /**
   * @param file for messages
   * @param code of the errors for what is not JSON or not of the form asked for
   */
  constructor(
    private readonly text: string,
    private readonly file: string,
    private readonly code: FormatErrorCode = "ERR_HEADER",
  ) {}

  fail(expected: string, found: string = this.next(), code = this.code): never {
    throw new FormatError(code, {
      file: this.file,
      expected,
      found: `${found} (character ${this.at} of the JSON)`,
    });
  }

  /** Calls `onEntry` with each key, which must read the value. A key that comes twice is refused. */
  object(what: string, onEntry: (key: string) => void): void {
    const seen = new Set<string>();
    this.token("{", `an object as ${what}`);
    if (this.skipped("}")) return;
    do {
      this.space();
      const key = this.string("a key");
      if (seen.has(key)) this.fail(`each key of ${what} once`, `${quoted(key)} twice`);
      seen.add(key);
      this.token(":", '":"');
      onEntry(key);
    } while (this.skipped(","));
    this.token("}", '"," or "}"');
  }

  /** Calls `onItem` for each item, which must read it. */
  array(what: string, onItem: () => void): void {
    this.token("[", `an array as ${what}`);
    if (this.skipped("]")) return;
    do onItem();
    while (this.skipped(","));
    this.token("]", '"," or "]"');
  }

  string(what: string): string {
    this.token('"', `a string as ${what}`);
    const from = this.at;
    let end = this.text.indexOf('"', from);
    // A quote with an odd number of backslashes before it is part of the string.
    while (end > 0 && this.isEscaped(end, from)) end = this.text.indexOf('"', end + 1);
    if (end < 0) this.fail('a string that ends with "', "the end of the JSON");
    const raw = this.text.slice(from, end);
    this.at = end + 1;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what JSON doesn't allow in strings
    if (!/[\\\u0000-\u001f]/.test(raw)) return raw;
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      return this.fail("a JSON string", "a wrong escape or a control character");
    }
  }

  /** A non-negative integer up to 2^53 - 1. */
  integer(what: string): number {
    this.space();
    const from = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    const digits = this.text.slice(from, this.at);
    const value = Number(digits);
    const after = this.text.charCodeAt(this.at) | 32;
    const fraction = this.text[this.at] === "." || after === 0x65;
    const leading = digits.length > 1 && digits.startsWith("0");
    if (digits === "" || fraction || leading || !Number.isSafeInteger(value)) {
      const found = digits === "" ? this.next() : quoted(this.text.slice(from, from + 24));
      this.fail(`an integer from 0 to 2^53 - 1 as ${what}`, found);
    }
    return value;
  }

  /** Passes over a value of any kind. */
  skip(depth = 0): void {
    if (depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels`, "more", "ERR_LIMIT");
    this.space();
    const first = this.text[this.at];
    if (first === '"') this.string("a value");
    else if (first === "{") this.object("a value", () => this.skip(depth + 1));
    else if (first === "[") this.array("a value", () => this.skip(depth + 1));
    else {
      const rest = this.text.slice(this.at, this.at + 400);
      const literal = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(rest);
      if (literal === null) this.fail("a value");
      this.at += literal[0].length;
    }
  }

  /** Passes over `null`, if that is next. */
  skippedNull(): boolean {
    this.space();
    if (!this.text.startsWith("null", this.at)) return false;
    this.at += 4;
    return true;
  }

  /** Nothing but white space may follow. */
  end(): void {
    this.space();
    if (this.at < this.text.length) this.fail("the end of the JSON");
  }

  private isEscaped(quote: number, from: number): boolean {
    let backslashes = 0;
    while (quote - backslashes > from && this.text[quote - backslashes - 1] === "\\") backslashes++;
    return backslashes % 2 === 1;
  }

  private skipped(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private token(character: string, expected: string): void {
    if (!this.skipped(character)) this.fail(expected);
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private next(): string {
    const rest = this.text.slice(this.at, this.at + 12);
    return rest === "" ? "the end of the JSON" : quoted(rest);
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
