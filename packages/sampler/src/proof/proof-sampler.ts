// Decoding that checks its own work.

import { ensure } from "../errors.js";
import { describe, integer, tokenIds } from "../sampling/check.js";
import { LogitsSampler } from "../sampling/sampler.js";
import { StepChecker } from "../steps/step-checker.js";
import { spanResult } from "./calculator.js";
import { Chain, type ChainParts } from "./chain.js";
import type { ProofSession, ProofTokenizer } from "./engine.js";
import type { ProofChain, ProofEvent, ProofResult } from "./events.js";
import {
  type CheckedProofOptions,
  checkProofOptions,
  type ProofSamplerOptions,
} from "./options.js";
import { ProofRun } from "./proof-run.js";
import { search } from "./search.js";
import { Ballot } from "./vote.js";
import { LineWriter, type WriterParts } from "./writer.js";

export interface SampleRunOptions {
  /** The most new tokens of a chain. Default: 512. */
  readonly maxNewTokens?: number;
  /** What is asked: its equations and numbers are taken as given where steps are checked. */
  readonly question?: string;
  /** Ends the run, which rejects with its reason; sequences are given back. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes solutions line by line, checks every claim that can be checked, and writes a line anew that is false.
 *
 * Over any engine with `append`, `truncate` and `fork`, and any tokenizer with `encode` and `decode`. With the same seed and an
 * engine whose logits don't depend on what else it runs, a run gives the same bytes.
 *
 * @example
 * const sampler = new ProofSampler(tokenizer, { stopTokens: [eos] });
 * for await (const event of sampler.sample(session, ids, { maxNewTokens: 400 })) {
 *   if (event.type === "text") process.stdout.write(event.text);
 *   if (event.type === "step" && event.status === "corrected") console.error("corrected:", event.text);
 * }
 */
export class ProofSampler {
  readonly #tokenizer: ProofTokenizer;
  readonly #options: CheckedProofOptions;
  readonly #sampler: LogitsSampler;

  /** @throws SamplerError ERR_ARGUMENT for an option out of range. */
  constructor(tokenizer: ProofTokenizer, options: ProofSamplerOptions = {}) {
    ensure(
      typeof tokenizer?.encode === "function" && typeof tokenizer.decode === "function",
      "ERR_ARGUMENT",
      () => `tokenizer: expected something with encode and decode, found ${describe(tokenizer)}`,
    );
    this.#tokenizer = tokenizer;
    this.#options = checkProofOptions(options);
    const {
      mode,
      backtrack,
      checkSteps,
      verifiers,
      calculator,
      grammar,
      chains,
      branches,
      ...rest
    } = options;
    const { temperature, stopTokens, stop } = this.#options;
    const logprobs = this.#options.mode === "search" ? { logprobs: 0 } : {};
    this.#sampler = new LogitsSampler({ ...rest, ...logprobs, temperature, stopTokens, stop });
  }

  /** What tokens are drawn with. */
  get seed(): number {
    return this.#sampler.seed;
  }

  /**
   * Goes on after a prompt, in sequences of its own: `session` stays as it is.
   *
   * @param session  what it holds stands before the prompt
   * @param inputIds  the prompt's tokens, at least one
   * @throws SamplerError ERR_ARGUMENT at once; while it runs ERR_LOGITS, ERR_DEAD_END if a grammar and the options leave no
   *   token, what the session and verifiers throw, `signal.reason`
   */
  sample(
    session: ProofSession,
    inputIds: Iterable<number>,
    { maxNewTokens = 512, question, signal }: SampleRunOptions = {},
  ): ProofRun {
    const prompt = tokenIds(inputIds, "inputIds");
    ensure(
      prompt.length > 0,
      "ERR_ARGUMENT",
      () => "inputIds: expected a token or more, found none",
    );
    integer(maxNewTokens, "maxNewTokens", 1, 2 ** 31 - 1);
    const parts = { options: this.#options, maxNewTokens, promptTokens: prompt.length, signal };
    const checker = this.#options.checkSteps
      ? new StepChecker(question === undefined ? {} : { question })
      : undefined;
    return new ProofRun(this.#run(session, prompt, checker, parts));
  }

  async *#run(
    session: ProofSession,
    prompt: Int32Array,
    checker: StepChecker | undefined,
    parts: ChainParts,
  ): AsyncGenerator<ProofEvent, ProofResult> {
    parts.signal?.throwIfAborted();
    const own = session.fork();
    let root: Chain;
    try {
      const writer = await LineWriter.begin(this.#writerParts(), own, prompt, parts.signal);
      root = new Chain(writer, checker, parts);
    } catch (error) {
      own[Symbol.dispose]?.();
      throw error;
    }
    try {
      if (this.#options.mode === "vote") return yield* this.#vote(root, parts);
      if (this.#options.mode === "search") return yield* this.#search(root);
      return yield* root.run();
    } finally {
      root.writer[Symbol.dispose]();
    }
  }

  #writerParts(): WriterParts {
    const { calculator, grammar, stopTokens, backtrack } = this.#options;
    return {
      tokenizer: this.#tokenizer,
      sampler: this.#sampler,
      grammar,
      stopTokens,
      continuation: calculator === false ? undefined : spanResult,
      margins: backtrack !== false,
    };
  }

  async *#vote(root: Chain, parts: ChainParts): AsyncGenerator<ProofEvent, ProofResult> {
    const { chains: count } = this.#options;
    const enough = new AbortController();
    const { signal } = parts;
    const either = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
    const chains: Chain[] = [];
    const running: Promise<ProofChain>[] = [];
    const ballot = new Ballot(count);
    const ended: ProofChain[] = [];
    try {
      while (chains.length < count) chains.push(root.fork(chains.length, either));
      for (const chain of chains) {
        const result = finish(chain);
        result.catch(() => {}); // who is awaited later may fail earlier
        running.push(result);
      }
      // In the order of their numbers: who is ready first is chance.
      for (const [i, chain] of running.entries()) {
        const result = await chain;
        ended.push(result);
        ballot.cast(result);
        yield { type: "chain", chain: i, result };
        if (ballot.isDecided) break;
      }
    } finally {
      enough.abort();
      await Promise.allSettled(running);
      for (const chain of chains) chain.writer[Symbol.dispose]();
    }
    const tokens = chains
      .map((chain) => chain.tokens)
      .reduce((sum, { kept, discarded }) => sum + kept + discarded, 0);
    return yield* decide(ballot, ended, tokens);
  }

  async *#search(root: Chain): AsyncGenerator<ProofEvent, ProofResult> {
    const { chains, tokens } = await search(root, this.#options);
    const ballot = new Ballot(chains.length);
    for (const [i, chain] of chains.entries()) {
      ballot.cast(chain);
      yield { type: "chain", chain: i, result: chain };
    }
    return yield* decide(ballot, chains, tokens);
  }
}

async function finish(chain: Chain): Promise<ProofChain> {
  const events = chain.run();
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
  }
}

/** The chain that won as events, and the whole. @param tokens  of all chains, whatever became of them */
function* decide(
  ballot: Ballot,
  chains: readonly ProofChain[],
  tokens: number,
): Generator<ProofEvent, ProofResult> {
  const { winner } = ballot;
  const chain = winner?.chain ?? (chains[0] as ProofChain);
  const usage = { ...chain.usage, discarded: tokens - chain.usage.kept };
  yield { type: "text", text: chain.text, tokens: chain.tokens };
  for (const step of chain.steps) if (step.text.trim() !== "") yield { type: "step", ...step };
  if (winner === undefined || chain.answer === undefined) return { ...chain, usage, chains };
  const { votes } = winner;
  yield { type: "answer", text: chain.answer, votes, chains: chains.length };
  return { ...chain, usage, chains, votes };
}
