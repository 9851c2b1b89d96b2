// Training a vocabulary of 32,000 tokens: ours against Hugging Face's native trainer,
// CPU time of one thread, each run in a process of its own, in rounds.
//
//     node tools/run.mjs script packages/tokenizer/bench/training.ts TEXT… [--rounds=5] [--json]
//
// RYANSTREAM_PYTHON names a Python that has tokenizers; npm's package of the same name
// trains too, but only with its default settings. Texts are the lines of the files.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BpeModel } from "../src/definition.js";
import { preTokenizerOf } from "../src/training/split.js";
import { trainBpe } from "../src/training/train-bpe.js";

interface Result {
  /** Seconds of CPU time. */
  readonly cpu: number;
  readonly merges: number;
  /** Of the merges by name. */
  readonly hash: string;
  /** Bytes resident at most. */
  readonly memory: number;
}

const SIZE = 32_000;
/** npm's trainer stops at this many tokens, and can't be told otherwise. */
const NPM_SIZE = 30_000;
const TARGET = 1;
const JSON_MARK = "result ";

const PYTHON = `
import hashlib, json, os, resource, sys, time
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
folder, size = sys.argv[1:]
tokenizer = Tokenizer.from_file(folder + "/untrained.json")
with open(folder + "/text", encoding="utf-8", newline="") as file:
    lines = file.read().split("\\n")
lines = [line + "\\n" for line in lines[:-1]] + lines[-1:]
trainer = trainers.BpeTrainer(vocab_size=int(size), show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
start = time.process_time()
tokenizer.train_from_iterator(lines, trainer)
cpu = time.process_time() - start
merges = json.loads(tokenizer.to_str())["model"]["merges"]
hash = hashlib.sha256("\\n".join(" ".join(m) for m in merges).encode()).hexdigest()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print("${JSON_MARK}" + json.dumps({"cpu": cpu, "merges": len(merges), "hash": hash, "memory": memory}))
`;

const cpuSeconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

function give(cpu: number, merges: readonly string[]): void {
  const hash = createHash("sha256").update(merges.join("\n")).digest("hex");
  const memory = process.resourceUsage().maxRSS * 1024;
  const result: Result = { cpu, merges: merges.length, hash, memory };
  console.log(JSON_MARK + JSON.stringify(result));
}

async function runOurs(folder: string, size: number): Promise<void> {
  const text = readFileSync(join(folder, "text"), "utf8");
  const lines = text.split(/(?<=\n)/);
  const start = process.cpuUsage();
  const { model } = await trainBpe(lines, { vocabularySize: size });
  const cpu = cpuSeconds(start);
  const { vocabulary, merges = new Int32Array(0) } = model as BpeModel;
  const decoder = new TextDecoder();
  const name = (id: number): string =>
    decoder.decode(vocabulary.bytes.subarray(vocabulary.starts[id], vocabulary.ends[id]));
  give(
    cpu,
    Array.from(
      { length: merges.length / 2 },
      (_, i) => `${name(merges[2 * i] as number)} ${name(merges[2 * i + 1] as number)}`,
    ),
  );
}

function runNpm(folder: string): void {
  const { Tokenizer } = createRequire(import.meta.url)("tokenizers") as {
    Tokenizer: { fromFile(path: string): { train(files: string[]): void; save(to: string): void } };
  };
  const tokenizer = Tokenizer.fromFile(join(folder, "untrained.json"));
  const start = process.cpuUsage();
  tokenizer.train([join(folder, "text")]);
  const cpu = cpuSeconds(start);
  tokenizer.save(join(folder, "trained.json"));
  const { model } = JSON.parse(readFileSync(join(folder, "trained.json"), "utf8")) as {
    model: { merges: string[][] };
  };
  give(
    cpu,
    model.merges.map((pair) => pair.join(" ")),
  );
}

function child(command: string, args: readonly string[]): Result {
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, TOKENIZERS_PARALLELISM: "false", RAYON_NUM_THREADS: "1" },
    maxBuffer: 1 << 26,
  });
  const line = stdout?.split("\n").find((one) => one.startsWith(JSON_MARK));
  if (line === undefined) throw new Error(`${command} gave no result (${status}):\n${stderr}`);
  return JSON.parse(line.slice(JSON_MARK.length)) as Result;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
};

function main(args: readonly string[]): void {
  const paths = args.filter((arg) => !arg.startsWith("--"));
  const rounds = Number(args.find((arg) => arg.startsWith("--rounds="))?.slice(9) ?? 5);
  const python = process.env["RYANSTREAM_PYTHON"];
  if (paths.length === 0) throw new Error("Name at least one file of text to train on");
  const folder = mkdtempSync(join(tmpdir(), "bench-training-"));
  try {
    const text = paths.map((path) => readFileSync(path, "utf8")).join("\n");
    writeFileSync(join(folder, "text"), text);
    const untrained = {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: preTokenizerOf(undefined, "right3"),
      post_processor: null,
      decoder: null,
      model: { type: "BPE", vocab: {}, merges: [] },
    };
    writeFileSync(join(folder, "untrained.json"), JSON.stringify(untrained));
    const self =
      (...more: string[]) =>
      () =>
        child(process.execPath, [
          ...process.execArgv,
          fileURLToPath(import.meta.url),
          ...more,
          `--folder=${folder}`,
        ]);
    const pairs = [
      {
        name: "train 32k BPE, CPU of one thread",
        peerName: "Hugging Face tokenizers, Python",
        why: "RYANSTREAM_PYTHON is not set",
        ours: self(`--ours=${SIZE}`),
        peer:
          python === undefined ? undefined : () => child(python, ["-c", PYTHON, folder, `${SIZE}`]),
        sameSettings: true,
      },
      {
        name: "train 30k BPE, CPU of one thread",
        peerName: "Hugging Face tokenizers, npm",
        why: "",
        ours: self(`--ours=${NPM_SIZE}`),
        peer: self("--npm"),
        // It has only the bytes that occur in its vocabulary, so it makes a few more merges.
        sameSettings: false,
      },
    ];
    const rows: Record<string, unknown>[] = [];
    for (const { name, peerName, why, ours, peer, sameSettings } of pairs) {
      if (peer === undefined) {
        rows.push({ skipped: name, why });
        continue;
      }
      const both = Array.from({ length: rounds }, (_, round) => {
        // Whichever comes first has the cooler machine, so they take turns.
        const first = round % 2 === 0 ? ours() : undefined;
        const theirs = peer();
        return { ours: first ?? ours(), peer: theirs };
      });
      for (const one of both) {
        if (sameSettings && one.ours.hash !== one.peer.hash) {
          throw new Error(`${peerName} learned other merges than ours`);
        }
      }
      const ratio = median(both.map((one) => one.peer.cpu / one.ours.cpu));
      rows.push({
        name,
        ours: median(both.map((one) => one.ours.cpu)),
        peer: median(both.map((one) => one.peer.cpu)),
        peerName,
        unit: "s",
        ratio,
        target: TARGET,
        met: ratio >= TARGET,
      });
      rows.push({
        name: `${name.split(",")[0]}, memory of the process at most`,
        ours: median(both.map((one) => one.ours.memory / 1e6)),
        peer: median(both.map((one) => one.peer.memory / 1e6)),
        peerName,
        unit: "MB",
        ratio: median(both.map((one) => one.peer.memory / one.ours.memory)),
      });
    }
    if (args.includes("--json")) for (const row of rows) console.log(JSON.stringify(row));
    else console.table(rows);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const args = process.argv.slice(2);
const value = (name: string): string | undefined =>
  args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const folder = value("folder");
if (folder === undefined) main(args);
else if (args.includes("--npm")) runNpm(folder);
else await runOurs(folder, Number(value("ours")));
