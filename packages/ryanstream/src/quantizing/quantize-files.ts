// From a model's files to a folder with the quantised model, in steps that an interrupted run goes on from.

import { mkdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { metadataOf, openTensors, type TensorSource, writeRyan } from "@ryanstream/format";
import { describeModel, openLayers } from "@ryanstream/models";
import {
  type Profile,
  type QuantizationProgress,
  type QuantizationReport,
  type QuantizerOptions,
  RyanQuantizer,
} from "@ryanstream/quant";
import { CliError } from "../cli/errors.js";
import { copyFiles } from "../files/copy-files.js";
import { TOKENIZER_FILES } from "../files/tokenizer-files.js";
import { fillWhole } from "../files/write-whole.js";
import type { Calibration } from "./calibration.js";
import { FinishedTensors, type RunIdentity } from "./finished-tensors.js";

/** What is beside weights of Hugging Face's format, and stays as it is. */
const BESIDE = ["config.json", "generation_config.json", ...TOKENIZER_FILES];

export interface QuantizeFilesOptions {
  /** The file or folder of the weights. */
  readonly input: string;
  /** The folder to make. */
  readonly output: string;
  readonly quantizer: QuantizerOptions;
  /** Absent: data-free. */
  readonly calibration?: Calibration | undefined;
  /** Go on with an interrupted run, if there is one. */
  readonly resume?: boolean;
  /** Replace what is at `output`, and what an interrupted run left. */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: QuantizationProgress) => void) | undefined;
  readonly onWriting?: ((profile: Profile, tensor: string) => void) | undefined;
}

/** A file that was made. */
export interface QuantizedFile {
  readonly profile: Profile;
  readonly path: string;
  /** Of the whole file. */
  readonly bytes: number;
  readonly bitsPerWeight: number;
  /** In memory, loaded as they are. */
  readonly residentBytes: number;
  readonly residentBitsPerWeight: number;
  /** How many times smaller it is than the model's files, and than 16 bits a weight. */
  readonly ratio: number;
  readonly ratioTo16Bits: number;
}

/** Plain JSON. */
export interface QuantizedFiles extends QuantizationReport {
  /** Of the model's weights. */
  readonly inputBytes: number;
  readonly files: readonly QuantizedFile[];
}

/** Where finished tensors are while a model is being made. */
export const partialPath = (output: string): string => `${resolve(output)}.partial.ryan`;

/**
 * Quantises a model's files. `output` appears when all is written; until then finished layers lie beside it.
 *
 * @throws CliError `ERR_EXISTS`; QuantError, ModelError, FormatError; the signal's reason, after which `resume` goes on
 */
export async function quantizeFiles(options: QuantizeFilesOptions): Promise<QuantizedFiles> {
  const { input, calibration, signal } = options;
  const output = resolve(options.output);
  const { profiles = ["file"] } = options.quantizer;
  const quantizer = new RyanQuantizer(options.quantizer);
  await using source = await openTensors(input, signal === undefined ? {} : { signal });
  await using model = await openLayers(input, { signal });
  await using finished = await openFinished(output, source, options);
  const layers = new Map(model.matrices.map(({ name, layer }) => [name, layer]));
  let layer: number | undefined;
  let report: QuantizationReport;
  try {
    report = await quantizer.quantize(model, {
      calibration: calibration?.calibration,
      sensitivity: calibration?.sensitivity,
      signal,
      onProgress: options.onProgress,
      onPlan: (plan) => finished.begin(plan),
      onTensor: async (tensor) => {
        if (layers.has(tensor.name) && layers.get(tensor.name) !== layer) {
          await finished.commit();
          layer = layers.get(tensor.name);
        }
        await finished.add(tensor);
      },
      ...(finished.plan === undefined
        ? {}
        : {
            resume: {
              plan: finished.plan,
              find: (profile, name) => finished.find(profile, name),
            },
          }),
    });
    await finished.commit();
  } catch (error) {
    await finished.keep();
    throw error;
  }
  const own = new Set([...model.matrices, ...model.kept].map(({ name }) => name));
  const names = [...source.tensors.keys()].filter((name) => own.has(name));
  const whole = (folder: string, profile: Profile) =>
    profiles.length === 1 ? folder : join(folder, profile);
  const isFolder = (await stat(input)).isDirectory();
  // What lies beside a GGUF file need not be its own.
  const beside = isFolder ? input : source.format === "gguf" ? undefined : dirname(input);
  let result: QuantizedFiles | undefined;
  await fillWhole(output, async (partial) => {
    for (const profile of profiles) {
      const folder = whole(partial, profile);
      await mkdir(folder, { recursive: true });
      if (beside !== undefined) await copyFiles(BESIDE, beside, folder);
      await writeRyan(join(folder, "model.ryan"), finished.tensors(profile, names), {
        metadata: metadataOf(source),
        signal,
        onProgress: ({ tensor }) => options.onWriting?.(profile, tensor),
      });
    }
    const inputBytes = source.files.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const files: QuantizedFile[] = [];
    for (const profile of profiles) {
      const { size: bytes } = await stat(join(whole(partial, profile), "model.ryan"));
      const { weightBytes } = await describeModel(whole(partial, profile), { signal });
      const bits = (size: number) => (8 * size) / report.parameters;
      files.push({
        profile,
        path: join(whole(output, profile), "model.ryan"),
        bytes,
        bitsPerWeight: bits(bytes),
        residentBytes: weightBytes,
        residentBitsPerWeight: bits(weightBytes),
        ratio: inputBytes / bytes,
        ratioTo16Bits: 16 / bits(bytes),
      });
    }
    result = { ...report, inputBytes, files };
    const text = `${JSON.stringify(result, null, 2)}\n`;
    await writeFile(join(partial, "quantization.json"), text);
  });
  await finished.close();
  await rm(finished.path, { force: true });
  return result as unknown as QuantizedFiles;
}

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;

/**
 * Refuses to make what is there already, or begun.
 *
 * @throws CliError `ERR_EXISTS`
 */
export async function expectRoom(
  output: string,
  { resume = false, force = false }: Pick<QuantizeFilesOptions, "resume" | "force">,
): Promise<void> {
  const path = partialPath(output);
  if (!force && (await exists(output))) {
    throw new CliError(
      "ERR_EXISTS",
      `expected nothing at ${output}, found something`,
      "--force replaces it.",
    );
  }
  if (!force && !resume && (await exists(path))) {
    throw new CliError(
      "ERR_EXISTS",
      `expected no interrupted run, found one in ${path}`,
      "--resume goes on with it, --force starts anew.",
    );
  }
}

/** Whether the input is in the folder that would be replaced, or is it. */
async function isWithin(input: string, output: string): Promise<boolean> {
  const real = await realpath(output).catch(() => undefined);
  return real !== undefined && !relative(real, await realpath(input)).startsWith("..");
}

async function openFinished(
  output: string,
  source: TensorSource,
  options: QuantizeFilesOptions,
): Promise<FinishedTensors> {
  const path = partialPath(output);
  await expectRoom(output, options);
  if (await isWithin(options.input, output)) {
    throw new CliError(
      "ERR_EXISTS",
      `expected a folder to make that isn't the model's own, found ${output}`,
      "Name another one: --force would replace the model.",
    );
  }
  const files: (readonly [string, number, number])[] = [];
  for (const file of source.files) {
    const { size, mtimeMs } = await stat(file.path);
    files.push([basename(file.path), size, mtimeMs]);
  }
  const identity: RunIdentity = { files };
  if (await exists(path)) {
    if (options.resume) return await FinishedTensors.resume(path, identity);
    await rm(path);
  }
  await mkdir(dirname(output), { recursive: true });
  return await FinishedTensors.create(path, identity);
}
