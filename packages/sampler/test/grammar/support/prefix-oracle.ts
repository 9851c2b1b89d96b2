// Says by plain search whether a text is, or begins, one of a grammar: positions
// at which each expression can end, as a least fixpoint over all of them. Knows
// nothing of automata.

import { utf8Sequences } from "../../../src/grammar/characters/utf8.js";
import type { Expression, Rules } from "../../../src/grammar/rules/expression.js";

export class PrefixOracle {
  readonly #rules: readonly Expression[];
  readonly #start: number;
  readonly #productive: boolean[];

  constructor({ rules, start }: Rules) {
    this.#rules = rules;
    this.#start = start;
    this.#productive = rules.map(() => false);
    for (let changed = true; changed; ) {
      changed = false;
      rules.forEach((e, i) => {
        if (!this.#productive[i] && this.#isProductive(e)) {
          this.#productive[i] = true;
          changed = true;
        }
      });
    }
  }

  /** Whether the text is all of one, and whether some text of the grammar begins with it. */
  check(text: Uint8Array): { whole: boolean; begins: boolean } {
    // Ends of each rule from each position, grown until nothing is new.
    const ends = this.#rules.map(() =>
      Array.from({ length: text.length + 1 }, () => new Set<number>()),
    );
    const begins = this.#rules.map(() => new Array<boolean>(text.length + 1).fill(false));
    for (let changed = true; changed; ) {
      changed = false;
      this.#rules.forEach((e, rule) => {
        for (let at = 0; at <= text.length; at++) {
          const known = ends[rule]?.[at] as Set<number>;
          for (const end of this.#ends(e, at, text, ends)) {
            if (!known.has(end)) {
              known.add(end);
              changed = true;
            }
          }
          const row = begins[rule] as boolean[];
          if (!row[at] && this.#begins(e, at, text, ends, begins)) {
            row[at] = true;
            changed = true;
          }
        }
      });
    }
    return {
      whole: ends[this.#start]?.[0]?.has(text.length) === true,
      begins: begins[this.#start]?.[0] === true,
    };
  }

  #isProductive(e: Expression): boolean {
    switch (e.kind) {
      case "literal":
        return true;
      case "characters":
        return e.set.length > 0;
      case "sequence":
        return e.items.every((item) => this.#isProductive(item));
      case "choice":
        return e.items.some((item) => this.#isProductive(item));
      case "repeat":
        return e.min === 0 || this.#isProductive(e.item);
      case "rule":
        return this.#productive[e.rule] === true;
      default:
        throw new Error("no graphs here");
    }
  }

  #ends(e: Expression, at: number, text: Uint8Array, known: Set<number>[][]): Set<number> {
    switch (e.kind) {
      case "literal":
        return new Set(e.bytes.every((b, i) => text[at + i] === b) ? [at + e.bytes.length] : []);
      case "characters": {
        const found = new Set<number>();
        for (const sequence of utf8Sequences(e.set)) {
          const length = sequence.length / 2;
          let fits = at + length <= text.length;
          for (let i = 0; i < length && fits; i++) {
            const byte = text[at + i] as number;
            fits = byte >= (sequence[2 * i] as number) && byte <= (sequence[2 * i + 1] as number);
          }
          if (fits) found.add(at + length);
        }
        return found;
      }
      case "sequence": {
        let positions = new Set([at]);
        for (const item of e.items) {
          const next = new Set<number>();
          for (const p of positions) for (const q of this.#ends(item, p, text, known)) next.add(q);
          positions = next;
        }
        return positions;
      }
      case "choice":
        return new Set(e.items.flatMap((item) => [...this.#ends(item, at, text, known)]));
      case "repeat": {
        const result = new Set<number>();
        let positions = new Set([at]);
        const rounds = Number.isFinite(e.max) ? e.max : e.min + text.length + 1;
        for (let i = 0; i <= rounds; i++) {
          if (i >= e.min) for (const p of positions) result.add(p);
          if (i === rounds) break;
          const next = new Set<number>();
          for (const p of positions)
            for (const q of this.#ends(e.item, p, text, known)) next.add(q);
          positions = next;
        }
        return result;
      }
      case "rule":
        return known[e.rule]?.[at] as Set<number>;
      default:
        throw new Error("no automata here");
    }
  }

  /** Whether what is left of the text from `at` begins something of `e`. */
  #begins(
    e: Expression,
    at: number,
    text: Uint8Array,
    ends: Set<number>[][],
    begins: boolean[][],
  ): boolean {
    if (!this.#isProductive(e)) return false;
    if (at === text.length) return true;
    switch (e.kind) {
      case "literal":
        return (
          text.length - at <= e.bytes.length && text.subarray(at).every((b, i) => e.bytes[i] === b)
        );
      case "characters":
        return utf8Sequences(e.set).some(
          (sequence) =>
            text.length - at <= sequence.length / 2 &&
            text
              .subarray(at)
              .every(
                (b, i) => b >= (sequence[2 * i] as number) && b <= (sequence[2 * i + 1] as number),
              ),
        );
      case "sequence": {
        let positions = new Set([at]);
        for (const item of e.items) {
          for (const p of positions) if (this.#begins(item, p, text, ends, begins)) return true;
          const next = new Set<number>();
          for (const p of positions) for (const q of this.#ends(item, p, text, ends)) next.add(q);
          positions = next;
        }
        return positions.has(text.length);
      }
      case "choice":
        return e.items.some((item) => this.#begins(item, at, text, ends, begins));
      case "repeat": {
        let positions = new Set([at]);
        const rounds = Number.isFinite(e.max) ? e.max : e.min + text.length + 1;
        for (let i = 0; i < rounds; i++) {
          for (const p of positions) if (this.#begins(e.item, p, text, ends, begins)) return true;
          const next = new Set<number>();
          for (const p of positions) for (const q of this.#ends(e.item, p, text, ends)) next.add(q);
          positions = next;
        }
        return positions.has(text.length);
      }
      case "rule":
        return begins[e.rule]?.[at] === true;
      default:
        throw new Error("no automata here");
    }
  }
}
