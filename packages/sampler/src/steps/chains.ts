// Finds the chains of a line: sides with relations between them, in prose too.

import { doubtAfter, doubtBefore } from "./chain-edges.js";
import { SideReader } from "./read-side.js";
import type { Side } from "./side.js";
import type { Token } from "./tokens.js";
import { rounds } from "./words.js";

export type Relation = "=" | "≈" | "<" | ">" | "≤" | "≥" | "≠" | "≡";

export interface Link {
  readonly relation: Relation;
  /** Words or nothing readable stand there when `undefined`. */
  readonly left: Side | undefined;
  readonly right: Side | undefined;
  /** The relation is a word. */
  readonly spoken: boolean;
  /** Another relation follows. */
  readonly goesOn: boolean;
  /** The first link of its chain. */
  readonly first: boolean;
}

export interface Chain {
  readonly links: readonly Link[];
  /** The token before it. */
  readonly before: number;
  /** The token after it. */
  readonly after: number;
}

const equalWords = new Set(["equals", "equal"]);
const fills = new Set([
  "only",
  "exactly",
  "just",
  "total",
  "a",
  "an",
  "of",
  "the",
  "to",
  "another",
]);

export function findChains(tokens: readonly Token[]): Chain[] {
  const chains: Chain[] = [];
  if (!tokens.some((token) => relationAt(token) !== undefined)) return chains;
  const reader = new SideReader(tokens);
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at] as Token;
    const begins = relationAt(token) === undefined ? reader.read(at) : undefined;
    const next = begins === undefined ? at : relationStart(tokens, begins.next);
    if (next === undefined || relationAt(tokens[next]) === undefined) {
      at = Math.max(begins?.next ?? 0, at + 1);
      continue;
    }
    if (begins !== undefined) {
      begins.doubt ??= doubtBefore(tokens, at, begins);
      begins.afterWord = tokens[at - 1]?.kind === "word";
    }
    const chain = readChain(reader, tokens, at, begins, next);
    chains.push(chain);
    at = Math.max(chain.after, at + 1);
  }
  return chains;
}

/** `3 * 4 is 12`: a verb is a relation when an operation stands before it and a number after it. */
function relationStart(tokens: readonly Token[], at: number): number {
  const token = tokens[at];
  return token?.kind === "word" && token.text === "is" && equalWords.has(tokens[at + 1]?.text ?? "")
    ? at + 1
    : at;
}

function relationAt(token: Token | undefined): Relation | undefined {
  if (token?.kind === "relation") return token.text as Relation;
  return token?.kind === "word" && equalWords.has(token.text) ? "=" : undefined;
}

function readChain(
  reader: SideReader,
  tokens: readonly Token[],
  start: number,
  begins: Side | undefined,
  firstRelation: number,
): Chain {
  const links: Link[] = [];
  let left = begins;
  let at = firstRelation;
  while (true) {
    let relation = relationAt(tokens[at]);
    if (relation === undefined) break;
    const filled = skipFillers(tokens, at + 1);
    if (filled.approximate && relation === "=") relation = "≈";
    const right = reader.read(filled.at);
    const after = right?.next ?? filled.at;
    const next = relationStart(tokens, after);
    const goesOn = relationAt(tokens[next]) !== undefined;
    if (right !== undefined) {
      if (right.approximate && relation === "=") relation = "≈";
      if (!goesOn) right.doubt ??= doubtAfter(tokens, after, right);
    }
    const spoken = tokens[at]?.kind === "word";
    links.push({ relation, left, right, spoken, goesOn, first: links.length === 0 });
    left = right;
    at = next;
    if (right === undefined && !goesOn) {
      at = filled.at;
      break;
    }
    if (!goesOn) {
      at = after;
      break;
    }
  }
  return { links, before: start - 1, after: at };
}

function skipFillers(tokens: readonly Token[], from: number): { at: number; approximate: boolean } {
  let at = from;
  let approximate = false;
  for (let skipped = 0; skipped < 4; skipped++) {
    const token = tokens[at];
    const isTo =
      token?.kind === "word" ||
      (token?.kind === "letter" && token.text === "a" && tokens[at + 1]?.kind === "word");
    if (token === undefined || !isTo) break;
    if (rounds.has(token.text)) approximate = true;
    else if (!fills.has(token.text)) break;
    at++;
  }
  const kind = tokens[at]?.kind;
  const number =
    kind === "number" ||
    kind === "money" ||
    kind === "operator" ||
    kind === "annotation" ||
    kind === "tilde" ||
    kind === "open";
  return number ? { at, approximate } : { at: from, approximate: false };
}
