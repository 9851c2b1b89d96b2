// What RyanQuant makes of the models that are trained here: how much smaller, how far from the original beside llama.cpp's
// quantisers, and how many problems it loses.
//
//   npm run bench:quant -- [--models abacus,draft] [--problems 6000] [--texts 300] [--target-bits 4] [--json]
//     [--llama libllama.so] [--python python3]   llama.cpp's own quantiser; its rows are left out without it
//     [--types Q4_0,Q4_K_M]                      of llama.cpp; goals are for these two
//     [--folder runs/quant]                      where models are made; quantised anew each time
//
// Divergence is of weights alone: all models are turned into float32 and run by the same kernels on the same problems with
// solutions, of the split test. Calibration is on the split train. llama.cpp's quantisers get the importance of columns
// (imatrix) from the same calibration texts in rows of their own.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { abacus, abacusDraft } from "@ryanstream/model-abacus";
import { describeModel } from "@ryanstream/models";
import { Tokenizer } from "@ryanstream/tokenizer";
import { writeDequantized } from "./quant/dequantized-folder.js";
import { type Divergence, divergence, logitsOf } from "./quant/divergence.js";
import { imatrixOf } from "./quant/imatrix.js";
import { tokensOfProblems } from "./quant/texts.js";
import { ggufNamesOf, writeLlamaCppGguf } from "./quant/to-gguf.js";
import { printRows, type Row, type Skipped } from "./rows.js";

const { values: given } = parseArgs({
  options: {
    models: { type: "string", default: "abacus,draft" },
    problems: { type: "string", default: "6000" },
    texts: { type: "string", default: "300" },
    "target-bits": { type: "string", default: "4" },
    llama: { type: "string" },
    python: { type: "string", default: "python3" },
    types: { type: "string", default: "Q4_0,Q4_K_M" },
    folder: { type: "string", default: "runs/quant" },
    json: { type: "boolean", default: false },
  },
});
const folders: Record<string, string> = { abacus, draft: abacusDraft };
const goals = ["llama.cpp Q4_0", "llama.cpp Q4_K_M"];
const rows: (Row | Skipped)[] = [];

/** What the command line prints as JSON. */
function ryanstream(...args: string[]) {
  const cli = [
    "--conditions=@ryanstream/source",
    "--import",
    "tsx",
    "packages/ryanstream/src/cli.ts",
  ];
  const { status, stdout } = spawnSync(process.execPath, [...cli, ...args, "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`ryanstream ${args.join(" ")}: exit ${status}`);
  return JSON.parse(stdout);
}

interface Compared extends Divergence {
  readonly name: string;
  readonly bytes: number;
}

for (const name of given.models.split(",")) {
  const original = folders[name];
  if (original === undefined) throw new Error(`expected abacus or draft as a model, found ${name}`);
  const tokenizer = await Tokenizer.load(original);
  const texts = await tokensOfProblems(tokenizer, {
    seed: 77,
    split: "test",
    count: Number(given.texts),
  });
  const reference = await logitsOf(original, texts);
  const vocabulary = (await describeModel(original)).config.vocabularySize;
  const work = join(given.folder, name);
  mkdirSync(work, { recursive: true });
  const compare = async (
    label: string,
    path: string,
    names?: (name: string) => string,
  ): Promise<Compared> => {
    const folder = join(work, "f32");
    await writeDequantized(path, original, folder, names);
    const found = divergence(reference, await logitsOf(folder, texts), vocabulary);
    rmSync(folder, { recursive: true });
    return { name: label, bytes: statSync(path).size, ...found };
  };

  const out = join(work, "made");
  const bits = ["--target-bits", given["target-bits"]];
  const made = ryanstream(
    "quantize",
    original,
    out,
    "--profile",
    "both",
    "--calibration",
    "problems",
    ...bits,
    "--force",
  );
  const fileOf = (profile: string) =>
    made.files.find((each: { readonly profile: string }) => each.profile === profile);
  const bf16 = statSync(join(original, "model.safetensors")).size;
  const file = await compare("file", fileOf("file").path);
  const resident = await compare("resident", fileOf("resident").path);
  rows.push({
    name: `${name}: whole file, bf16 over RyanFormat`,
    ours: file.bytes,
    peer: bf16,
    peerName: "safetensors bf16",
    unit: "bytes",
    ...met(bf16 / file.bytes, 4),
  });
  rows.push({
    name: `${name}: seconds to quantise, both profiles`,
    ours: made.seconds,
    unit: "s",
  });

  for (const theirs of await llamaCpp(name, original, work, tokenizer, compare)) {
    const smaller = file.bytes <= theirs.bytes;
    rows.push({
      name: `${name}: KL, ${bitsOf(file, made)} bits beside ${bitsOf(theirs, made)}`,
      ours: file.mean,
      peer: theirs.mean,
      peerName: theirs.name,
      unit: "nats",
      ratio: theirs.mean / file.mean,
      ...(goals.includes(theirs.name)
        ? { target: 2, met: smaller && theirs.mean >= 2 * file.mean }
        : {}),
    });
    rows.push({
      name: `${name}: same next token`,
      ours: 100 * file.sameTop,
      peer: 100 * theirs.sameTop,
      peerName: theirs.name,
      unit: "%",
    });
    rows.push({
      name: `${name}: KL, resident ${fileOf("resident").residentBitsPerWeight.toFixed(2)} bits`,
      ours: resident.mean,
      peer: theirs.mean,
      peerName: theirs.name,
      unit: "nats",
      ratio: theirs.mean / resident.mean,
    });
  }
  rows.push({ name: `${name}: KL, 99.9% of tokens`, ours: file.p999, unit: "nats" });

  const asked = ["--problems", given.problems, "--split", "test", "--seed", "11"];
  for (const [profile, target] of [
    ["file", 1],
    ["resident", undefined],
  ] as const) {
    const folder = join(out, profile);
    const { compare: paired } = ryanstream("evaluate", folder, "--compare", original, ...asked);
    const loss = 100 * paired.lossBound;
    rows.push({
      name: `${name}: ${profile}, solved of ${paired.problems}; ${paired.lost} lost, ${paired.gained} gained`,
      ours: paired.correct,
      peer: paired.otherCorrect,
      peerName: "bf16",
      unit: "problems",
    });
    rows.push({
      name: `${name}: ${profile}, one-sided 95% bound of the loss`,
      ours: loss,
      unit: "points",
      ...(target === undefined
        ? {}
        : { peer: target, peerName: "limit", ...met(target / loss, 1) }),
    });
  }
}

printRows(rows, given.json);

function met(ratio: number, target: number): Pick<Row, "ratio" | "target" | "met"> {
  return { ratio, target, met: ratio >= target };
}

function bitsOf({ bytes }: Compared, { parameters }: { readonly parameters: number }): string {
  return ((8 * bytes) / parameters).toFixed(2);
}

/** The same weights by llama.cpp's quantisers, with and without importance of columns. */
async function llamaCpp(
  name: string,
  original: string,
  work: string,
  tokenizer: Tokenizer,
  compare: (label: string, path: string, names?: (name: string) => string) => Promise<Compared>,
): Promise<Compared[]> {
  if (given.llama === undefined) {
    rows.push({ skipped: `${name}: llama.cpp`, why: "--llama names its libllama.so" });
    return [];
  }
  const gguf = join(work, "bf16.gguf");
  await writeLlamaCppGguf(original, gguf);
  const calibration = await tokensOfProblems(tokenizer, { seed: 5, split: "train", count: 400 });
  const imatrix = join(work, "imatrix.json");
  writeFileSync(imatrix, JSON.stringify(await imatrixOf(original, calibration)));
  const { layers } = (await describeModel(original)).config;
  const back = new Map([...ggufNamesOf(layers)].map(([ours, theirs]) => [theirs, ours]));
  const all: Compared[] = [];
  for (const type of given.types.split(",")) {
    for (const importance of [[], [imatrix]]) {
      const label = `llama.cpp ${type}${importance.length > 0 ? " imatrix" : ""}`;
      const path = join(work, `${label.replaceAll(" ", "-")}.gguf`);
      const script = "tools/bench/quant/llama_quantize.py";
      const args = [script, given.llama, gguf, path, type, ...importance];
      const { status, stderr } = spawnSync(given.python, args, { encoding: "utf8" });
      if (status !== 0) throw new Error(`${label}: ${stderr}`);
      all.push(await compare(label, path, (found) => back.get(found) ?? found));
    }
  }
  return all;
}
