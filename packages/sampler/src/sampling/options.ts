// How tokens are chosen, checked before the first one is.

import { ensure } from "../errors.js";
import { describe, integer, real, tokenIds } from "./check.js";
import type { CheckedDry, DryOptions } from "./edits/dry.js";
import type { PenaltyOptions } from "./edits/penalties.js";
import { checkOrder, type SamplingPreset, type Stage, samplingOrders } from "./order.js";

export interface SamplingOptions extends PenaltyOptions, DryOptions {
  /** Whose order and whose defaults of the penalties. Default "vllm". */
  readonly preset?: SamplingPreset;
  /** The order of the stages. Default: the preset's. A stage that it lacks can't be switched on. */
  readonly order?: readonly Stage[];
  /**
   * Divides the logits. Below 1e-5, and by default (0), the largest logit is chosen, of equals the lowest id; then no filter
   * is applied.
   */
  readonly temperature?: number;
  /** Keeps the `topK` likeliest tokens, of equals the lowest ids. Default 0: all. */
  readonly topK?: number;
  /** Keeps the likeliest tokens until they have at least this share of the probability. Above 0. Default 1: all. */
  readonly topP?: number;
  /** Keeps tokens at least this many times as likely as the likeliest. Default 0: all. */
  readonly minP?: number;
  /** Keeps tokens of typical surprise until they have this share of the probability. Above 0. Default 1: all. */
  readonly typicalP?: number;
  /** Keeps tokens whose logits are so many standard deviations below the largest at most. Default 0: all. */
  readonly topNSigma?: number;
  /** Keeps tokens at least so likely. Below 1. Default 0: all. */
  readonly epsilonCutoff?: number;
  /** As `epsilonCutoff`, with less where the entropy is high. Below 1. Default 0: all. */
  readonly etaCutoff?: number;
  /** How often the likeliest tokens are taken away. Default 0. */
  readonly xtcProbability?: number;
  /** How likely tokens are that are taken away, all but the least likely of them. Above 0. Default 0.1. */
  readonly xtcThreshold?: number;
  /** Version of mirostat that draws the token, after all stages. Default 0: none. */
  readonly mirostat?: 0 | 1 | 2;
  /** Surprise that mirostat aims at, in bits. Default 5. */
  readonly mirostatTau?: number;
  /** How quickly mirostat learns. Default 0.1. */
  readonly mirostatEta?: number;
  /** Is added to the logits of tokens; -Infinity forbids one. */
  readonly logitBias?: Iterable<readonly [token: number, bias: number]>;
  /** All other tokens are forbidden. Default: all are allowed. */
  readonly allowedTokens?: Iterable<number>;
  /** Sequences of tokens that may not come, whether the prompt has a part of one or not. */
  readonly badWords?: Iterable<readonly number[]>;
  /** Sequences of so many tokens come only once, prompt included. Default 0: no bound. */
  readonly noRepeatNgram?: number;
  /** Tokens that end a sequence. */
  readonly stopTokens?: Iterable<number>;
  /** `stopTokens` are forbidden before so many tokens after the prompt. Default 0. */
  readonly minTokens?: number;
  /** Strings that end the text: see {@link SamplingState.text}. */
  readonly stop?: string | readonly string[];
  /** Gives logarithms of probabilities of the token and of so many of the likeliest. Default: none; 0: the token's. */
  readonly logprobs?: number;
  /** Whether `logprobs` are those after all stages. Default `false`: of the logits as they came. */
  readonly processedLogprobs?: boolean;
  /** Same seed, same tokens: from 0 to 2^53 - 1. Default: a random one, which `sampler.seed` tells. */
  readonly seed?: number;
}

type Numbers = Required<
  Omit<
    SamplingOptions,
    | "preset"
    | "order"
    | "logitBias"
    | "allowedTokens"
    | "badWords"
    | "stopTokens"
    | "stop"
    | "logprobs"
    | "dryBreakers"
  >
>;

export interface CheckedSampling extends Numbers, CheckedDry {
  /** Those that do something. */
  readonly order: readonly Stage[];
  readonly logitBias: readonly (readonly [token: number, bias: number])[];
  /** 32 tokens a word. */
  readonly allowedTokens: Uint32Array | undefined;
  readonly badWords: readonly Int32Array[];
  readonly stopTokens: Int32Array;
  readonly stop: readonly string[];
  readonly logprobs: number | undefined;
}

/** Greater than any logit that differs from another. */
const MOST = 1e38;
/** Temperatures below it are greedy, as in vLLM. */
const GREEDY = 1e-5;

/** @throws SamplerError ERR_ARGUMENT for an option out of range. */
export function checkSampling(options: SamplingOptions): CheckedSampling {
  const { preset = "vllm" } = options;
  ensure(
    Object.hasOwn(samplingOrders, preset),
    "ERR_ARGUMENT",
    () => `preset: expected "vllm", "hf" or "llama.cpp", found ${describe(preset)}`,
  );
  const isLlama = preset === "llama.cpp";
  const above0 = Number.MIN_VALUE;
  const word = 2 ** 31 - 1;
  const at = (name: keyof Numbers, usual: number, least: number, most: number) =>
    real(options[name] ?? usual, name, least, most);
  const whole = (name: keyof Numbers, usual: number, most = word, least = 0) =>
    integer(options[name] ?? usual, name, least, most);
  const window = (name: "penaltyWindow" | "dryWindow", usual: number) =>
    options[name] === Infinity ? word : whole(name, usual);
  const checked: Omit<CheckedSampling, "order"> = {
    temperature: checkTemperature(options.temperature ?? 0),
    topK: whole("topK", 0),
    topP: at("topP", 1, above0, 1),
    minP: at("minP", 0, 0, 1),
    typicalP: at("typicalP", 1, above0, 1),
    topNSigma: at("topNSigma", 0, 0, MOST),
    epsilonCutoff: at("epsilonCutoff", 0, 0, 1 - 2 ** -53),
    etaCutoff: at("etaCutoff", 0, 0, 1 - 2 ** -53),
    xtcProbability: at("xtcProbability", 0, 0, 1),
    xtcThreshold: at("xtcThreshold", 0.1, above0, 1),
    mirostat: whole("mirostat", 0, 2) as 0 | 1 | 2,
    mirostatTau: at("mirostatTau", 5, above0, MOST),
    mirostatEta: at("mirostatEta", 0.1, above0, MOST),
    repetitionPenalty: at("repetitionPenalty", 1, above0, MOST),
    frequencyPenalty: at("frequencyPenalty", 0, -MOST, MOST),
    presencePenalty: at("presencePenalty", 0, -MOST, MOST),
    penaltyWindow: window("penaltyWindow", isLlama ? 64 : word),
    penalizePrompt: flag(options.penalizePrompt ?? isLlama, "penalizePrompt"),
    dryMultiplier: at("dryMultiplier", 0, 0, MOST),
    dryBase: at("dryBase", 1.75, 1, MOST),
    dryAllowedLength: whole("dryAllowedLength", 2, word, 1),
    dryWindow: window("dryWindow", word),
    dryBreakers: sequences(options.dryBreakers ?? [], "dryBreakers"),
    logitBias: Array.from(options.logitBias ?? [], checkBias),
    allowedTokens: maskOf(options.allowedTokens),
    badWords: sequences(options.badWords ?? [], "badWords"),
    noRepeatNgram: whole("noRepeatNgram", 0),
    stopTokens: tokenIds(options.stopTokens ?? [], "stopTokens"),
    minTokens: whole("minTokens", 0),
    stop: checkStops(options.stop ?? []),
    logprobs:
      options.logprobs === undefined
        ? undefined
        : integer(options.logprobs, "logprobs", 0, 2 ** 20),
    processedLogprobs: flag(options.processedLogprobs ?? false, "processedLogprobs"),
    seed: whole("seed", Math.floor(Math.random() * 2 ** 53), Number.MAX_SAFE_INTEGER),
  };
  const order = options.order === undefined ? samplingOrders[preset] : checkOrder(options.order);
  for (const stage of samplingOrders.vllm) {
    ensure(
      order.includes(stage) || !isNeeded(stage, checked),
      "ERR_ARGUMENT",
      () => `order: expected ${describe(stage)}, whose options are given, found it nowhere`,
    );
  }
  return { ...checked, order: order.filter((stage) => isOn(stage, checked)) };
}

/** 0 for one that is greedy. */
export function checkTemperature(temperature: unknown): number {
  const checked = real(temperature, "temperature", 0, MOST);
  return checked < GREEDY ? 0 : checked;
}

const isNeeded = (stage: Stage, options: Omit<CheckedSampling, "order">): boolean =>
  stage === "temperature" ? options.temperature > 0 : isOn(stage, options);

/** Whether a stage does anything. */
function isOn(stage: Stage, options: Omit<CheckedSampling, "order">): boolean {
  switch (stage) {
    case "logitBias":
      return options.logitBias.length > 0;
    case "allowedTokens":
      return options.allowedTokens !== undefined;
    case "badWords":
      return options.badWords.length > 0;
    case "minTokens":
      return options.minTokens > 0 && options.stopTokens.length > 0;
    case "penalties":
      return (
        options.penaltyWindow > 0 &&
        (options.repetitionPenalty !== 1 ||
          options.frequencyPenalty !== 0 ||
          options.presencePenalty !== 0)
      );
    case "noRepeatNgram":
      return options.noRepeatNgram > 0;
    case "dry":
      return options.dryMultiplier > 0 && options.dryWindow > 0;
    case "temperature":
      return true; // a single token may have its own
    case "topNSigma":
    case "topK":
    case "minP":
    case "epsilonCutoff":
    case "etaCutoff":
      return options[stage] > 0;
    case "topP":
    case "typicalP":
      return options[stage] < 1;
    case "xtc":
      return options.xtcProbability > 0;
    default:
      return stage satisfies never;
  }
}

function checkBias(pair: readonly [number, number], i: number): readonly [number, number] {
  const name = `logitBias[${i}]`;
  ensure(
    Array.isArray(pair),
    "ERR_ARGUMENT",
    () => `${name}: expected a token and its bias, found ${describe(pair)}`,
  );
  const [token, bias] = pair;
  integer(token, `${name}[0]`, 0, 2 ** 31 - 1);
  if (bias !== -Infinity) real(bias, `${name}[1]`, -MOST, MOST);
  return [token, bias];
}

function sequences(all: Iterable<readonly number[]>, name: string): Int32Array[] {
  return Array.from(all, (sequence, i) => {
    const ids = tokenIds(sequence, `${name}[${i}]`);
    ensure(
      ids.length > 0,
      "ERR_ARGUMENT",
      () => `${name}[${i}]: expected one token or more, found none`,
    );
    return ids;
  });
}

/** Tokens as a mask. */
function maskOf(tokens: Iterable<number> | undefined): Uint32Array | undefined {
  if (tokens === undefined) return undefined;
  const ids = tokenIds(tokens, "allowedTokens");
  const largest = ids.reduce((a, b) => Math.max(a, b), -1);
  ensure(
    largest >= 0 && largest < 2 ** 24,
    "ERR_ARGUMENT",
    () =>
      `allowedTokens: expected at least one id, all below 2^24, found ${ids.length}, ${largest}`,
  );
  const mask = new Uint32Array((largest >> 5) + 1);
  for (const id of ids) mask[id >> 5] = (mask[id >> 5] as number) | (1 << (id & 31));
  return mask;
}

function checkStops(stop: string | readonly string[]): readonly string[] {
  const stops = typeof stop === "string" ? [stop] : [...stop];
  for (const text of stops) {
    ensure(
      typeof text === "string" && text !== "",
      "ERR_ARGUMENT",
      () => `stop: expected strings that are not empty, found ${describe(text)}`,
    );
  }
  return stops;
}

function flag(value: unknown, name: string): boolean {
  ensure(
    typeof value === "boolean",
    "ERR_ARGUMENT",
    () => `${name}: expected true or false, found ${describe(value)}`,
  );
  return value;
}
