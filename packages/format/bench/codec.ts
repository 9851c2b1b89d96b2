// Entropy coding: sizes beside the entropy, zstd and ZipNN's published ratio; speed on one core
// beside memcpy, zstd and ZipNN's published speed.
//
//   npm run bench:codec [-- --f32 FILE.safetensors] [--json]
//
// Bytes are the weights of the abacus model in bfloat16, 1 MiB a chunk; --f32 names a trained
// model in float32. Speeds are bytes of elements over CPU time of this process, so that other
// work on the machine weighs little; zstd's own benchmark (the zstd command) counts wall time.
// ZipNN's figures are those of its README, on another machine.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { native } from "@ryanstream/native-kernels";
import { median, printRows, type Row, type Skipped } from "../../../tools/bench/rows.js";
import {
  type ChunkJob,
  decodeChunks,
  decodeGridRows,
  decodePlanes,
  encodeChunks,
  encodedBound,
  encodeGrid,
  encodePlanes,
  gridStoredBytes,
  layoutOf,
  loadCoders,
  type PlaneLayout,
} from "../src/entropy/index.js";
import { type NativeCoder, nativeCoder, useCoder } from "../src/entropy/native.js";
import { takePlane } from "../src/entropy/split.js";
import { openTensors } from "../src/index.js";

const CHUNK = 1 << 20;
const abacus = fileURLToPath(
  new URL("../../model-abacus/abacus/model.safetensors", import.meta.url),
);

/** CPU seconds of one call: the median of ten times as many calls as fill 30 ms. */
function seconds(work: () => void): number {
  work();
  let calls = 1;
  const times: number[] = [];
  while (times.length < 10) {
    const begin = process.cpuUsage();
    for (let i = 0; i < calls; i++) work();
    const { user, system } = process.cpuUsage(begin);
    if (user + system < 30_000) calls *= 2;
    else times.push((user + system) / 1e6 / calls);
  }
  return median(times);
}

/** Held against a figure that is asked for, or published. */
function row(name: string, unit: string, ours: number, peer: number, peerName: string): Row {
  const ratio = ours / peer;
  return { name, unit, ours, peer, peerName, ratio, target: 1, met: ratio >= 1 };
}

const shown = (
  name: string,
  unit: string,
  ours: number,
  peer?: number,
  peerName?: string,
): Row => ({
  name,
  unit,
  ours,
  peer,
  peerName,
  ratio: peer === undefined ? undefined : ours / peer,
});

interface Weights {
  readonly layout: PlaneLayout;
  readonly tensors: readonly Uint8Array[];
  /** All of them, one after another. */
  readonly all: Uint8Array;
}

async function weightsOf(path: string, dtype: "BF16" | "F32"): Promise<Weights> {
  await using source = await openTensors(path);
  const names = [...source.tensors.values()].filter(
    (info) => info.dtype === dtype && info.name.startsWith("model."),
  );
  const tensors: Uint8Array[] = [];
  for (const { name } of names) tensors.push(await source.read(name));
  return { layout: layoutOf(dtype), tensors, all: Buffer.concat(tensors) };
}

const chunksOf = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) =>
    bytes.subarray(i * CHUNK, (i + 1) * CHUNK),
  );

function entropyBytes(symbols: Uint8Array): number {
  const counts = new Float64Array(256);
  for (const s of symbols) counts[s] = (counts[s] as number) + 1;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= count * Math.log2(count / symbols.length);
  return bits / 8;
}

const sum = (parts: readonly { length: number }[]): number =>
  parts.reduce((total, { length }) => total + length, 0);

/** Ratio, and GB/s both ways, of zstd at a level. */
function zstd(bytes: Uint8Array, level: number): [number, number, number] | undefined {
  const folder = mkdtempSync(join(tmpdir(), "codec-"));
  const path = join(folder, "bytes");
  writeFileSync(path, bytes);
  const { stdout, stderr, status } = spawnSync("zstd", [`-b${level}`, "-i1", path], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  if (status !== 0) return undefined;
  const found = [
    ...`${stdout}${stderr}`.matchAll(/x([\d.]+)\D+([\d.]+) MB\/s[^\d]+([\d.]+) MB\/s/g),
  ];
  const last = found.at(-1);
  if (last === undefined) return undefined;
  return [Number(last[1]), Number(last[2]) / 1e3, Number(last[3]) / 1e3];
}

/** Whole tensors, as a file would have them. */
function sizes(name: string, { tensors, all, layout }: Weights, least: number): (Row | Skipped)[] {
  const coded = tensors.map((tensor) => sum(chunksOf(tensor).map((c) => encodePlanes(c, layout))));
  const ratio = all.length / coded.reduce((a, b) => a + b, 0);
  const rows: (Row | Skipped)[] = [row(`${name}: ratio`, "x", ratio, least, "goal")];
  // Of each chunk: tables are made for it, so no order-0 coder with one table can be smaller.
  let floor = 0;
  let stored = 0;
  for (const chunk of chunksOf(all)) {
    for (let p = 0; p < layout.period; p++) floor += entropyBytes(takePlane(chunk, layout, p));
    stored += encodePlanes(chunk, layout).length;
  }
  rows.push({
    name: `  bytes over the planes' entropy`,
    unit: "x",
    ours: stored / floor,
    peer: 1.01,
    peerName: "limit",
    ratio: 1.01 / (stored / floor),
    target: 1,
    met: stored / floor <= 1.01,
  });
  for (const level of [1, 3]) {
    const peer = zstd(all, level);
    rows.push(
      peer === undefined
        ? { skipped: `zstd -${level}`, why: "there is no zstd command" }
        : shown(`  ratio beside zstd -${level}`, "x", ratio, peer[0], `zstd -${level}`),
    );
  }
  return rows;
}

/** As {@link seconds}, of work on another thread. */
async function secondsApart(work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    const begin = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(begin);
    times.push((user + system) / 1e6);
  }
  return median(times);
}

async function speeds(name: string, { all, layout }: Weights): Promise<(Row | Skipped)[]> {
  const chunks = chunksOf(all);
  const coded = chunks.map((chunk) => encodePlanes(chunk, layout));
  const back = chunks.map((chunk) => new Uint8Array(chunk.length));
  const rate = (work: () => void) => all.length / seconds(work) / 1e9;
  const copy = rate(() => {
    for (const [i, into] of back.entries()) into.set(chunks[i] as Uint8Array);
  });
  // As the writer of files codes: into memory that is used again.
  const room = new Uint8Array(encodedBound(CHUNK, layout));
  const encode =
    all.length /
    1e9 /
    (await secondsApart(async () => {
      for (const bytes of chunks) await encodeChunks([{ bytes, layout, into: room }]);
    }));
  const encodeNew = rate(() => {
    for (const chunk of chunks) encodePlanes(chunk, layout);
  });
  const decode = rate(() => {
    for (const [i, into] of back.entries()) decodePlanes(coded[i] as Uint8Array, into);
  });
  if (Buffer.compare(Buffer.concat(back), all) !== 0) throw new Error("decoded to other bytes");
  // A copy reads and writes each byte once; decoding reads the coded bytes and writes all.
  const floor = (2 * copy * all.length) / (all.length + sum(coded));
  const ceiling = { ceiling: floor, share: decode / floor };
  const rows: (Row | Skipped)[] = [
    row(`${name}: encode, one core`, "GB/s", encode, 1, "goal"),
    shown("  encode into a new array", "GB/s", encodeNew),
    { ...row(`${name}: decode, one core`, "GB/s", decode, 2, "goal"), ...ceiling },
    shown(`  decode beside memcpy`, "GB/s", decode, copy, "memcpy"),
  ];
  for (const level of [1, 3]) {
    const peer = zstd(all, level);
    if (peer === undefined) continue;
    rows.push(shown(`  encode beside zstd`, "GB/s", encode, peer[1], `zstd -${level}, wall time`));
    rows.push(shown(`  decode beside zstd`, "GB/s", decode, peer[2], `zstd -${level}, wall time`));
  }
  return rows;
}

async function threaded({ all, layout }: Weights): Promise<Row> {
  const jobs: ChunkJob[] = chunksOf(all).map((chunk) => ({
    coded: encodePlanes(chunk, layout),
    into: new Uint8Array(chunk.length),
  }));
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    const begin = performance.now();
    await decodeChunks(jobs);
    times.push(performance.now() - begin);
  }
  const rate = all.length / median(times) / 1e6;
  return shown(`decode, ${native().info().threads} threads, wall time`, "GB/s", rate);
}

function normal(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Bits of a rounded bell of this spread: sum of -p log2 p, p by Simpson's rule on its density. */
function bellBits(spread: number): number {
  const density = (x: number) => Math.exp((-x * x) / (2 * spread * spread));
  let total = 0;
  const masses: number[] = [];
  for (let u = -Math.ceil(8 * spread) - 1; u <= 8 * spread + 1; u++) {
    let mass = 0;
    for (let j = 0; j <= 32; j++) {
      const weight = j === 0 || j === 32 ? 1 : j & 1 ? 4 : 2;
      mass += weight * density(u - 0.5 + j / 32);
    }
    masses.push(mass);
    total += mass;
  }
  return masses.reduce(
    (bits, m) => (m === 0 ? bits : bits - (m / total) * Math.log2(m / total)),
    0,
  );
}

/** Codes of columns whose spreads differ, as waterfilling leaves them. */
function grids(): Row[] {
  const rows: Row[] = [];
  for (const [n, k, spread] of [
    [128, 256, 4],
    [256, 256, 4],
    [1024, 1024, 4],
    [1024, 1024, 1.4],
    [1024, 1024, 16],
    [2048, 4096, 4],
  ] as const) {
    const next = normal(3);
    const widths = Float64Array.from({ length: k }, () => spread * Math.exp(0.5 * next()));
    const codes = Int32Array.from({ length: n * k }, (_, i) =>
      Math.round((widths[i % k] as number) * next()),
    );
    const index = Uint8Array.from(widths, (x) => 80 - Math.round(8 * Math.log2(x)));
    const grid = { shape: [n, k], codes, steps: { base: 2 ** -10, index } } as const;
    const source = widths.reduce((total, width) => total + n * bellBits(width), 0) / (n * k);
    const { head, rows: chunk } = encodeGrid(grid);
    const each = Math.max(1, Math.floor(CHUNK / 2 / k));
    const coded: Uint8Array[] = [];
    const spans: [number, number][] = [];
    for (let r = 0; r < n; r += each) spans.push([r, Math.min(n, r + each)]);
    for (const [r, end] of spans) coded.push(chunk(r, end));
    const bits = (8 * (head.length + sum(coded))) / (n * k);
    const size = `${n} x ${k}`;
    rows.push(
      row(
        `grid ${size}: share of bits that are entropy`,
        "",
        source / bits,
        1 / 1.015,
        `${source.toFixed(3)} of ${bits.toFixed(3)} bits`,
      ),
    );
    if (n * k < 1 << 20) continue;
    const into = new Float32Array(n * k);
    const decode = seconds(() => {
      for (const [i, [r, end]] of spans.entries()) {
        decodeGridRows(head, coded[i] as Uint8Array, end - r, into.subarray(r * k, end * k));
      }
    });
    const encode = seconds(() => {
      for (const [r, end] of spans) chunk(r, end);
    });
    rows.push(shown(`  decode to float32, one core`, "Gcodes/s", (n * k) / decode / 1e9));
    rows.push(shown(`  encode, one core`, "Gcodes/s", (n * k) / encode / 1e9));
    if (n === 2048) {
      const plan = seconds(() => gridStoredBytes(grid));
      rows.push(shown(`  gridStoredBytes`, "Gcodes/s", (n * k) / plan / 1e9));
    }
  }
  return rows;
}

const at = process.argv.indexOf("--f32");
const f32 = at < 0 ? undefined : process.argv[at + 1];
const hasNative = await loadCoders();
const bf16 = await weightsOf(abacus, "BF16");
const rows: (Row | Skipped)[] = [...sizes("bf16 weights", bf16, 1.5)];
rows.push(
  shown(
    "  ratio beside ZipNN",
    "x",
    rows[0] !== undefined && "ours" in rows[0] ? rows[0].ours : 0,
    1.51,
    "ZipNN, published",
  ),
);
if (f32 === undefined) rows.push({ skipped: "f32 weights", why: "--f32 names no file" });
else rows.push(...sizes("f32 weights", await weightsOf(f32, "F32"), 1.2));
if (hasNative) {
  rows.push(...(await speeds("bf16", bf16)));
  const rateOf = (name: string) =>
    rows.find((r): r is Row => "name" in r && r.name.startsWith(name))?.ours ?? 0;
  rows.push(
    shown("  encode beside ZipNN", "GB/s", rateOf("bf16: encode"), 1.12, "ZipNN, published"),
  );
  rows.push(
    shown("  decode beside ZipNN", "GB/s", rateOf("bf16: decode"), 1.66, "ZipNN, published"),
  );
  if (f32 !== undefined) rows.push(...(await speeds("f32", await weightsOf(f32, "F32"))));
  rows.push(await threaded(bf16));
  rows.push(...grids());
  const coder = nativeCoder() as NativeCoder;
  useCoder(undefined);
  const [chunk] = chunksOf(bf16.all) as [Uint8Array];
  const coded = encodePlanes(chunk, bf16.layout);
  const into = new Uint8Array(chunk.length);
  const rate = (work: () => void) => chunk.length / seconds(work) / 1e9;
  rows.push(
    shown(
      "TypeScript: encode bf16",
      "GB/s",
      rate(() => encodePlanes(chunk, bf16.layout)),
    ),
  );
  rows.push(
    shown(
      "TypeScript: decode bf16",
      "GB/s",
      rate(() => decodePlanes(coded, into)),
    ),
  );
  useCoder(coder);
} else rows.push({ skipped: "speeds", why: "the native kernels are not there" });
printRows(rows, process.argv.includes("--json"));
