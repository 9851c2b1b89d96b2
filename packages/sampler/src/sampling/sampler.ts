// From logits to tokens.

import { ensure, SamplerError } from "../errors.js";
import { RandomPair } from "../random/philox.js";
import { Candidates } from "./candidates/candidates.js";
import { describe, integer, tokenIds } from "./check.js";
import { addBias, banAll, banRepeatedNgrams, banWords } from "./edits/bans.js";
import { Dry } from "./edits/dry.js";
import { Penalties } from "./edits/penalties.js";
import { TokenTable } from "./edits/token-table.js";
import type { EngineLogits } from "./engine-logits.js";
import {
  epsilonCutoff,
  etaCutoff,
  excludeTopChoices,
  topNSigma,
  typical,
} from "./filters/truncation.js";
import { type TokenLogprob, topLogprobs } from "./logprobs.js";
import { boundSurprise, nextBound } from "./mirostat.js";
import { NativeTopK } from "./native-top-k.js";
import {
  type CheckedSampling,
  checkSampling,
  checkTemperature,
  type SamplingOptions,
} from "./options.js";
import type { Stage } from "./order.js";
import { SamplingState } from "./state.js";

/** What is particular to one token. */
export interface SampleOptions {
  /** Tokens that may come: 32 a word, the lowest bit first; those that it has no bit for may not. Applied before all stages. */
  readonly mask?: Uint32Array;
  /** Tokens that may not come. Applied before all stages. */
  readonly ban?: ArrayLike<number>;
  /** In place of the sampler's temperature. Only if the order has a stage for it. */
  readonly temperature?: number;
  /** To be counted up when a token is drawn anew after a rollback. Default 0. */
  readonly attempt?: number;
}

export interface Sampled {
  readonly token: number;
  /** With `logprobs`: ln of the token's probability. */
  readonly logprob?: number;
  /** With `logprobs`: the likeliest tokens. */
  readonly top?: readonly TokenLogprob[];
}

/** Chooses tokens by options that stay the same. It keeps nothing from one token to the next but memory to work in. */
export class LogitsSampler {
  /** What the tokens are drawn with. */
  readonly seed: number;
  readonly #options: CheckedSampling;
  readonly #penalties: Penalties;
  readonly #dry: Dry;
  readonly #native: NativeTopK;
  readonly #random = new RandomPair();
  #candidates: Candidates | undefined;
  #raw: Candidates | undefined;
  #table = new TokenTable(0);

  /** @throws SamplerError ERR_ARGUMENT for an option out of range. */
  constructor(options: SamplingOptions = {}) {
    this.#options = checkSampling(options);
    this.seed = this.#options.seed;
    this.#penalties = new Penalties(this.#options);
    this.#dry = new Dry(this.#options);
    this.#native = new NativeTopK(this.#options, this.#penalties.onlyLowers);
  }

  /**
   * Begins a sequence.
   *
   * @param sequence  which of those with the same seed, from 0 to 2^32 - 1.
   * @throws SamplerError ERR_ARGUMENT
   */
  start(prompt: Iterable<number> = [], sequence = 0): SamplingState {
    const { mirostat, mirostatTau, stop } = this.#options;
    integer(sequence, "sequence", 0, 2 ** 32 - 1);
    const bound = mirostat === 0 ? Number.NaN : 2 * mirostatTau;
    return new SamplingState(tokenIds(prompt, "prompt"), sequence, stop, bound);
  }

  /** Whether a token ends a sequence. */
  isStop(token: number): boolean {
    return this.#options.stopTokens.includes(token);
  }

  /**
   * Chooses the next token, and adds it to `state`. The logits stay as they are.
   *
   * @param logits  of all tokens of the vocabulary.
   * @throws SamplerError ERR_ARGUMENT; ERR_LOGITS if a logit is NaN or Infinity, or all are -Infinity; ERR_DEAD_END if the
   *   options, the mask and the bans leave no token. Then `state` is as before.
   */
  sample(
    logits: Float32Array | EngineLogits,
    state: SamplingState,
    options: SampleOptions = {},
  ): Sampled {
    const { mirostat, mirostatTau, mirostatEta, logprobs, processedLogprobs } = this.#options;
    const temperature = this.#temperatureOf(options);
    const candidates = this.#begin(logits);
    this.#random.draw({
      seed: this.seed,
      sequence: state.sequence,
      position: state.length,
      attempt: options.attempt ?? 0,
    });
    this.#load(candidates, logits, state, options, temperature === 0);
    for (const stage of this.#options.order) {
      if (changes.has(stage)) this.#change(stage, candidates, state);
      else if (temperature > 0) this.#filter(stage, candidates, temperature);
    }
    const bound = state.surpriseBound;
    let next = bound;
    let token = -1;
    if (candidates.isEmpty) this.#refuse(logits);
    if (temperature === 0) token = candidates.likeliest();
    else {
      if (mirostat !== 0) boundSurprise(candidates, mirostat, bound);
      token = candidates.draw(this.#random.first);
      if (mirostat !== 0) next = nextBound(bound, candidates.probability, mirostatTau, mirostatEta);
    }
    if (token < 0) this.#refuse(logits);
    const sampled =
      logprobs === undefined
        ? { token }
        : this.#describe(token, processedLogprobs ? candidates : this.#rawOf(logits), logprobs);
    state.add(token, next);
    return sampled;
  }

  #temperatureOf({ temperature }: SampleOptions): number {
    if (temperature === undefined) return this.#options.temperature;
    const checked = checkTemperature(temperature);
    ensure(
      checked === 0 || this.#options.order.includes("temperature"),
      "ERR_ARGUMENT",
      () => 'temperature: expected "temperature" in the order, found it nowhere',
    );
    return checked;
  }

  #begin(logits: Float32Array | EngineLogits): Candidates {
    const size = logits instanceof Float32Array ? logits.length : logits.size;
    ensure(
      Number.isInteger(size) && size > 0 && size <= 2 ** 24,
      "ERR_LOGITS",
      () => `logits: expected those of 1 to 2^24 tokens, found ${describe(size)}`,
    );
    if (this.#candidates?.size !== size) {
      this.#candidates = new Candidates(size);
      this.#raw = undefined;
      this.#table = new TokenTable(size);
    }
    return this.#candidates;
  }

  #load(
    candidates: Candidates,
    logits: Float32Array | EngineLogits,
    state: SamplingState,
    { mask, ban = [] }: SampleOptions,
    isGreedy: boolean,
  ): void {
    if (!(logits instanceof Float32Array)) {
      const table = this.#table;
      if (this.#native.load(candidates, logits, state, table, mask, ban.length, isGreedy)) {
        banAll(candidates, ban);
        return;
      }
    }
    candidates.reset(valuesOf(logits));
    if (mask !== undefined) candidates.restrict(mask);
    banAll(candidates, ban);
  }

  #change(stage: Stage, candidates: Candidates, state: SamplingState): void {
    const options = this.#options;
    switch (stage) {
      case "logitBias":
        addBias(candidates, options.logitBias);
        break;
      case "allowedTokens":
        candidates.restrict(options.allowedTokens as Uint32Array);
        break;
      case "badWords":
        banWords(candidates, state, options.badWords);
        break;
      case "minTokens":
        if (state.length - state.promptLength < options.minTokens) {
          banAll(candidates, options.stopTokens);
        }
        break;
      case "penalties":
        this.#penalties.apply(candidates, state, this.#table);
        break;
      case "dry":
        this.#dry.apply(candidates, state, this.#table);
        break;
      default:
        banRepeatedNgrams(candidates, state, options.noRepeatNgram);
    }
  }

  #filter(stage: Stage, candidates: Candidates, temperature: number): void {
    const options = this.#options;
    switch (stage) {
      case "temperature":
        candidates.divide(temperature);
        break;
      case "topK":
        candidates.keepLargest(options.topK);
        break;
      case "topP":
        candidates.keepShare(options.topP);
        break;
      case "minP":
        candidates.keepWithin(-Math.log(options.minP));
        break;
      case "typicalP":
        typical(candidates, options.typicalP);
        break;
      case "topNSigma":
        topNSigma(candidates, options.topNSigma);
        break;
      case "epsilonCutoff":
        epsilonCutoff(candidates, options.epsilonCutoff);
        break;
      case "etaCutoff":
        etaCutoff(candidates, options.etaCutoff);
        break;
      default:
        if (this.#random.second < options.xtcProbability) {
          excludeTopChoices(candidates, options.xtcThreshold);
        }
    }
  }

  #rawOf(logits: Float32Array | EngineLogits): Candidates {
    const values = valuesOf(logits);
    this.#raw ??= new Candidates(values.length);
    this.#raw.reset(values);
    return this.#raw;
  }

  #describe(token: number, candidates: Candidates, count: number): Sampled {
    const total = candidates.logTotal();
    const logprob = candidates.logitAt(candidates.placeOf(token)) - total;
    return { token, logprob, top: topLogprobs(candidates, count, total) };
  }

  /** @throws SamplerError of what it was that left no token. */
  #refuse(logits: Float32Array | EngineLogits): never {
    const values = valuesOf(logits);
    const isPossible = values.some((logit) => logit > -Infinity);
    const found = isPossible ? "all of them forbidden" : `${values.length} times -Infinity`;
    const message = `logits: expected a token that is possible, found ${found}`;
    throw new SamplerError(isPossible ? "ERR_DEAD_END" : "ERR_LOGITS", message);
  }
}

/** Stages that change single logits; the others are filters. */
const changes: ReadonlySet<Stage> = new Set([
  ...(["logitBias", "allowedTokens", "badWords", "minTokens"] as const),
  ...(["penalties", "noRepeatNgram", "dry"] as const),
]);

function valuesOf(logits: Float32Array | EngineLogits): Float32Array {
  if (logits instanceof Float32Array) return logits;
  const { values, size } = logits;
  ensure(
    values.length === size,
    "ERR_LOGITS",
    () => `logits.values: expected ${size} numbers, found ${values.length}`,
  );
  return values;
}
