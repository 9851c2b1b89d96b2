// Whole models beside llama.cpp (through node-llama-cpp, its prebuilt binary): the same GGUF files, the
// same threads, a process each, in turns. And what share of the memory's rate decoding reaches.
//
//   npm run bench:decode [-- --json] [--model FILE.gguf …] [--shape NAME,…] [--type Q8_0,Q4_0]
//                            [--rounds 3] [--samples 3] [--threads 2] [--resident-only]
//
// Forms of 4 bits (int4, nl4, nl4 with 1% of columns in 8 bits, attention in 8 bits and the rest in nl4) stand beside
// llama.cpp's Q4_0 at the same resident bytes; --resident-only measures nothing else.
//
// Without --model, files with random weights in real shapes are written once. node-llama-cpp is
// fetched once with npm. Both lie in node_modules/.cache.

import { execFileSync, spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openTensors } from "@ryanstream/format";
import { build } from "esbuild";
import { randomGguf, type ShapeName, shapes, type WeightType } from "./decode/random-gguf.js";
import { residentRows } from "./decode/resident.js";
import type { Result } from "./decode/sampling.js";
import { median, printRows, type Row, type Skipped } from "./rows.js";

const PEER = "node-llama-cpp@3.22.1";
const residentKinds = [
  ["Q4_0", "int4"],
  ["IQ4_NL", "nl4"],
  ["IQ4_NL-outliers", "nl4 with outlier columns"],
  ["mixed", "attention int8, feed-forward nl4"],
] as const satisfies [WeightType, string][];

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    "resident-only": { type: "boolean", default: false },
    model: { type: "string", multiple: true, default: [] },
    shape: { type: "string", default: Object.keys(shapes).join() },
    type: { type: "string", default: "Q8_0,Q4_0" },
    rounds: { type: "string", default: "3" },
    samples: { type: "string", default: "3" },
    threads: { type: "string", default: process.env["RYANSTREAM_THREADS"] ?? "2" },
  },
});
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const cache = here("../../node_modules/.cache/bench-decode");

function resultOf(args: readonly string[], env: NodeJS.ProcessEnv): Result {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  const line = stdout.split("\n").find((text) => text.startsWith("RESULT "));
  if (line === undefined) throw new Error(`${args.join(" ")}: status ${status}\n${stderr}`);
  return JSON.parse(line.slice("RESULT ".length)) as Result;
}

/** A process as users have it: compiled, without a loader of TypeScript beside it. */
async function compiled(name: "ours" | "llama-cpp"): Promise<string> {
  // The native package reads the package.json above its file.
  const outfile = join(cache, "dist", `${name}.mjs`);
  await build({
    entryPoints: [here(`./decode/${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@ryanstream/source"],
    logLevel: "error",
  });
  return outfile;
}

/** The peer's entry, or why there is none. */
function peerEntry(): string | Error {
  const entry = join(cache, "node_modules/node-llama-cpp/dist/index.js");
  try {
    if (!existsSync(entry)) {
      const binary = `@node-llama-cpp/${process.platform}-${process.arch}@${PEER.split("@")[1]}`;
      const flags = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"];
      execFileSync("npm", ["install", ...flags, PEER, binary], { cwd: cache, stdio: "ignore" });
    }
    return entry;
  } catch (error) {
    return error as Error;
  }
}

/** Bytes a second that all threads read from memory, by the native benchmark. */
function memoryRate(): number {
  const bench = here("../../native/build/ryanstream_bench");
  const args = ["--threads", options.threads, "--filter", "ceiling", "--rounds", "3"];
  const { status, stdout } = spawnSync(bench, args, { encoding: "utf8" });
  const rates = stdout
    .split("\n")
    .filter((line) => line.includes("memory read"))
    .map((line) => (JSON.parse(line) as { ours: number }).ours);
  if (status !== 0 || rates.length === 0) throw new Error(`${bench} failed with status ${status}`);
  return 1e9 * Math.max(...rates);
}

type Rate = "prompt" | "decode" | "together";

/** Samples of a process that had its cores to itself. */
const cleanOf = (results: readonly Result[], what: Rate) =>
  results.flatMap((result) => result[what]).filter(({ share }) => share >= 0.93);

/** The median of the clean samples, or if there is none, the best of all. */
function rateOf(results: readonly Result[], what: Rate): number {
  const clean = cleanOf(results, what);
  if (clean.length > 0) return median(clean.map(({ rate }) => rate));
  return Math.max(...results.flatMap((result) => result[what]).map(({ rate }) => rate));
}

/** What a row of rates says where some of its processes never had their cores to themselves. */
const noteOf = (what: Rate, ...all: readonly (readonly Result[])[]): string =>
  all.some((results) => results.length > 0 && cleanOf(results, what).length === 0)
    ? " (best, cores were shared)"
    : "";

const least = (results: readonly Result[], what: "firstToken" | "loaded") =>
  Math.min(...results.map((result) => result[what]));

mkdirSync(cache, { recursive: true });
writeFileSync(join(cache, "package.json"), '{ "private": true, "version": "0.0.0" }');
const peer = peerEntry();
const [oursProgram, peerProgram] = await Promise.all([compiled("ours"), compiled("llama-cpp")]);
const oursEnvironment = {
  ...process.env,
  RYANSTREAM_THREADS: options.threads,
  RYANSTREAM_KERNELS_PATH: here("../../native/build/Release/kernels.node"),
};
const files = [...options.model];
const residentOnly = options["resident-only"];
if (files.length === 0 && !residentOnly) {
  for (const shape of options.shape.split(",")) {
    for (const type of options.type.split(",")) {
      files.push(await randomGguf(cache, shape as ShapeName, type as WeightType));
    }
  }
}

const rows: (Row | Skipped)[] = [];
if (peer instanceof Error) rows.push({ skipped: PEER, why: peer.message.split("\n")[0] ?? "" });
for (const path of files) {
  const name = basename(path, ".gguf");
  const bytes = statSync(path).size;
  for await (const _ of createReadStream(path, { highWaterMark: 2 ** 24 })) {
    // So that both find it in the system's cache.
  }
  const [mine, mapped, theirs] = [[] as Result[], [] as Result[], [] as Result[]];
  const ceilings: number[] = [];
  const packed = join(cache, "packed");
  resultOf([oursProgram, path, options.threads, "0", packed], oursEnvironment); // writes it
  for (let round = 0; round < Number(options.rounds); round++) {
    console.error(`${name}: round ${round + 1} of ${options.rounds}`);
    ceilings.push(memoryRate());
    const args = [path, options.threads, options.samples];
    mine.push(resultOf([oursProgram, ...args], oursEnvironment));
    mapped.push(resultOf([oursProgram, ...args, packed], oursEnvironment));
    if (typeof peer === "string") theirs.push(resultOf([peerProgram, peer, ...args], process.env));
  }
  rows.push(...rowsOf(name, bytes, mine, theirs, median(ceilings)));
  rows.push(...mappedRows(name, bytes, mapped, theirs));
}
if (options.model.length === 0) {
  for (const shape of options.shape.split(",")) rows.push(...(await resident(shape as ShapeName)));
}
printRows(rows, options.json);

/** Rows of all forms of 4 bits, where there is a peer. */
async function resident(shape: ShapeName): Promise<Row[]> {
  if (peer instanceof Error) return [];
  const ours = [];
  for (const [kind, name] of residentKinds) {
    const path = await randomGguf(cache, shape, kind);
    ours.push({ name, args: [oursProgram, path, options.threads, "turns"] });
  }
  const path = await randomGguf(cache, shape, "Q4_0");
  await using source = await openTensors(path);
  return await residentRows({
    model: shape,
    ours,
    environment: oursEnvironment,
    peer: [peerProgram, peer, path, options.threads, "turns"],
    peerBytes: [...source.tensors.values()].reduce((n, { byteLength }) => n + byteLength, 0),
    turns: 3 * Number(options.rounds) * Number(options.samples),
  });
}

function rowsOf(
  name: string,
  bytes: number,
  mine: readonly Result[],
  theirs: readonly Result[],
  memory: number,
): Row[] {
  const found: Row[] = [];
  const against = (what: Rate, text: string, target?: number) => {
    const rate = rateOf(mine, what);
    const label = text + noteOf(what, mine, theirs);
    if (theirs.length === 0) {
      found.push({ name: `${name}: ${label}`, ours: rate, unit: "tokens/s" });
      return;
    }
    const other = rateOf(theirs, what);
    const ratio = rate / other;
    const judged = target === undefined ? {} : { target, met: ratio >= target };
    const row = { name: `${name}: ${label}`, ours: rate, peer: other, peerName: "llama.cpp" };
    found.push({ ...row, unit: "tokens/s", ratio, ...judged });
  };
  against("prompt", "prompt of 512", 2);
  against("decode", "decoding", 1.6);
  const rate = (rateOf(mine, "decode") * bytes) / 1e9;
  const [ceiling, share] = [memory / 1e9, rate / (memory / 1e9)];
  found.push({
    name: `${name}: decoding, file bytes${noteOf("decode", mine)}`,
    ours: rate,
    peer: ceiling,
    peerName: "memory read",
    unit: "GB/s",
    ratio: share,
    target: 0.85,
    met: share >= 0.85,
  });
  against("together", "8 sequences decoding");
  const many = rateOf(mine, "together") / rateOf(mine, "decode");
  found.push({
    name: `${name}: 8 sequences over one${noteOf("together", mine)}`,
    ours: rateOf(mine, "together"),
    peer: rateOf(mine, "decode"),
    peerName: "one, ours",
    unit: "tokens/s",
    ratio: many,
    target: 4,
    met: many >= 4,
  });
  if (theirs.length > 0) {
    const half = least(theirs, "firstToken") / 2;
    const start = least(mine, "firstToken");
    found.push(
      atMost(`${name}: start to first token, least`, start, half, "ms", "half llama.cpp's"),
    );
  }
  const kv = mine[0]?.kvBytes ?? 0;
  const most = (1.1 * (bytes + kv)) / 1e6;
  const resident = median(mine.map((result) => result.resident)) / 1e6;
  found.push(atMost(`${name}: resident memory`, resident, most, "MB", "file + KV + 10%"));
  const peak = median(mine.map((result) => result.peak)) / 1e6;
  found.push(atMost(`${name}: peak of resident memory`, peak, most, "MB", "file + KV + 10%"));
  if (theirs.length > 0) {
    const theirsMb = median(theirs.map((result) => result.resident)) / 1e6;
    const row = { name: `${name}: resident memory`, ours: resident, peer: theirsMb };
    found.push({ ...row, peerName: "llama.cpp", unit: "MB", ratio: theirsMb / resident });
  }
  return found;
}

/** A figure that has a limit. */
function atMost(name: string, value: number, most: number, unit: string, peerName: string): Row {
  const [ratio, met] = [most / value, value <= most];
  return { name, ours: value, peer: most, peerName, unit, ratio, target: 1, met };
}

/** What is other when the packed weights of an earlier load are mapped. */
function mappedRows(
  name: string,
  bytes: number,
  mapped: readonly Result[],
  theirs: readonly Result[],
): Row[] {
  const own = `${name}, packed before`;
  const rows: Row[] = [
    { name: `${own}: decoding`, ours: rateOf(mapped, "decode"), unit: "tokens/s" },
  ];
  if (theirs.length > 0) {
    const [start, half] = [least(mapped, "firstToken"), least(theirs, "firstToken") / 2];
    rows.push(atMost(`${own}: start to first token, least`, start, half, "ms", "half llama.cpp's"));
  }
  const most = (1.1 * (bytes + (mapped[0]?.kvBytes ?? 0))) / 1e6;
  const resident = median(mapped.map((result) => result.resident)) / 1e6;
  rows.push(atMost(`${own}: resident memory`, resident, most, "MB", "file + KV + 10%"));
  return rows;
}
