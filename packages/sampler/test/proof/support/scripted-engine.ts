// An engine whose logits are a function of the tokens that a sequence holds, and that counts what is open.

import type { ProofLogits, ProofSession, ProofTokenizer } from "../../../src/proof/engine.js";

export interface ScriptedEngine {
  session(): ProofSession & Disposable & { readonly tokens: readonly number[] };
  /** Sequences that were not disposed of. */
  readonly open: number;
  /** Tokens that were appended, again ones too. */
  readonly appended: number;
}

/** @param logitsOf  given all tokens of the sequence, prompt included */
export function scriptedEngine(
  logitsOf: (tokens: readonly number[]) => Float32Array,
  options: { readonly maxLength?: number; readonly delay?: () => Promise<void> } = {},
): ScriptedEngine {
  const engine = { open: 0, appended: 0, session: () => make([]) };
  function make(held: number[]): ReturnType<ScriptedEngine["session"]> {
    engine.open++;
    let isOpen = true;
    const check = () => {
      if (!isOpen) throw new Error("used after it was disposed of");
    };
    return {
      tokens: held,
      get length() {
        return held.length;
      },
      ...(options.maxLength === undefined ? {} : { maxLength: options.maxLength }),
      async append(tokens, want, { signal }): Promise<ProofLogits> {
        check();
        if (want !== "last" || tokens.length === 0) throw new Error("expected tokens, and last");
        signal?.throwIfAborted();
        await options.delay?.();
        signal?.throwIfAborted();
        held.push(...tokens);
        engine.appended += tokens.length;
        let last: Float32Array | undefined = logitsOf(held);
        return {
          get last() {
            if (last === undefined) throw new Error("logits read after they were disposed of");
            return last;
          },
          [Symbol.dispose]() {
            last?.fill(Number.NaN);
            last = undefined;
          },
        };
      },
      truncate(length) {
        check();
        if (length > held.length) throw new Error("truncated to more than there is");
        held.length = length;
      },
      fork() {
        check();
        return make([...held]);
      },
      [Symbol.dispose]() {
        if (isOpen) engine.open--;
        isOpen = false;
      },
    };
  }
  return engine;
}

/** A token for each of these texts, and the longest that fits first. */
export function listTokenizer(texts: readonly string[]): ProofTokenizer {
  return {
    encode(text) {
      const ids: number[] = [];
      for (let at = 0; at < text.length; ) {
        const id = texts.reduce(
          (best, each, i) =>
            each !== "" && text.startsWith(each, at) && each.length > (texts[best] ?? "").length
              ? i
              : best,
          -1,
        );
        if (id < 0) throw new Error(`no token for ${text.slice(at)}`);
        ids.push(id);
        at += (texts[id] as string).length;
      }
      return ids;
    },
    decode: (ids) => Array.from(ids, (id) => texts[id]).join(""),
  };
}

/** Logits of tokens with these probabilities; the others are impossible. */
export function logitsFor(size: number, probabilities: ReadonlyMap<number, number>): Float32Array {
  const logits = new Float32Array(size).fill(-Infinity);
  for (const [token, probability] of probabilities) logits[token] = Math.log(probability);
  return logits;
}
