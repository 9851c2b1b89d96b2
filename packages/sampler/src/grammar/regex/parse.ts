// Parses regular expressions in ECMAScript's syntax with its `u` flag, as far as
// they are regular (https://tc39.es/ecma262/#sec-patterns).

import { SamplerError } from "../../errors.js";
import { complement, difference, type Ranges, union } from "../characters/ranges.js";
import type { Budget } from "../limits.js";
import type { Regex } from "./syntax.js";
import { unicodeProperty } from "./unicode-classes.js";

const DIGITS: Ranges = [0x30, 0x39];
const WORD: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const SPACE: Ranges = union(
  [0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a],
  [0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff],
);
const LINE_ENDS: Ranges = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];
const CONTROLS = new Map([
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
  ["v", 0x0b],
]);
const CLASSES = new Map([
  ["d", DIGITS],
  ["w", WORD],
  ["s", SPACE],
]);

export interface RegexOptions {
  /** Letters match in both cases. Default: `false`. */
  readonly ignoreCase?: boolean;
  /** `.` matches line ends too. Default: `false`. */
  readonly dotAll?: boolean;
}

/** @throws SamplerError `ERR_GRAMMAR` with the place of what is wrong, `ERR_UNSUPPORTED` for what isn't regular */
export function parseRegex(pattern: string, budget: Budget, options: RegexOptions = {}): Regex {
  budget.checkSource(pattern.length);
  const parser = new Parser(pattern, budget, options);
  const regex = parser.choice(0);
  if (!parser.done) parser.fail("unmatched )");
  return regex;
}

class Parser {
  readonly #text: string;
  readonly #budget: Budget;
  readonly #options: RegexOptions;
  #at = 0;

  constructor(text: string, budget: Budget, options: RegexOptions) {
    this.#text = text;
    this.#budget = budget;
    this.#options = options;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  fail(what: string, code: "ERR_GRAMMAR" | "ERR_UNSUPPORTED" = "ERR_GRAMMAR"): never {
    throw new SamplerError(code, `regular expression, character ${this.#at}: ${what}`);
  }

  choice(depth: number): Regex {
    this.#budget.checkDepth(depth);
    const items = [this.#sequence(depth)];
    while (this.#take("|")) items.push(this.#sequence(depth));
    return items.length === 1 ? (items[0] as Regex) : { kind: "choice", items };
  }

  #sequence(depth: number): Regex {
    const items: Regex[] = [];
    while (!this.done && !this.#sees("|") && !this.#sees(")")) {
      this.#budget.spend();
      items.push(this.#quantified(depth));
    }
    return { kind: "sequence", items };
  }

  #quantified(depth: number): Regex {
    const item = this.#atom(depth);
    const [min, max] = this.#quantifier();
    if (min === 1 && max === 1) return item;
    if (item.kind === "start" || item.kind === "end") this.fail("nothing to repeat");
    this.#take("?"); // Lazy or greedy is the same language.
    if (/^[*+?]/.test(this.#text.slice(this.#at, this.#at + 1))) this.fail("nothing to repeat");
    return { kind: "repeat", item, min, max };
  }

  #quantifier(): [number, number] {
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#take("?")) return [0, 1];
    if (!this.#sees("{")) return [1, 1];
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.#text.slice(this.#at, this.#at + 40));
    if (found === null) this.fail("expected {n}, {n,} or {n,m}");
    const min = Number(found[1]);
    const max =
      found[2] === undefined ? min : found[3] === "" ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (max < min) this.fail("the numbers of {n,m} are out of order");
    this.#at += found[0].length;
    // {1} was written to say so, and needs no repeat.
    return [min, max];
  }

  #atom(depth: number): Regex {
    const char = this.#next();
    switch (char) {
      case "(":
        return this.#group(depth);
      case "[":
        return { kind: "characters", set: this.#class() };
      case ".":
        return {
          kind: "characters",
          set: this.#options.dotAll ? complement([]) : complement(LINE_ENDS),
        };
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case "\\":
        return { kind: "characters", set: this.#folded(this.#escape(false)) };
      case "*":
      case "+":
      case "?":
      case "{":
        this.#at--;
        return this.fail("nothing to repeat");
      case "}":
      case "]":
        this.#at--;
        return this.fail(`write \\${char} for the character ${char}`);
      default: {
        const code = char.codePointAt(0) as number;
        return { kind: "characters", set: this.#folded([code, code]) };
      }
    }
  }

  #group(depth: number): Regex {
    if (this.#take("?")) {
      if (/^(=|!|<=|<!)/.test(this.#text.slice(this.#at, this.#at + 2))) {
        this.fail("lookahead and lookbehind aren't supported", "ERR_UNSUPPORTED");
      }
      if (this.#take("<")) {
        const name = /^[\p{ID_Start}$_][\p{ID_Continue}$]*>/u.exec(this.#text.slice(this.#at));
        if (name === null) this.fail("expected a group's name and >");
        this.#at += name[0].length;
      } else if (!this.#take(":"))
        this.fail("this kind of group isn't supported", "ERR_UNSUPPORTED");
    }
    const inner = this.choice(depth + 1);
    if (!this.#take(")")) this.fail("expected )");
    return inner;
  }

  #class(): Ranges {
    const negated = this.#take("^");
    let set: Ranges = [];
    while (!this.#take("]")) {
      if (this.done) this.fail("expected ]");
      this.#budget.spend();
      const first = this.#classAtom();
      if (this.#sees("-") && this.#text[this.#at + 1] !== "]" && this.#at + 1 < this.#text.length) {
        this.#at++;
        const last = this.#classAtom();
        if (first.length !== 2 || first[0] !== first[1] || last.length !== 2 || last[0] !== last[1])
          this.fail("a range needs a character at each end");
        if ((first[0] as number) > (last[0] as number)) this.fail("a range is out of order");
        set = union(set, [first[0] as number, last[0] as number]);
      } else set = union(set, first);
    }
    set = this.#folded(set);
    return negated ? complement(set) : set;
  }

  #classAtom(): Ranges {
    const char = this.#next();
    if (char === "\\") return this.#escape(true);
    const code = char.codePointAt(0) as number;
    return [code, code];
  }

  #escape(inClass: boolean): Ranges {
    const char = this.#next();
    const shared = CLASSES.get(char.toLowerCase());
    if (shared !== undefined) return /[A-Z]/.test(char) ? complement(shared) : shared;
    const control = CONTROLS.get(char);
    if (control !== undefined) return [control, control];
    if (char === "p" || char === "P") {
      const found = /^\{([\w=]+)\}/.exec(this.#text.slice(this.#at));
      if (found === null) this.fail("expected a property in braces");
      this.#at += found[0].length;
      const set = unicodeProperty(found[1] as string);
      return char === "P" ? complement(set) : set;
    }
    if (char === "x") return this.#hex(/^[\da-fA-F]{2}/);
    if (char === "u") {
      return this.#sees("{") ? this.#hex(/^\{[\da-fA-F]{1,6}\}/) : this.#utf16();
    }
    if (char === "c") {
      const found = /^[a-zA-Z]/.exec(this.#text.slice(this.#at));
      if (found === null) this.fail("expected a letter after \\c");
      this.#at++;
      const code = found[0].charCodeAt(0) % 32;
      return [code, code];
    }
    if (inClass && char === "b") return [8, 8];
    if (char === "b" || char === "B") {
      this.fail("word boundaries aren't supported", "ERR_UNSUPPORTED");
    }
    if (char === "0" && !/^\d/.test(this.#text.slice(this.#at, this.#at + 1))) return [0, 0];
    if (/^[\dk]/.test(char)) this.fail("back references aren't supported", "ERR_UNSUPPORTED");
    if (!/^[\^$\\.*+?()[\]{}|/\-"'#%&,:;<=>@`~! ]$/.test(char)) this.fail(`no escape \\${char}`);
    const code = char.codePointAt(0) as number;
    return [code, code];
  }

  #hex(form: RegExp): Ranges {
    const found = form.exec(this.#text.slice(this.#at, this.#at + 8));
    if (found === null) this.fail("expected hexadecimal digits");
    this.#at += found[0].length;
    const code = Number.parseInt(found[0].replace(/[{}]/g, ""), 16);
    if (code > 0x10ffff) this.fail("no such code point");
    return [code, code];
  }

  /** Four digits, or two escapes that are one character. */
  #utf16(): Ranges {
    const pair = /^([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})/.exec(
      this.#text.slice(this.#at, this.#at + 10),
    );
    if (pair === null) return this.#hex(/^[\da-fA-F]{4}/);
    this.#at += pair[0].length;
    const units = [pair[1], pair[2]].map((digits) => Number.parseInt(digits as string, 16));
    const code = String.fromCharCode(...units).codePointAt(0) as number;
    return [code, code];
  }

  #folded(set: Ranges): Ranges {
    if (!this.#options.ignoreCase) return set;
    if (difference(set, [0, 0x7f]).length > 1000) return set;
    const both: number[] = [];
    for (let i = 0; i < set.length; i += 2) {
      for (let c = set[i] as number; c <= (set[i + 1] as number); c++) {
        this.#budget.spend();
        const char = String.fromCodePoint(c);
        for (const other of [char.toLowerCase(), char.toUpperCase()]) {
          const code = other.codePointAt(0) as number;
          if (String.fromCodePoint(code) === other) both.push(code, code);
        }
      }
    }
    return union(set, both);
  }

  #sees(char: string): boolean {
    return this.#text[this.#at] === char;
  }

  #take(char: string): boolean {
    if (!this.#sees(char)) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) this.fail("the pattern ends too early");
    const char = String.fromCodePoint(code);
    this.#at += char.length;
    return char;
  }
}
