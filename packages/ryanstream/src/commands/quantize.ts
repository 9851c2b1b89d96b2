// `ryanstream quantize`: a model made smaller, with a report of what that cost.

import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Profile, QuantizationProgress, QuantizerOptions } from "@ryanstream/quant";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { CliError } from "../cli/errors.js";
import type { Terminal } from "../cli/terminal.js";
import { percentText, waitText } from "../cli/units.js";
import { embeddedModel } from "../model/embedded-model.js";
import { threadsOption, useThreads } from "../model/open-model.js";
import { findModel, openTokenizer, placeOptions } from "../model/place-options.js";
import type { Calibration, CalibrationOptions } from "../quantizing/calibration.js";
import type { QuantizeFilesOptions } from "../quantizing/quantize-files.js";

const profiles = ["file", "resident", "both"] as const;
const methods = ["gptq", "nearest"] as const;
/** Options that are bits of a kind of matrices. */
const kinds = ["attention", "ffn", "embedding", "head"] as const;
const CALIBRATION_TOKENS = 32768;
const SENSITIVITY_TOKENS = 4096;

export const quantizeCommand: Command = {
  name: "quantize",
  summary:
    "Makes a model smaller: a folder that loads as any other, and a report of its size and of what it lost.",
  positionals: [
    {
      name: "IN",
      help: "a GGUF file, a folder of Hugging Face's files, a hub id, or abacus, which comes along",
      required: true,
    },
    { name: "OUT", help: "the folder to make", required: true },
  ],
  options: {
    profile: {
      short: "p",
      value: "NAME",
      help: "file (default): smallest, decoded while loading; resident: blocks of 4 and 8 bits that kernels multiply; both: OUT/file and OUT/resident",
    },
    "target-bits": {
      short: "b",
      value: "N",
      help: "bits per weight of the whole file, dealt out by measuring; default 4 for file",
    },
    "attention-bits": { value: "N", help: "instead: bits of attention's matrices; default 8" },
    "ffn-bits": { value: "N", help: "of feed-forward matrices; default 4" },
    "embedding-bits": { value: "N", help: "of the embedding; default 8" },
    "head-bits": { value: "N", help: "of the output matrix; default 8" },
    "outlier-columns": {
      value: "SHARE",
      help: "resident: columns of 4-bit matrices that stay in 8 bits, such as 1%; default none",
    },
    calibration: {
      value: "WHAT",
      help: "a file of JSON lines with text or messages; problems, generated ones with solutions; none. Default: problems for abacus, else none",
    },
    "calibration-tokens": { value: "N", help: `how many; default ${CALIBRATION_TOKENS}` },
    "sensitivity-tokens": {
      value: "N",
      help: `others, to measure losses on; default ${SENSITIVITY_TOKENS}`,
    },
    method: {
      value: "NAME",
      help: "gptq: errors are made up for in later columns (default with calibration); nearest",
    },
    seed: { value: "N", help: "which problems; default 1" },
    resume: { help: "go on with an interrupted run; the same options give the same bits" },
    force: { help: "replace OUT, and what an interrupted run left" },
    report: { value: "FILE", help: "write the report there too, as JSON" },
    ...threadsOption,
    ...placeOptions,
  },
  examples: [
    ["quantize abacus abacus-4bit", "a quarter of 16 bits a weight, fitted on generated problems"],
    [
      "quantize Qwen/Qwen2.5-Math-1.5B small --calibration traces.jsonl --target-bits 3.5",
      "fitted on texts of yours",
    ],
    [
      "quantize model fast --profile resident --attention-bits 8 --ffn-bits 4 --outlier-columns 1%",
      "small in memory too, without data",
    ],
    ["quantize model small --calibration problems --resume", "after Ctrl-C: the rest"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  useThreads(given);
  const options = quantizerOptions(given);
  const seed = given.integer("seed", { max: 2 ** 32 - 1 }) ?? 1;
  const count = (name: string) => given.integer(name, { min: 1, max: 2 ** 30 });
  const wanted = {
    calibrationTokens: count("calibration-tokens") ?? CALIBRATION_TOKENS,
    sensitivityTokens: count("sensitivity-tokens") ?? SENSITIVITY_TOKENS,
    seed,
  };
  const [name, output] = given.positionals as readonly [string, string];
  const { RyanQuantizer } = await import("@ryanstream/quant");
  const { expectRoom, partialPath, quantizeFiles } = await import(
    "../quantizing/quantize-files.js"
  );
  // What can be refused is, before a model is fetched and calibration read.
  new RyanQuantizer(options);
  const over = { resume: given.has("resume"), force: given.has("force") };
  await expectRoom(output, over);
  const file = given.text("report");
  if (file !== undefined) await access(dirname(resolve(file)), constants.W_OK);
  const embedded = await embeddedModel();
  const place = await findModel(name === "abacus" ? embedded : name, given, terminal);
  const asked = given.text("calibration");
  const source = asked ?? ((await isSame(place.path, embedded)) ? "problems" : "none");
  if (source === "none") {
    if (options.method === "gptq") {
      throw new CliError(
        "ERR_USAGE",
        "--method gptq: expected --calibration beside it, found none",
      );
    }
    if (asked === undefined) {
      terminal.note("no --calibration: weights are rounded without data, and no loss is measured");
    }
  }
  const calibration =
    source === "none" ? undefined : await calibrationOf(source, place, wanted, given, terminal);
  const { summaryLines } = await import("../quantizing/summary.js");
  const job: QuantizeFilesOptions = {
    input: place.path,
    output,
    quantizer: { ...options, sensitivityTokens: wanted.sensitivityTokens },
    calibration,
    ...over,
    signal: terminal.signal,
    onProgress: (progress) => terminal.progress.show(() => progressText(progress)),
    onWriting: (profile, tensor) => terminal.progress.show(() => `writing ${profile}: ${tensor}`),
  };
  let report: Awaited<ReturnType<typeof quantizeFiles>>;
  try {
    report = await quantizeFiles(job);
  } catch (error) {
    if (terminal.signal.aborted) {
      const begun = await access(partialPath(output)).then(
        () => true,
        () => false,
      );
      terminal.note(
        begun
          ? `stopped; the same command with --resume goes on: ${partialPath(output)}`
          : "stopped before the first matrix was done: nothing is kept",
      );
    }
    throw error;
  }
  terminal.progress.clear();
  if (file !== undefined) {
    const { writeWhole } = await import("../files/write-whole.js");
    await writeWhole(file, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (terminal.json) return await terminal.writeJson(report);
  for (const line of summaryLines(report, terminal.style)) await terminal.line(line);
  terminal.note(terminal.errorStyle.dim(output));
}

/** @throws CliError `ERR_USAGE` */
function quantizerOptions(given: Arguments): QuantizerOptions {
  const profile = given.choice("profile", profiles) ?? "file";
  const both: readonly Profile[] = ["file", "resident"];
  const bits = kinds.map((kind): [string, number | undefined] => [
    `${kind}Bits`,
    given.number(`${kind}-bits`, { min: 1.5, max: 8 }),
  ]);
  const outliers = share(given);
  const target = given.number("target-bits", { min: 1.5, max: 16 });
  const method = given.choice("method", methods);
  if (target !== undefined && profile !== "both" && bits.some(([, value]) => value !== undefined)) {
    throw new CliError(
      "ERR_USAGE",
      "--target-bits: expected no bits of attention, ffn, embedding or head beside it, found some",
    );
  }
  if (outliers !== undefined && profile === "file") {
    throw new CliError(
      "ERR_USAGE",
      "--outlier-columns: expected --profile resident or both beside it",
    );
  }
  return {
    profiles: profile === "both" ? both : [profile],
    ...Object.fromEntries(bits.filter(([, value]) => value !== undefined)),
    ...(target === undefined ? {} : { targetBits: target }),
    ...(outliers === undefined ? {} : { outlierColumns: outliers }),
    ...(method === undefined ? {} : { method }),
  };
}

/** `1%` or `0.01`. */
function share(given: Arguments): number | undefined {
  const text = given.text("outlier-columns");
  if (text === undefined) return undefined;
  const [, number, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim()) ?? [];
  const value = Number(number) / (percent === "%" ? 100 : 1);
  if (value >= 0 && value <= 0.25) return value;
  throw new CliError("ERR_USAGE", `--outlier-columns: expected a share up to 25%, found "${text}"`);
}

async function isSame(path: string, other: string): Promise<boolean> {
  const real = async (each: string) => realpath(each).catch(() => each);
  return (await real(path)) === (await real(other));
}

async function calibrationOf(
  source: string,
  place: { readonly path: string; readonly tokenizer: string },
  wanted: Pick<CalibrationOptions, "calibrationTokens" | "sensitivityTokens" | "seed">,
  given: Arguments,
  terminal: Terminal,
): Promise<Calibration> {
  const { describeModel } = await import("@ryanstream/models");
  const { readCalibration } = await import("../quantizing/calibration.js");
  const { signal } = terminal;
  const tokenizer = await openTokenizer(place.tokenizer, given, terminal);
  const { maxPositions } = await describeModel(place.path, { signal });
  const calibration = await readCalibration(tokenizer, {
    source: source === "problems" ? source : { path: source },
    ...wanted,
    maxPositions,
    signal,
    onProgress: (tokens, most) =>
      terminal.progress.show(() => `reading ${tokens} of ${most} tokens of calibration`),
  });
  terminal.progress.clear();
  return calibration;
}

function progressText({ phase, layer, tensor, fraction, seconds }: QuantizationProgress): string {
  const what = { sensitivity: "measuring", quantize: "quantising", evaluate: "comparing" }[phase];
  const where = layer === undefined ? (tensor ?? "") : `layer ${layer}`;
  const left = fraction > 0 ? (seconds * (1 - fraction)) / fraction : undefined;
  const rest = left === undefined ? "" : `, ${waitText(1000 * left)} left`;
  return `${what} ${where} ${percentText(fraction)}${rest}`;
}
