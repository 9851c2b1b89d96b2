// What every front end compiles to: rules over bytes.

import type { Ranges } from "../characters/ranges.js";

/** A deterministic automaton, whose labels are code points or bytes. State 0 is the start. */
export interface Automaton {
  readonly accepts: readonly boolean[];
  /** Of each state: [from, to, target, …], ranges without overlap. */
  readonly edges: readonly (readonly number[])[];
}

/** How an automaton's labels are written: as they are, in UTF-8, or in a JSON string. */
export type Spelling = "bytes" | "utf8" | "json";

export type Expression =
  | { readonly kind: "literal"; readonly bytes: Uint8Array }
  | { readonly kind: "characters"; readonly set: Ranges }
  | { readonly kind: "sequence"; readonly items: readonly Expression[] }
  | { readonly kind: "choice"; readonly items: readonly Expression[] }
  | {
      readonly kind: "repeat";
      readonly item: Expression;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: "rule"; readonly rule: number }
  /** Places joined by expressions, or by nothing; what leads from `start` to an end matches. */
  | {
      readonly kind: "graph";
      readonly size: number;
      readonly start: number;
      readonly ends: readonly number[];
      readonly edges: readonly GraphEdge[];
    }
  | {
      readonly kind: "automaton";
      readonly automaton: Automaton;
      readonly spelling: Spelling;
      /** Text that the grammar doesn't govern: special tokens may come in it. */
      readonly free?: boolean;
    };

export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly by: Expression | undefined;
}

/** Rules that name each other by index. */
export interface Rules {
  readonly rules: readonly Expression[];
  readonly start: number;
}

const encoder = new TextEncoder();

export function literal(text: string): Expression {
  return { kind: "literal", bytes: encoder.encode(text) };
}

export const EMPTY: Expression = { kind: "sequence", items: [] };
export const NOTHING: Expression = { kind: "choice", items: [] };

export function characters(set: Ranges): Expression {
  return { kind: "characters", set };
}

export function rule(index: number): Expression {
  return { kind: "rule", rule: index };
}

export function choice(...items: readonly Expression[]): Expression {
  return items.length === 1 ? (items[0] as Expression) : { kind: "choice", items };
}

export function repeat(item: Expression, min: number, max: number): Expression {
  return { kind: "repeat", item, min, max };
}

export const optional = (item: Expression): Expression => repeat(item, 0, 1);
export const star = (item: Expression): Expression => repeat(item, 0, Number.POSITIVE_INFINITY);

/**
 * One after the other. Neighbours that repeat the same become one: written out, a chain of `x? x? x?` takes time
 * that grows with its square (https://github.com/ggml-org/llama.cpp/pull/6555).
 */
export function sequence(...items: readonly Expression[]): Expression {
  const joined: Expression[] = [];
  for (const item of items.flatMap((e) => (e.kind === "sequence" ? e.items : [e]))) {
    const last = joined.at(-1);
    const [a, b] = [last && counted(last), counted(item)];
    const repeats = last?.kind === "repeat" || item.kind === "repeat";
    if (a !== undefined && repeats && same(a.item, b.item, 100)) {
      joined[joined.length - 1] = repeat(a.item, a.min + b.min, a.max + b.max);
    } else joined.push(item);
  }
  return joined.length === 1 ? (joined[0] as Expression) : { kind: "sequence", items: joined };
}

function counted(e: Expression): { item: Expression; min: number; max: number } {
  return e.kind === "repeat" ? e : { item: e, min: 1, max: 1 };
}

/** Whether two expressions are written alike, as far as `depth` parts show. */
function same(a: Expression, b: Expression, depth: number): boolean {
  if (a === b) return true;
  if (depth === 0) return false;
  if (a.kind === "literal" && b.kind === "literal") return sameNumbers(a.bytes, b.bytes);
  if (a.kind === "characters" && b.kind === "characters") return sameNumbers(a.set, b.set);
  if (a.kind === "rule" && b.kind === "rule") return a.rule === b.rule;
  if (a.kind === "repeat" && b.kind === "repeat") {
    return a.min === b.min && a.max === b.max && same(a.item, b.item, depth - 1);
  }
  if (
    (a.kind === "sequence" && b.kind === "sequence") ||
    (a.kind === "choice" && b.kind === "choice")
  ) {
    const share = Math.floor(depth / (a.items.length + 1));
    return (
      a.items.length === b.items.length &&
      a.items.every((item, i) => same(item, b.items[i] as Expression, share))
    );
  }
  return false;
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
