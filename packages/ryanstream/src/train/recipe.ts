// What a training run is: everything that decides its weights, as JSON.

import { readFile } from "node:fs/promises";
import { momentumFor } from "@ryanstream/optimizer";
import { type Difficulty, kinds } from "@ryanstream/problems";
import { TrainError } from "./errors.js";
import { Section } from "./recipe-section.js";

export interface ProblemsSource {
  readonly type: "problems";
  readonly seed: number;
  /** Problems from index `from` of the split `"train"`. */
  readonly from: number;
  readonly count: number;
  /** Default: all. */
  readonly kinds?: readonly string[];
  /** From 1 to 5. Default: all. */
  readonly difficulty?: readonly Difficulty[];
}

export interface ChatSource {
  readonly type: "chat";
  /** A JSON Lines file whose lines have `messages`. Loss is on what the assistant says. */
  readonly path: string;
}

export interface TextSource {
  readonly type: "jsonl" | "parquet";
  readonly path: string;
  /** The field with the text. */
  readonly text: string;
  /** The field with what comes before it, without loss. */
  readonly prompt?: string;
}

export type DataSource = ProblemsSource | ChatSource | TextSource;

export interface TrainedTokenizer {
  readonly vocabularySize: number;
  readonly digits: "single" | "right3" | "left3" | "none";
  readonly specialTokens: readonly string[];
  readonly endToken: string;
  readonly chatTemplate?: string;
  /** Documents of the data that it learns from. */
  readonly documents: number;
}

export interface LoraRecipe {
  readonly rank: number;
  /** The product of the two matrices is multiplied by `alpha / rank`. */
  readonly alpha: number;
}

export interface OptimizerRecipe {
  readonly type: "adamw" | "muon" | "ryan";
  /** The highest learning rate. Updates of all types are of about AdamW's size. */
  readonly rate: number;
  /** Of embeddings, gains and biases, in place of `rate`. */
  readonly vectorRate: number;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly momentum: number;
  /** The longest gradient of a step, as one vector; 0 for any. */
  readonly clip: number;
}

/** Which activations are kept for the backward pass; see `@ryanstream/checkpoint`. */
export interface ActivationsRecipe {
  readonly mode: "auto" | "selective" | "full";
  /** Bytes of the arena. */
  readonly budget?: number;
}

export interface ScheduleRecipe {
  readonly type: "warmup-stable-decay" | "cosine" | "constant";
  readonly warmup: number;
  /** Steps at the end over which the rate falls. */
  readonly decay: number;
}

export interface EvaluationRecipe {
  /** Steps between two. */
  readonly every: number;
  /** Problems of the split `"dev"` that are solved. */
  readonly problems: number;
  /** Default: those of the data, or all. */
  readonly kinds?: readonly string[] | undefined;
  readonly difficulty?: readonly Difficulty[] | undefined;
  readonly seed: number;
  /** Tokens of the longest answer. */
  readonly maxTokens: number;
}

export interface CheckpointsRecipe {
  /** Steps between two. */
  readonly every: number;
  /** How many there are at least. */
  readonly keep: number;
  /** `"exact"`: a run goes on to the same bits. `"series"`: about a tenth of the bytes, and it goes on within its own noise. */
  readonly form: "exact" | "series";
  /** Of a series: checkpoints in a file, a keyframe and what builds on it. */
  readonly keyframeEvery: number;
}

export interface Recipe {
  readonly name: string;
  readonly seed: number;
  readonly steps: number;
  readonly data: readonly DataSource[];
  readonly tokenizer: { readonly from: string } | { readonly train: TrainedTokenizer };
  /** Where weights begin: those of files, or by chance. */
  readonly model: { readonly from: string } | { readonly config: Record<string, unknown> };
  readonly lora?: LoraRecipe;
  /** Default: all are kept. */
  readonly activations?: ActivationsRecipe;
  readonly batch: { readonly rows: number; readonly length: number };
  readonly optimizer: OptimizerRecipe;
  readonly schedule: ScheduleRecipe;
  readonly evaluation?: EvaluationRecipe;
  readonly checkpoints: CheckpointsRecipe;
}

const DIFFICULTIES: readonly Difficulty[] = [1, 2, 3, 4, 5];
/** The largest number below 1 that is worth writing. */
const BELOW_ONE = 0.999999;
const MAX_RECIPE_BYTES = 2 ** 20;
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * @throws TrainError `ERR_RECIPE`, naming the field; errors of the file system
 */
export async function readRecipe(path: string): Promise<Recipe> {
  const bytes = await readFile(path);
  if (bytes.length > MAX_RECIPE_BYTES) {
    throw new TrainError("ERR_RECIPE", `${path}: ${bytes.length} bytes are too many for a recipe`);
  }
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new TrainError("ERR_RECIPE", `${path}: ${(cause as Error).message}`, { cause });
  }
  return parseRecipe(json);
}

/**
 * A recipe with its defaults.
 *
 * @throws TrainError `ERR_RECIPE`, naming the field
 */
export function parseRecipe(json: unknown): Recipe {
  const all = new Section(json, "");
  const steps = all.integer("steps", 1, 2 ** 31);
  const data = all.sections("data").map(dataSource);
  const recipe: Recipe = {
    name: name(all),
    seed: all.integer("seed", 0, 2 ** 32 - 1, 1),
    steps,
    data,
    tokenizer: tokenizer(all.section("tokenizer")),
    model: model(all.section("model")),
    ...(all.has("lora") ? { lora: lora(all.section("lora")) } : {}),
    ...(all.has("activations") ? { activations: activations(all.section("activations")) } : {}),
    batch: batch(all.section("batch")),
    optimizer: optimizer(all.section("optimizer"), steps),
    schedule: schedule(all.section("schedule", { optional: true }), steps),
    ...(all.has("evaluation") ? { evaluation: evaluation(all.section("evaluation"), data) } : {}),
    checkpoints: checkpoints(all.section("checkpoints", { optional: true })),
  };
  all.finish();
  return recipe;
}

/** It becomes a folder's. */
function name(all: Section): string {
  const text = all.text("name");
  return /^[\w-][\w.-]*$/.test(text) ? text : all.refuse("name", "letters, digits, -, _ and .");
}

function dataSource(from: Section): DataSource {
  const type = from.choice("type", ["problems", "chat", "jsonl", "parquet"]);
  if (type === "problems") {
    return {
      type,
      seed: from.integer("seed", 0, MOST, 1),
      from: from.integer("from", 0, MOST, 0),
      count: from.integer("count", 1, 2 ** 30),
      ...problemOptions(from),
    };
  }
  const path = from.text("path");
  if (type === "chat") return { type, path };
  const prompt = from.has("prompt") ? { prompt: from.text("prompt") } : {};
  return { type, path, text: from.text("text", "text"), ...prompt };
}

function problemOptions(from: Section) {
  const known = kinds.map(({ name }) => name);
  return {
    ...(from.has("kinds") ? { kinds: from.list("kinds", known) } : {}),
    ...(from.has("difficulty") ? { difficulty: from.list("difficulty", DIFFICULTIES) } : {}),
  };
}

function tokenizer(from: Section): Recipe["tokenizer"] {
  if (from.has("from")) return { from: from.text("from") };
  const train = from.section("train");
  const specialTokens = train.texts("specialTokens", ["<|end|>"]);
  return {
    train: {
      vocabularySize: train.integer("vocabularySize", 257, 2 ** 20),
      digits: train.choice("digits", ["single", "right3", "left3", "none"], "single"),
      specialTokens,
      endToken: train.choice("endToken", specialTokens, specialTokens.at(-1)),
      ...(train.has("chatTemplate") ? { chatTemplate: train.text("chatTemplate") } : {}),
      documents: train.integer("documents", 1, 2 ** 30, 20_000),
    },
  };
}

function model(from: Section): Recipe["model"] {
  if (from.has("from")) return { from: from.text("from") };
  const config = from.raw("config");
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    return from.refuse("config", "fields of a config.json, or `from` with a folder");
  }
  return { config: config as Record<string, unknown> };
}

function lora(from: Section): LoraRecipe {
  const rank = from.integer("rank", 1, 4096, 8);
  return { rank, alpha: from.number("alpha", 0, 1e6, 2 * rank) };
}

function activations(from: Section): ActivationsRecipe {
  const mode = from.choice("mode", ["auto", "selective", "full"]);
  if (mode !== "auto" && !from.has("budget")) return { mode };
  return { mode, budget: from.integer("budget", 1, MOST) };
}

function batch(from: Section): Recipe["batch"] {
  return { rows: from.integer("rows", 1, 2 ** 16), length: from.integer("length", 2, 2 ** 20) };
}

function optimizer(from: Section, steps: number): OptimizerRecipe {
  const type = from.choice("type", ["adamw", "muon", "ryan"], "adamw");
  const rate = from.number("rate", 0, 10);
  return {
    type,
    rate,
    vectorRate: from.number("vectorRate", 0, 10, rate),
    weightDecay: from.number("weightDecay", 0, 10, 0.1),
    beta1: from.number("beta1", 0, BELOW_ONE, 0.9),
    beta2: from.number("beta2", 0, BELOW_ONE, 0.95),
    momentum: from.number("momentum", 0, BELOW_ONE, type === "adamw" ? 0.95 : momentumFor(steps)),
    clip: from.number("clip", 0, 1e6, 1),
  };
}

function schedule(from: Section, steps: number): ScheduleRecipe {
  return {
    type: from.choice("type", ["warmup-stable-decay", "cosine", "constant"], "warmup-stable-decay"),
    warmup: from.integer("warmup", 0, steps, Math.min(100, Math.floor(steps / 10))),
    decay: from.integer("decay", 0, steps, Math.ceil(steps / 5)),
  };
}

function evaluation(from: Section, data: readonly DataSource[]): EvaluationRecipe {
  const learned = data.filter((source) => source.type === "problems");
  return {
    ...(learned.length === 1
      ? { kinds: learned[0]?.kinds, difficulty: learned[0]?.difficulty }
      : {}),
    ...problemOptions(from),
    every: from.integer("every", 1, 2 ** 31),
    problems: from.integer("problems", 1, 10 ** 6, 200),
    seed: from.integer("seed", 0, MOST, 1),
    maxTokens: from.integer("maxTokens", 1, 10 ** 6, 400),
  };
}

function checkpoints(from: Section): Recipe["checkpoints"] {
  return {
    every: from.integer("every", 1, 2 ** 31, 500),
    keep: from.integer("keep", 1, 1000, 2),
    form: from.choice("form", ["exact", "series"], "exact"),
    keyframeEvery: from.integer("keyframeEvery", 1, 1000, 12),
  };
}
