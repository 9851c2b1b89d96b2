// How fast shards are written and batches made, and how long a training step waits for one.
//
//   npm run bench:pipeline [-- --json]
//
// 20 million tokens in documents like web pages (log-normal, median 400), batches of 16 rows of
// 1,024. The files are in the system's cache. The peer of batches is the least that anyone does:
// the same tokens read from front to back, 16,384 at a time, into an Int32Array.

import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { median, printRows, type Row } from "../../../tools/bench/rows.js";
import { batches, openShards, summarizeEpoch, writeShards } from "../src/index.js";
import { randomNumbers } from "../test/support/random-numbers.js";

const TOKENS = 20_000_000;
const STEP = 20; // milliseconds of a training step
const STEPS = 100;
const options = { seed: 1, batch: 16, length: 1024 };
const folder = mkdtempSync(join(tmpdir(), "ryanstream-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

function* documents() {
  const { normal } = randomNumbers(1);
  for (let left = TOKENS; left > 0; ) {
    const length = Math.min(left, Math.ceil(400 * Math.exp(1.2 * normal())));
    yield { tokens: new Uint16Array(length).fill(length % 50_000) };
    left -= length;
  }
}

let sets = 0;
const write = () =>
  writeShards(join(folder, `set-${sets++}`), documents(), {
    vocabularySize: 50_000,
    tokenizer: "none",
  });
const writing = await seconds(write);
await using shards = await openShards(join(folder, "set-0"));
const verifying = await seconds(() => shards.verify());
const planning = await seconds(() => summarizeEpoch(shards, options));
const plan = await summarizeEpoch(shards, options);

const reading = await seconds(async () => {
  const file = await open(join(shards.folder, "shard-00000.bin"));
  const bytes = new Uint8Array(32768);
  for (let left = TOKENS; left > 0; left -= 16384) {
    await file.read(bytes, 0, bytes.length);
    new Int32Array(new Uint16Array(bytes.buffer));
  }
  await file.close();
});
const making = await seconds(async () => {
  for await (const _ of batches(shards, { ...options, epochs: 1 }));
});

/** The share of a run's time in which a step that takes `STEP` ms waits for its batch. */
async function waiting(prefetch: number): Promise<number> {
  await using run = batches(shards, { ...options, prefetch });
  await run.next();
  let waited = 0;
  const start = performance.now();
  for (let step = 0; step < STEPS; step++) {
    const asked = performance.now();
    await run.next();
    waited += performance.now() - asked;
    await sleep(STEP);
  }
  return (waited / (performance.now() - start)) * 100;
}

const millions = (time: number) => TOKENS / time / 1e6;
const waited = await waiting(2);
const padding = (100 * plan.padding) / (plan.tokens + plan.padding);
const rows: Row[] = [
  { name: "write shards", ours: millions(writing), unit: "M tokens/s" },
  { name: "verify", ours: (2 * TOKENS) / verifying / 1e9, unit: "GB/s" },
  { name: "plan an epoch", ours: shards.documents / planning / 1e6, unit: "M documents/s" },
  {
    name: "batches",
    ours: millions(making),
    peer: millions(reading),
    peerName: "plain reading",
    unit: "M tokens/s",
    ratio: reading / making,
  },
  {
    name: `wait for a batch, steps of ${STEP} ms`,
    ours: waited,
    peer: await waiting(0),
    peerName: "without reading ahead",
    unit: "% of time",
    target: 1,
    met: waited < 1,
  },
  { name: "padding", ours: padding, unit: "%", target: 1, met: padding < 1 },
];
printRows(rows, process.argv.includes("--json"));
