// Free text until a trigger, then a grammar, then free text again.

import type { Automaton, Expression } from "./rules/expression.js";
import { choice, sequence, star } from "./rules/expression.js";

/**
 * @param after  `"free"`: free text follows, and more triggers may; `"end"`: the text is over with the grammar
 */
export function triggered(
  triggers: readonly string[],
  inner: Expression,
  after: "free" | "end",
): Expression {
  const encoder = new TextEncoder();
  const { until, without } = triggerAutomata(triggers.map((text) => encoder.encode(text)));
  const free: Expression = { kind: "automaton", automaton: without, spelling: "bytes", free: true };
  const begin: Expression = { kind: "automaton", automaton: until, spelling: "bytes", free: true };
  const span = sequence(begin, inner);
  return after === "free" ? sequence(star(span), free) : choice(span, free);
}

/**
 * Automata of the texts in which a trigger comes only at the end, and of those in which none comes (Aho and
 * Corasick 1975).
 */
function triggerAutomata(triggers: readonly Uint8Array[]): {
  until: Automaton;
  without: Automaton;
} {
  const children: Map<number, number>[] = [new Map()];
  const found = [false];
  for (const trigger of triggers) {
    let state = 0;
    for (const byte of trigger) {
      let next = children[state]?.get(byte);
      if (next === undefined) {
        next = children.push(new Map()) - 1;
        found.push(false);
        children[state]?.set(byte, next);
      }
      state = next;
    }
    found[state] = true;
  }
  const rows: Uint32Array[] = [];
  const order = [0];
  const fallback = [0];
  for (const state of order) {
    const row = new Uint32Array(256);
    const behind = state === 0 ? undefined : rows[fallback[state] as number];
    if (behind !== undefined) row.set(behind);
    if (found[fallback[state] as number]) found[state] = true;
    for (const [byte, child] of children[state] as Map<number, number>) {
      fallback[child] = behind?.[byte] ?? 0;
      row[byte] = child;
      order.push(child);
    }
    rows[state] = row;
  }
  const edges = (withFound: boolean) =>
    rows.map((row, state) => {
      const list: number[] = [];
      if (found[state]) return list;
      for (let byte = 0; byte < 256; byte++) {
        const to = row[byte] as number;
        if (found[to] && !withFound) continue;
        if (list.at(-1) === to && list.at(-2) === byte - 1) list[list.length - 2] = byte;
        else list.push(byte, byte, to);
      }
      return list;
    });
  return {
    until: { accepts: found, edges: edges(true) },
    without: { accepts: found.map((f) => !f), edges: edges(false) },
  };
}
