// The steps of a run, from its last checkpoint to its end.

import { join } from "node:path";
import type { TrainableDecoder } from "@ryanstream/models";
import { type Batch, type Batches, batches } from "@ryanstream/pipeline";
import { writeWhole } from "../files/write-whole.js";
import { evaluateModel } from "../solving/evaluation.js";
import type { Prepared } from "./data/prepare.js";
import { ensure, TrainError } from "./errors.js";
import { exportModel } from "./export-model.js";
import type { Lora } from "./lora.js";
import { MetricsFile } from "./metrics-file.js";
import type { Recipe } from "./recipe.js";
import type { Checkpointed, RunState } from "./run-checkpoint.js";
import { RunCheckpoints } from "./run-checkpoints.js";
import type { RunIdentity } from "./run-identity.js";
import { scheduleOf } from "./schedule-of.js";
import type { TrainOptions, TrainResult } from "./train.js";
import type { TrainEvent } from "./train-event.js";
import { type Trained, TrainingStep } from "./training-step.js";

/** Steps of which the rate is the mean. */
const WINDOW = 20;

export interface RunParts {
  readonly recipe: Recipe;
  readonly options: TrainOptions;
  readonly identity: RunIdentity;
  readonly prepared: Prepared;
  /** Fields of the model's `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly decoder: TrainableDecoder;
  readonly lora: Lora | undefined;
}

export class Run {
  readonly #recipe: Recipe;
  readonly #options: TrainOptions;
  readonly #identity: RunIdentity;
  readonly #prepared: Prepared;
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #decoder: TrainableDecoder;
  readonly #lora: Lora | undefined;
  readonly #checkpoints: RunCheckpoints;
  readonly #model: string;
  #state: RunState;
  #saved = -1;
  #exported = -1;

  constructor({ recipe, options, identity, prepared, config, decoder, lora }: RunParts) {
    this.#recipe = recipe;
    this.#options = options;
    this.#identity = identity;
    this.#prepared = prepared;
    this.#config = config;
    this.#decoder = decoder;
    this.#lora = lora;
    this.#checkpoints = new RunCheckpoints(
      join(options.folder, "checkpoints"),
      recipe.checkpoints,
      ({ message }) =>
        this.#tell({ event: "warning", message: `a checkpoint is left out: ${message}` }),
    );
    this.#model = join(options.folder, "model");
    const start = { epoch: 0, step: 0 };
    this.#state = { step: 0, batches: { ...start, plan: "" }, lossTokens: 0, seconds: 0 };
  }

  async run(): Promise<TrainResult> {
    const { steps } = this.#recipe;
    using step = await TrainingStep.create(this.#decoder, this.#trained(), this.#recipe);
    const checkpointed = this.#checkpointed(step);
    await this.#resume(checkpointed);
    const recipe = `${JSON.stringify(this.#recipe, null, 2)}\n`;
    await writeWhole(join(this.#options.folder, "recipe.json"), recipe);
    await using metrics = await MetricsFile.open(
      join(this.#options.folder, "metrics.jsonl"),
      this.#state.step,
    );
    const { index } = this.#prepared.shards;
    const { documents, tokens } = index;
    const at = { step: this.#state.step, steps };
    this.#tell({
      event: "start",
      ...at,
      ...this.#sizes(),
      documents,
      tokens,
      arenaBytes: step.arenaBytes,
    });
    await using data = this.#batches();
    try {
      // The one that the run was about to make when it ended.
      await this.#evaluate(step, metrics, checkpointed);
      await this.#steps(step, data, metrics, checkpointed);
    } catch (error) {
      const diverged = error instanceof TrainError && error.code === "ERR_DIVERGED";
      if (!diverged) await this.#save(checkpointed);
      throw error;
    }
    await this.#save(checkpointed);
    await this.#export(step);
    this.#tell({ event: "end", step: this.#state.step, model: this.#model });
    return { step: this.#state.step, complete: this.#state.step >= steps, model: this.#model };
  }

  async #steps(
    step: TrainingStep,
    data: Batches,
    metrics: MetricsFile,
    checkpointed: Checkpointed,
  ): Promise<void> {
    const { steps, checkpoints } = this.#recipe;
    const { signal } = this.#options;
    const schedule = scheduleOf(this.#recipe);
    const recent: { readonly tokens: number; readonly seconds: number }[] = [];
    while (this.#state.step < steps) {
      signal?.throwIfAborted();
      const started = performance.now();
      const batch = await nextWithTargets(data);
      const rate = schedule(this.#state.step);
      // Once begun a step ends: half of one can't be taken back.
      const { loss, gradientNorm } = await step.run(batch, rate);
      ensure(
        Number.isFinite(loss) && Number.isFinite(gradientNorm),
        "ERR_DIVERGED",
        () =>
          `step ${this.#state.step + 1}: the loss is ${loss} and the gradient's length ${gradientNorm}; go on from the last checkpoint with a lower rate`,
      );
      const seconds = (performance.now() - started) / 1e3;
      const tokens = batch.tokens.length - batch.padding;
      recent.push({ tokens, seconds });
      if (recent.length > WINDOW) recent.shift();
      this.#state = {
        step: this.#state.step + 1,
        batches: data.state(),
        lossTokens: this.#state.lossTokens + batch.lossTokens,
        seconds: this.#state.seconds + seconds,
      };
      const done = this.#state.step;
      const spent = recent.reduce((sum, each) => sum + each.seconds, 0);
      const tokensPerSecond = recent.reduce((sum, each) => sum + each.tokens, 0) / spent;
      const measured = { step: done, loss, gradientNorm, rate, tokens, tokensPerSecond };
      await metrics.write({ ...measured, seconds });
      const secondsLeft = ((steps - done) * spent) / recent.length;
      this.#tell({ event: "step", ...measured, steps, secondsLeft });
      if (done % checkpoints.every === 0) await this.#save(checkpointed);
      await this.#evaluate(step, metrics, checkpointed);
    }
  }

  /** Where it is due after this step, and wasn't made yet. */
  async #evaluate(
    training: TrainingStep,
    metrics: MetricsFile,
    checkpointed: Checkpointed,
  ): Promise<void> {
    const { evaluation, steps } = this.#recipe;
    const { step } = this.#state;
    if (evaluation === undefined || step === 0 || metrics.evaluated >= step) return;
    if (step % evaluation.every !== 0 && step !== steps) return;
    await this.#save(checkpointed);
    await this.#export(training);
    const { seed, problems, kinds, difficulty, maxTokens } = evaluation;
    const result = await evaluateModel(this.#model, this.#prepared.tokenizer, {
      split: "dev",
      seed,
      problems,
      kinds,
      difficulty,
      maxTokens,
      signal: this.#options.signal,
      onProgress: (solved, correct) =>
        this.#tell({ event: "evaluating", solved, correct, problems }),
    });
    await metrics.write({ step, evaluation: result });
    this.#tell({ event: "evaluation", step, ...result });
  }

  async #save(checkpointed: Checkpointed): Promise<void> {
    const { step } = this.#state;
    if (step === this.#saved) return;
    await this.#checkpoints.save(this.#state, checkpointed);
    this.#saved = step;
    this.#tell({ event: "saved", step });
  }

  async #resume(checkpointed: Checkpointed): Promise<void> {
    const state = await this.#checkpoints.resume(checkpointed);
    if (state === undefined) return;
    this.#state = state;
    this.#saved = state.step;
  }

  async #export(step: TrainingStep): Promise<void> {
    if (this.#state.step === this.#exported) return;
    const averaged = step.averaged();
    const lora = this.#lora;
    const values =
      lora !== undefined
        ? (name: string) => lora.merged(name, averaged)
        : averaged && ((name: string) => averaged.get(name) as Float32Array);
    await exportModel(this.#model, this.#decoder, {
      config: this.#config,
      tokenizerFolder: this.#prepared.tokenizerFolder,
      from: "from" in this.#recipe.model ? this.#recipe.model.from : undefined,
      values,
    });
    this.#exported = this.#state.step;
  }

  #batches(): Batches {
    const { batch, seed } = this.#recipe;
    const { plan, ...place } = this.#state.batches;
    return batches(this.#prepared.shards, {
      seed,
      batch: batch.rows,
      length: batch.length,
      start: plan === "" ? place : { ...place, plan },
    });
  }

  #trained(): Trained {
    if (this.#lora !== undefined) return this.#lora;
    const decoder = this.#decoder;
    return {
      parameters: [...decoder.parameters.values()],
      isMatrix: ({ name }) => ["matrix", "residual"].includes(decoder.role(name)),
    };
  }

  #sizes(): { parameters: number; trained: number } {
    const trained = this.#trained().parameters.reduce((sum, { length }) => sum + length, 0);
    return { parameters: this.#decoder.parameterCount, trained };
  }

  #checkpointed({ optimizer }: TrainingStep): Checkpointed {
    const identity = this.#identity;
    return { parameters: this.#trained().parameters, optimizer, identity };
  }

  #tell(event: TrainEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** The next batch in which something is learned. */
async function nextWithTargets(data: Batches): Promise<Batch> {
  for (let empty = 0; empty < 1000; empty++) {
    const next = await data.next();
    if (next.done) break;
    if (next.value.lossTokens > 0) return next.value;
  }
  throw new TrainError("ERR_DATA", "expected data with targets, found none");
}
