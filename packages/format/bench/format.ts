// Opening files, converting types and reading, beside the gguf Python package and plain reads.
//
//   npm run bench:format [-- --json]
//
// RYANSTREAM_PYTHON names an interpreter that has numpy and gguf; without it those rows have
// no peer. Both sides run on one thread and are timed warm, the median of as many calls as fit
// in a second.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, printRows, type Row, type Skipped } from "../../../tools/bench/rows.js";
import {
  type DType,
  dequantize,
  dtypes,
  MetadataArray,
  openTensors,
  quantize,
  type TensorInput,
  writeGguf,
  writeSafetensors,
} from "../src/index.js";

const ELEMENTS = 1 << 22;
const folder = mkdtempSync(join(tmpdir(), "ryanstream-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

async function seconds(work: () => unknown): Promise<number> {
  await work();
  const times: number[] = [];
  const began = performance.now();
  while (performance.now() - began < 1000 || times.length < 3) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

const python = process.env["RYANSTREAM_PYTHON"];
const peerFile = fileURLToPath(new URL("peer.py", import.meta.url));

/** Seconds that the gguf package takes. */
function peerSeconds(...args: string[]): number | undefined {
  if (python === undefined) return undefined;
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const { stdout, stderr, status } = spawnSync(python, [peerFile, ...args], {
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`${python}: ${stderr}`);
  return JSON.parse(stdout) as number;
}

function row(
  name: string,
  unit: "ms" | "GB/s",
  ours: number,
  peer: number | undefined,
  target?: number,
): Row {
  if (peer === undefined) return { name, ours, unit };
  const ratio = unit === "ms" ? peer / ours : ours / peer;
  const judged = target === undefined ? {} : { target, met: ratio >= target };
  return { name, ours, peer, peerName: "gguf", unit, ratio, ...judged };
}

/** A header as large models have it: a vocabulary of 150,000 tokens, its merges, 320 tensors. */
async function largeHeader(): Promise<string> {
  const path = join(folder, "header.gguf");
  const count = 150_000;
  const metadata = {
    "general.architecture": "qwen2",
    "tokenizer.ggml.tokens": Array.from({ length: count }, (_, i) => `Ġtoken${i}`),
    "tokenizer.ggml.token_type": new Int32Array(count).fill(1),
    "tokenizer.ggml.merges": Array.from({ length: count }, (_, i) => `Ġto ken${i}`),
  };
  const data = new Uint8Array(144);
  const tensors = Array.from(
    { length: 320 },
    (_, i): TensorInput => ({ name: `blk.${i}.weight`, dtype: "Q4_K", shape: [1, 256], data }),
  );
  await writeGguf(path, tensors, { metadata });
  return path;
}

async function opening(): Promise<Row[]> {
  const path = await largeHeader();
  const opened = await seconds(async () => (await openTensors(path)).close());
  const strings = await seconds(async () => {
    const source = await openTensors(path);
    const tokens = source.metadata.get("tokenizer.ggml.tokens");
    if (tokens instanceof MetadataArray) tokens.toArray();
    await source.close();
  });
  const ms = (s: number | undefined) => (s === undefined ? undefined : 1000 * s);
  return [
    row(
      "open GGUF, 300,000 strings, 320 tensors",
      "ms",
      1000 * opened,
      ms(peerSeconds("open", path)),
      20,
    ),
    row("  and decode 150,000 of them", "ms", 1000 * strings, ms(peerSeconds("strings", path)), 20),
  ];
}

const gigabytes = (s: number | undefined) =>
  s === undefined ? undefined : (4 * ELEMENTS) / s / 1e9;

async function conversions(): Promise<Row[]> {
  const rows: Row[] = [];
  const types: DType[] = [
    "F16",
    "BF16",
    "Q8_0",
    "Q4_0",
    "Q4_1",
    "Q5_0",
    "Q5_1",
    "Q4_K",
    "Q5_K",
    "Q6_K",
    "F8_E4M3",
  ];
  const out = new Float32Array(ELEMENTS);
  for (const dtype of types) {
    const { block, blockBytes } = dtypes[dtype];
    const bytes = new Uint8Array((ELEMENTS / block) * blockBytes).map(() => Math.random() * 60);
    const ours = await seconds(() => dequantize(dtype, bytes, out));
    const peer =
      dtypes[dtype].ggml === undefined
        ? undefined
        : peerSeconds("dequantize", dtype, String(ELEMENTS));
    rows.push(
      row(
        `dequantize ${dtype}, float32 out`,
        "GB/s",
        gigabytes(ours) as number,
        gigabytes(peer),
        /^Q[456]/.test(dtype) ? 1 : undefined, // the others are one vector loop in numpy: only shown
      ),
    );
  }
  const values = new Float32Array(ELEMENTS).map(() => Math.random() - Math.random());
  for (const dtype of ["F16", "BF16", "Q8_0", "Q4_0", "Q5_1"] as const) {
    const ours = await seconds(() => quantize(dtype, values));
    const peer = peerSeconds("quantize", dtype, String(ELEMENTS));
    rows.push(
      row(`quantize ${dtype}, float32 in`, "GB/s", gigabytes(ours) as number, gigabytes(peer)),
    );
  }
  return rows;
}

/** A tensor in the system's cache, against reads of the same bytes without any format. */
async function reading(): Promise<Row> {
  const path = join(folder, "read.safetensors");
  const byteLength = 256 << 20;
  const chunk = new Uint8Array(1 << 20);
  const data = () => Array.from({ length: byteLength / chunk.length }, () => chunk);
  await writeSafetensors(path, [{ name: "w", dtype: "U8", shape: [byteLength], data }]);
  const into = new Uint8Array(byteLength);
  const source = await openTensors(path);
  const handle = await open(path);
  const ours = await seconds(() => source.read("w", { into }));
  const plain = await seconds(() => handle.read(into, 0, byteLength, 64));
  await handle.close();
  await source.close();
  const ratio = plain / ours;
  const rate = (s: number) => byteLength / s / 1e9;
  const target = 0.9;
  return {
    name: "read a tensor of 256 MiB, cached",
    ours: rate(ours),
    peer: rate(plain),
    peerName: "fs.read",
    unit: "GB/s",
    ratio,
    target,
    met: ratio >= target,
  };
}

const rows: (Row | Skipped)[] = [...(await opening()), await reading(), ...(await conversions())];
if (python === undefined) {
  rows.push({ skipped: "the gguf package", why: "RYANSTREAM_PYTHON names no interpreter" });
}
printRows(rows, process.argv.includes("--json"));
