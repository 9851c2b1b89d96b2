// Where the largest logits alone decide, and how many of them.

import { SamplerError } from "../errors.js";
import type { Candidates } from "./candidates/candidates.js";
import { describe } from "./check.js";
import type { History } from "./edits/history.js";
import type { TokenTable } from "./edits/token-table.js";
import type { EngineLogits, TopLogits } from "./engine-logits.js";
import type { CheckedSampling } from "./options.js";
import type { Stage } from "./order.js";

/** More than are needed, for tokens that a mask forbids. */
const MASKED = 64;
/** More are no gain. */
const MOST = 2 ** 16;

/** Filters that don't need more than the largest logits. */
const light: ReadonlySet<Stage> = new Set(["temperature", "minP"]);
/** Changes of logits, which the count of tokens that they may take out of the largest makes up for. */
const edits: ReadonlySet<Stage> = new Set([
  ...(["logitBias", "badWords", "minTokens", "penalties", "noRepeatNgram", "dry"] as const),
]);

export class NativeTopK {
  readonly #options: CheckedSampling;
  readonly #raisesNone: boolean;
  /** How many logits the filters need after all edits; 0 if they need more. */
  readonly #filtered: number;

  /** @param penaltiesLower  whether penalties raise no logit. */
  constructor(options: CheckedSampling, penaltiesLower: boolean) {
    const { order, logitBias, logprobs, processedLogprobs } = options;
    this.#options = options;
    this.#raisesNone =
      (penaltiesLower || !order.includes("penalties")) &&
      logitBias.every(([, bias]) => bias <= 0) &&
      !order.includes("allowedTokens") &&
      (logprobs === undefined || (processedLogprobs && options.topK > 0));
    const before = order.slice(0, Math.max(0, order.indexOf("topK")));
    const isLight = before.every((stage) => light.has(stage) || edits.has(stage));
    this.#filtered = order.includes("topK") && isLight ? options.topK : 0;
  }

  /**
   * Begins with the largest logits, if they make the same choice as all of them.
   *
   * @param banned  how many tokens are banned besides what the options say.
   * @returns whether they do.
   */
  load(
    candidates: Candidates,
    logits: EngineLogits,
    history: History,
    table: TokenTable,
    mask: Uint32Array | undefined,
    banned: number,
    isGreedy: boolean,
  ): boolean {
    const count = isGreedy && this.#options.logprobs === undefined ? 1 : this.#filtered;
    if (count === 0 || !this.#raisesNone) return false;
    // Each edit takes one token at most from among the largest.
    const needed = count + this.#edited(history, table) + banned;
    if (needed > MOST && needed < logits.size) return false;
    const wanted = Math.min(logits.size, needed + (mask === undefined ? 0 : MASKED));
    const top = logits.topK(wanted);
    check(top, wanted);
    candidates.resetTo(top.ids, top.values);
    if (mask !== undefined) candidates.restrict(mask);
    const isAll = wanted === logits.size || top.values[wanted - 1] === -Infinity;
    return isAll || candidates.list().count >= needed;
  }

  /** How many logits the edits change at most. */
  #edited(history: History, table: TokenTable): number {
    const { order, logitBias, badWords, stopTokens } = this.#options;
    let count = logitBias.length + badWords.length + stopTokens.length;
    if (
      order.some((stage) => stage === "penalties" || stage === "dry" || stage === "noRepeatNgram")
    ) {
      for (let i = 0; i < history.length; i++) table.set(history.tokens[i] as number, 1);
      count += table.size;
      table.clear();
    }
    return count;
  }
}

function check({ ids, values }: TopLogits, count: number): void {
  const fail = (found: string): never => {
    const expected = `logits.topK(${count}): expected so many ids and values, descending`;
    throw new SamplerError("ERR_LOGITS", `${expected}, ${found}`);
  };
  if (ids.length !== count || values.length !== count) {
    fail(`found ${describe(ids)} and ${describe(values)}`);
  }
  for (let i = 1; i < count; i++) {
    const before = values[i - 1] as number;
    const value = values[i] as number;
    const isNext =
      before > value || (before === value && (ids[i - 1] as number) < (ids[i] as number));
    if (!isNext) fail(`found ${value} of ${ids[i]} after ${before} of ${ids[i - 1]}`);
  }
}
