// `ryanstream pack`: a model as one RyanFormat file, bit for bit.

import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Inspection } from "@ryanstream/format";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { table } from "../cli/table.js";
import type { Terminal } from "../cli/terminal.js";
import { bytesText, countText, waitText } from "../cli/units.js";
import { byteProgress, speedOf } from "../files/byte-progress.js";
import { compareTensors } from "../files/compare-tensors.js";
import { expectFree } from "../files/expect-free.js";
import { openWeights } from "../files/open-weights.js";
import { hubOptionSpecs } from "../model/place-options.js";

export const packCommand: Command = {
  name: "pack",
  summary:
    "Writes a model as one RyanFormat file: the same tensors bit for bit, entropy coded, with a hash of each part.",
  positionals: [
    {
      name: "MODEL",
      help: "a GGUF, safetensors or RyanFormat file, an index of shards, a folder with one, or a hub id",
      required: true,
    },
    { name: "OUT", help: "the file to write, such as model.ryan", required: true },
  ],
  options: {
    raw: { help: "store tensors as they are, so that they can be mapped" },
    "chunk-size": {
      value: "BYTES",
      help: "of elements in a part, from 4096 to 16777216; default 1048576",
    },
    verify: { help: "read the file again and compare every byte with the model" },
    force: { short: "f", help: "write OUT anew where it exists" },
    ...hubOptionSpecs,
  },
  examples: [
    ["pack model.safetensors model.ryan", "two thirds of a bfloat16 model's size"],
    ["pack folder model.ryan --verify", "shards become one file, which is then compared with them"],
    ["pack Qwen/Qwen2.5-0.5B qwen.ryan", "a model of the hub"],
    ["pack model.gguf model.ryan --raw --force", "nothing coded, over what is there"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const [name = "", out = ""] = given.positionals;
  const chunkBytes = given.integer("chunk-size", { min: 4096, max: 16 << 20 });
  await expectFree(out, given);
  const { inspect, metadataOf, openTensors, tensorsOf, writeRyan } = await import(
    "@ryanstream/format"
  );
  await using source = await openWeights(name, given, terminal);
  const { signal } = terminal;
  const before = inspect(source);
  const encoding = given.has("raw") ? ("raw" as const) : ("exact" as const);
  const tensors = [...tensorsOf(source)].map((tensor) => ({ ...tensor, encoding }));
  const packing = byteProgress("packing", before.bytes, terminal);
  const start = performance.now();
  const { byteLength } = await writeRyan(out, tensors, {
    metadata: metadataOf(source),
    chunkBytes,
    signal,
    onProgress: ({ bytesDone }) => packing(bytesDone),
  });
  const seconds = (performance.now() - start) / 1000;
  await using copy = await openTensors(out, { signal });
  const after = inspect(copy);
  let verifySeconds: number | undefined;
  if (given.has("verify")) {
    const again = performance.now();
    await compareTensors(source, copy, byteProgress("comparing", before.bytes, terminal), signal);
    verifySeconds = (performance.now() - again) / 1000;
  }
  terminal.progress.clear();
  const modelBytes = before.files.reduce((sum, file) => sum + file.byteLength, 0);
  const report = {
    path: out,
    tensors: before.tensors.length,
    parameters: before.parameters,
    bytes: before.bytes,
    modelBytes,
    fileBytes: byteLength,
    ratio: modelBytes / byteLength,
    fileBitsPerWeight: after.fileBitsPerWeight,
    encodings: after.encodings,
    seconds,
    bytesPerSecond: Math.round(speedOf(before.bytes, seconds)),
    ...(verifySeconds === undefined
      ? {}
      : {
          verified: true,
          verifySeconds,
          verifyBytesPerSecond: Math.round(speedOf(before.bytes, verifySeconds)),
        }),
  };
  if (terminal.json) return await terminal.writeJson(report);
  await terminal.line(reportText(report, after, terminal));
  const from = dirname(source.files[0]?.path ?? "");
  if ((await hasConfig(from)) && !(await hasConfig(dirname(out)))) {
    terminal.note("to run the model, copy config.json and the tokenizer's files beside it");
  }
}

const hasConfig = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, "config.json")).catch(() => undefined)) !== undefined;

interface Report {
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly modelBytes: number;
  readonly fileBytes: number;
  readonly ratio: number;
  readonly seconds: number;
  readonly bytesPerSecond: number;
  readonly verifySeconds?: number | undefined;
  readonly verifyBytesPerSecond?: number | undefined;
}

function reportText(
  report: Report,
  { encodings = [], fileBitsPerWeight }: Inspection,
  terminal: Terminal,
): string {
  const { dim } = terminal.style;
  const coded = encodings.map(
    ({ encoding, tensors, bytes, storedBytes }) =>
      `${tensors} ${encoding}: ${bytesText(bytes)} as ${bytesText(storedBytes)}`,
  );
  const rows = [
    ["tensors", `${report.tensors}, ${countText(report.parameters)} parameters`],
    [
      "size",
      `${bytesText(report.modelBytes)} as ${bytesText(report.fileBytes)}: ${report.ratio.toFixed(3)} times smaller`,
    ],
    ["bits per weight", fileBitsPerWeight.toFixed(2)],
    ...coded.map((text) => ["stored", text]),
    ["written", timeText(report.seconds, report.bytesPerSecond)],
  ];
  const { verifySeconds, verifyBytesPerSecond = 0 } = report;
  if (verifySeconds !== undefined) {
    rows.push(["compared", `${timeText(verifySeconds, verifyBytesPerSecond)}: the same`]);
  }
  return table(
    [{ title: "" }, { title: "" }],
    rows.map(([key = "", value = ""]) => [dim(key), value]),
  ).join("\n");
}

const timeText = (seconds: number, bytesPerSecond: number): string =>
  `in ${waitText(1000 * seconds)}, ${bytesText(bytesPerSecond)}/s`;
