// Reads the regular expressions of pre-tokenizers: what Oniguruma, or Rust's crates,
// understand, as far as tokenizer files use it.

import { ensure, TokenizerError } from "../errors.js";
import type { Ranges } from "../unicode/ranges.js";
import { readClass, readEscapedSet } from "./character-class.js";
import { foldCase } from "./fold.js";
import { Reader } from "./reader.js";
import { invert, NOTHING, named, setOf, union } from "./sets.js";
import { EMPTY, type PatternDialect, type PatternNode } from "./syntax.js";

const MAX_DEPTH = 200;
const MAX_REPEAT = 1000;
const NEW_LINE = setOf(10);

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiLine: boolean;
}

/** Reads a pattern, or throws ERR_PATTERN saying what was found where. */
export function parsePattern(source: string, dialect: PatternDialect): PatternNode {
  const parser = new Parser(source, dialect);
  const node = parser.choice(
    { ignoreCase: false, dotAll: false, multiLine: dialect === "oniguruma" },
    0,
  );
  if (!parser.reader.done) parser.reader.fail("a ) without a (");
  return node;
}

class Parser {
  readonly reader: Reader;
  #groups = 0;
  readonly #sets = new Map<string, Ranges>();

  readonly #dialect: PatternDialect;

  constructor(source: string, dialect: PatternDialect) {
    this.#dialect = dialect;
    this.reader = new Reader(source);
  }

  choice(flags: Flags, depth: number): PatternNode {
    ensure(
      depth < MAX_DEPTH,
      "ERR_LIMIT",
      () =>
        `expected at most ${MAX_DEPTH} groups inside each other, found more ${this.reader.where()}`,
    );
    const at = this.reader.at;
    const options: PatternNode[] = [];
    let parts: PatternNode[] = [];
    let current = flags;
    for (;;) {
      const { reader } = this;
      if (reader.done || reader.peek() === ")") break;
      if (reader.accept("|")) {
        options.push(sequence(parts));
        parts = [];
        continue;
      }
      const changed = this.#flagsOnly(current);
      if (changed !== undefined) {
        current = changed;
        continue;
      }
      const atom = this.#atom(current, depth);
      if (atom !== undefined) parts.push(this.#quantified(atom));
    }
    options.push(sequence(parts));
    return options.length === 1 ? (options[0] as PatternNode) : { type: "choice", options, at };
  }

  /** `(?i)`: flags for the rest of the group. */
  #flagsOnly(flags: Flags): Flags | undefined {
    const match = this.reader.match(/\(\?([a-z]*)(?:-([a-z]*))?\)/y);
    return match ? this.#withFlags(flags, match[1] ?? "", match[2] ?? "") : undefined;
  }

  #withFlags(flags: Flags, on: string, off: string): Flags {
    const result = { ...flags };
    const set = (letters: string, value: boolean) => {
      for (const letter of letters) {
        if (letter === "i") result.ignoreCase = value;
        else if (letter === "m" && this.#dialect === "oniguruma") result.dotAll = value;
        else if (letter === "m") result.multiLine = value;
        else if (letter === "s" && this.#dialect === "rust") result.dotAll = value;
        else this.reader.fail(`the flag ${letter}, which is not supported`);
      }
    };
    set(on, true);
    set(off, false);
    return result;
  }

  #group(flags: Flags, depth: number): PatternNode | undefined {
    const { reader } = this;
    const start = reader.at;
    let inner = flags;
    let wrap: (body: PatternNode) => PatternNode = (body) => body;
    const look = reader.match(/\?(<?)([=!])/y);
    const named = look
      ? undefined
      : reader.match(this.#dialect === "rust" ? /\?P?<[\w.]+>/y : /\?<[\w.]+>/y);
    if (look !== undefined) {
      const behind = look[1] === "<";
      const negative = look[2] === "!";
      wrap = (body) => simplifyLook(body, behind, negative);
    } else if (reader.accept("?>")) {
      wrap = (body) => ({ type: "atomic", body });
    } else if (reader.accept("?#")) {
      while (!reader.accept(")")) reader.next("a comment's end");
      return undefined;
    } else if (named !== undefined || reader.peek() !== "?") {
      const number = ++this.#groups;
      wrap = (body) => ({ type: "group", number, body });
    } else {
      const match = reader.match(/\?([a-z]*)(?:-([a-z]*))?:/y);
      if (match === undefined) return reader.fail("a group of a kind that is not supported");
      inner = this.#withFlags(flags, match[1] ?? "", match[2] ?? "");
    }
    const body = this.choice(inner, depth + 1);
    if (!reader.accept(")")) reader.fail(`a ( without a ), opened at character ${start - 1}`);
    return wrap(body);
  }

  #atom(flags: Flags, depth: number): PatternNode | undefined {
    const { reader } = this;
    const start = reader.at;
    const character = reader.next("a character");
    switch (character) {
      case "(":
        return this.#group(flags, depth);
      case "[":
        return {
          type: "set",
          set: this.#remember(start, flags, () =>
            readClass(reader, this.#dialect, flags.ignoreCase, 0),
          ),
        };
      case ".":
        return { type: "set", set: flags.dotAll ? invert(NOTHING) : invert(NEW_LINE) };
      case "^":
        return this.#lineStart(flags, start);
      case "$":
        return { type: "next", set: flags.multiLine ? NEW_LINE : NOTHING, end: true };
      case "*":
      case "+":
      case "?":
        return reader.fail(`a ${character} with nothing to repeat`);
      case "\\":
        return this.#escape(flags, start);
    }
    return this.#literal(character.codePointAt(0) as number, flags, start);
  }

  #lineStart(flags: Flags, at: number): PatternNode {
    const textStart: PatternNode = { type: "previous", set: NOTHING, start: true };
    if (!flags.multiLine) return textStart;
    const afterLine: PatternNode = { type: "previous", set: NEW_LINE, start: true };
    if (this.#dialect === "rust") return afterLine;
    // In Oniguruma no line starts after the last newline.
    const notEnd: PatternNode = { type: "next", set: invert(NOTHING), end: false };
    return { type: "choice", options: [textStart, sequence([afterLine, notEnd])], at };
  }

  #escape(flags: Flags, start: number): PatternNode {
    const { reader } = this;
    const dialect = this.#dialect;
    const end: PatternNode = { type: "next", set: NOTHING, end: true };
    if (reader.accept("A")) return { type: "previous", set: NOTHING, start: true };
    if (reader.accept("z")) return end;
    if (dialect === "oniguruma" && reader.accept("Z")) {
      const last = sequence([{ type: "set", set: NEW_LINE }, end]);
      return simplifyLook({ type: "choice", options: [end, last], at: start }, false, false);
    }
    const boundary = reader.match(/[bB]/y);
    if (boundary) {
      const set = named("\\w", dialect) as Ranges;
      return { type: "boundary", set, negative: boundary[0] === "B" };
    }
    const reference = reader.match(/[1-9]\d*/y);
    if (reference) {
      const group = Number(reference[0]);
      if (group > this.#groups) reader.fail(`a reference to group ${group}, of ${this.#groups}`);
      return { type: "reference", group, at: start };
    }
    const set = this.#remember(start, flags, () =>
      readEscapedSet(reader, dialect, flags.ignoreCase, false),
    );
    if (typeof set !== "number") return { type: "set", set };
    return this.#literal(set, flags, start);
  }

  #literal(codePoint: number, flags: Flags, start: number): PatternNode {
    if (!flags.ignoreCase)
      return { type: "set", set: this.#remember(start, flags, () => setOf(codePoint)) };
    this.#refuseLongFolding(codePoint, start);
    return { type: "set", set: this.#remember(start, flags, () => foldCase(setOf(codePoint))) };
  }

  /** Oniguruma takes ß for ss and the like, which is more than a set for each character. */
  #refuseLongFolding(codePoint: number, start: number): void {
    if (this.#dialect !== "oniguruma") return;
    const { source } = this.reader;
    if (
      /^(?:ss|ff|fi|fl|st)/i.test(source.slice(start)) ||
      String.fromCodePoint(codePoint).toUpperCase().length > (codePoint > 0xffff ? 2 : 1)
    ) {
      throw new TokenizerError(
        "ERR_UNSUPPORTED",
        `${JSON.stringify(source.slice(start, start + 2))} without regard to case also stands for other numbers of characters, which is not supported ${this.reader.where(start)}`,
      );
    }
  }

  /** One object for equal texts, so that sets can be told by identity. */
  #remember<T extends Ranges | number>(start: number, flags: Flags, read: () => T): T {
    const set = read();
    if (typeof set === "number") return set;
    const key = `${flags.ignoreCase} ${this.reader.source.slice(start, this.reader.at)}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known as T;
    this.#sets.set(key, set);
    return set;
  }

  #quantified(atom: PatternNode): PatternNode {
    const { reader } = this;
    const dialect = this.#dialect;
    let body = atom;
    for (;;) {
      const start = reader.at;
      const match = reader.match(/([*+?])|\{(?:(\d+)(?:(,)(\d*))?|,(\d+))\}/y);
      if (match === undefined) return body;
      const sign = match[1];
      const min = sign ? (sign === "+" ? 1 : 0) : Number(match[2] ?? 0);
      const upper = match[5] ?? (match[3] ? match[4] : match[2]);
      const max = sign ? (sign === "?" ? 1 : Infinity) : upper ? Number(upper) : Infinity;
      if (max < min) reader.fail(`a repeat from ${min} to ${max}`, start);
      const finite = max === Infinity ? min : max;
      ensure(
        finite <= MAX_REPEAT,
        "ERR_LIMIT",
        () => `expected at most ${MAX_REPEAT} repeats, found ${finite} ${reader.where(start)}`,
      );
      // Engines differ in what they do after a turn that took nothing.
      ensure(
        max < 2 || !canBeEmpty(body),
        "ERR_UNSUPPORTED",
        () =>
          `expected a repeat of something that takes characters, found one that can take none ${reader.where(start)}`,
      );
      // In Oniguruma a sign after {n,m} is a repeat of its own, and so is ? after {n}.
      const suffixed = sign !== undefined || dialect === "rust";
      const lazy =
        (suffixed || match[3] !== undefined || match[5] !== undefined) && reader.accept("?");
      const possessive = !lazy && suffixed && reader.accept("+");
      body = {
        type: "repeat",
        body,
        min,
        max,
        mode: lazy ? "lazy" : possessive ? "possessive" : "greedy",
        at: start,
      };
    }
  }
}

/** Whether a node can match nothing. */
function canBeEmpty(node: PatternNode): boolean {
  switch (node.type) {
    case "set":
      return false;
    case "sequence":
      return node.parts.every(canBeEmpty);
    case "choice":
      return node.options.some(canBeEmpty);
    case "repeat":
      return node.min === 0 || canBeEmpty(node.body);
    case "group":
    case "atomic":
      return canBeEmpty(node.body);
    default:
      return true;
  }
}

function sequence(parts: readonly PatternNode[]): PatternNode {
  return parts.length === 0
    ? EMPTY
    : parts.length === 1
      ? (parts[0] as PatternNode)
      : { type: "sequence", parts };
}

/** What may follow, where a lookahead asks for one character or the end only. */
function nextOf(node: PatternNode): { set: Ranges; end: boolean } | undefined {
  switch (node.type) {
    case "set":
      return { set: node.set, end: false };
    case "next":
      return node;
    case "group":
      return nextOf(node.body);
    case "repeat":
      return node.min === 1 && node.body.type === "set" ? nextOf(node.body) : undefined;
    case "choice": {
      let set = NOTHING;
      let end = false;
      for (const option of node.options) {
        const next = nextOf(option);
        if (next === undefined) return undefined;
        set = union(set, next.set);
        end ||= next.end;
      }
      return { set, end };
    }
    default:
      return undefined;
  }
}

function simplifyLook(body: PatternNode, behind: boolean, negative: boolean): PatternNode {
  const next = behind ? undefined : nextOf(body);
  if (next === undefined) return { type: "look", behind, negative, body };
  return { type: "next", set: negative ? invert(next.set) : next.set, end: next.end !== negative };
}
