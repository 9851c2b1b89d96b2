// `ryanstream train`: trains a model from a recipe, or goes on with a run.

import { dirname, join, resolve } from "node:path";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { table } from "../cli/table.js";
import type { Terminal } from "../cli/terminal.js";
import { bytesText, countText, percentText, rateText, waitText } from "../cli/units.js";
import type { TrainEvent } from "../train/train-event.js";

export const trainCommand: Command = {
  name: "train",
  summary:
    "Trains a model from a recipe. Called again it goes on where the run was: after the last step, Ctrl-C or a crash.",
  positionals: [{ name: "RECIPE", help: "a JSON file", required: true }],
  options: {
    output: {
      short: "o",
      value: "FOLDER",
      help: "data, checkpoints, metrics and model; default: runs/NAME beside the recipe",
    },
    "stop-after": { value: "N", help: "stop at step N, with a checkpoint; default: all steps" },
  },
  examples: [
    ["train recipe.json", "progress on stderr, the model in runs/NAME/model"],
    ["train recipe.json --output /data/run1 --json", "a line of JSON for each event"],
    [
      "train recipe.json --stop-after 1000",
      "a part of the run; the same command without it goes on",
    ],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const { readRecipe } = await import("../train/recipe.js");
  const { train } = await import("../train/train.js");
  const path = given.positionals[0] as string;
  const recipe = await readRecipe(path);
  const stopAfter = given.integer("stop-after", { min: 1 });
  const folder = resolve(given.text("output") ?? join(dirname(path), "runs", recipe.name));
  const limit = new AbortController();
  const stopped = new Error("stopped");
  const signal = AbortSignal.any([terminal.signal, limit.signal]);
  let written = Promise.resolve();
  const onEvent = (event: TrainEvent) => {
    if (event.event === "step" && stopAfter !== undefined && event.step >= stopAfter) {
      limit.abort(stopped);
    }
    if (terminal.json) {
      if (event.event !== "prepare" && event.event !== "evaluating") {
        written = written.then(() => terminal.writeJson(event)).catch(() => undefined);
      }
    } else tell(event, terminal);
  };
  try {
    await train(recipe, { folder, signal, onEvent });
  } catch (error) {
    if (terminal.signal.aborted || error === stopped) {
      terminal.note(`stopped; the same command goes on: ${folder}`);
    }
    if (error !== stopped) throw error;
  } finally {
    await written;
  }
}

function tell(event: TrainEvent, terminal: Terminal): void {
  const { progress } = terminal;
  switch (event.event) {
    case "prepare": {
      const { phase, documents, total } = event;
      const share = total === undefined ? "" : `, ${percentText(documents / total)}`;
      progress.show(() =>
        phase === "tokenizer"
          ? "training the tokenizer"
          : `tokens of ${documents} documents${share}`,
      );
      break;
    }
    case "start": {
      const { parameters, trained, documents, tokens, step, steps, arenaBytes } = event;
      const of = trained === parameters ? "" : `, ${countText(trained)} of them trained`;
      terminal.note(
        `${countText(parameters)} parameters${of}; ${countText(tokens)} tokens in ${countText(documents)} documents; ` +
          `step ${step} of ${steps}; ${bytesText(arenaBytes)} to work in`,
      );
      break;
    }
    case "step": {
      const { step, steps, loss, tokensPerSecond, secondsLeft } = event;
      const line = () =>
        `step ${step} of ${steps}, loss ${loss.toFixed(4)}, ${rateText(tokensPerSecond)}, ${waitText(1000 * secondsLeft)} left`;
      progress.show(line);
      if (step % 100 === 0) terminal.note(line());
      break;
    }
    case "evaluating":
      progress.show(() => `solved ${event.solved} of ${event.problems} problems`);
      break;
    case "evaluation": {
      const { step, correct, problems, accuracy, kinds } = event;
      terminal.note(
        `step ${step}: ${correct} of ${problems} problems right, ${percentText(accuracy)}`,
      );
      const rows = kinds.map(({ kind, correct: right, solved }) => [kind, `${right} of ${solved}`]);
      terminal.note(table([{ title: "" }, { title: "", align: "right" }], rows).join("\n"));
      break;
    }
    case "saved":
      break;
    case "warning":
      terminal.note(event.message);
      break;
    case "end":
      terminal.note(`trained ${event.step} steps; the model is in ${event.model}`);
  }
}
