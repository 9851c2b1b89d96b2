// How fast shards are written and batches made, how long a training step waits for one, and for how
// long the thread that trains is kept busy with it.
//
//   npm run bench:pipeline [-- --json]
//
// 20 million tokens in documents like web pages (log-normal, median 400), batches of 16 rows of
// 1,024. The files are in the system's cache. The peer of batches is the least that anyone does:
// the same tokens read from front to back, 16,384 at a time, into an Int32Array. Busy is the
// processor time of that thread (where there is no /proc, the time in which its event loop runs), less that
// of the same steps without batches.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
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
type Where = "own" | "caller";
const making = (thread: Where) =>
  seconds(async () => {
    for await (const _ of batches(shards, { ...options, thread, epochs: 1 }));
  });
const made = { own: await making("own"), caller: await making("caller") };

interface Steps {
  /** The share of a run's time in which a step that takes `STEP` ms waits for its batch, in percent. */
  waited: number;
  /** Milliseconds a step. */
  busy: number;
}

const schedule = `/proc/self/task/${process.pid}/schedstat`;
const busyTime = existsSync(schedule)
  ? () => Number(readFileSync(schedule, "utf8").split(" ")[0]) / 1e6
  : () => performance.eventLoopUtilization().active;

/** Steps of `STEP` ms, each after its batch. */
async function steps(next: () => Promise<unknown>): Promise<Steps> {
  await next();
  let waited = 0;
  const before = busyTime();
  const start = performance.now();
  for (let step = 0; step < STEPS; step++) {
    const asked = performance.now();
    await next();
    waited += performance.now() - asked;
    await sleep(STEP);
  }
  const active = busyTime() - before;
  const whole = performance.now() - start;
  return { waited: (waited / whole) * 100, busy: active / STEPS };
}

async function withBatches(thread: Where, prefetch: number): Promise<Steps> {
  await using run = batches(shards, { ...options, thread, prefetch });
  return await steps(() => run.next());
}

/** Turns of all ways, so that a busy machine disturbs them alike. */
async function turns(): Promise<Record<Where | "serial" | "none", Steps>> {
  const ways = {
    own: () => withBatches("own", 2),
    caller: () => withBatches("caller", 2),
    serial: () => withBatches("caller", 0),
    none: () => steps(() => Promise.resolve()),
  };
  const found: Partial<Record<string, Steps[]>> = {};
  for (let round = 0; round < 3; round++) {
    for (const [name, way] of Object.entries(ways)) {
      found[name] ??= [];
      found[name].push(await way());
    }
  }
  const middle = (name: keyof typeof ways): Steps => {
    const all = found[name] ?? [];
    return {
      waited: median(all.map(({ waited }) => waited)),
      busy: median(all.map(({ busy }) => busy)),
    };
  };
  return {
    own: middle("own"),
    caller: middle("caller"),
    serial: middle("serial"),
    none: middle("none"),
  };
}

const millions = (time: number) => TOKENS / time / 1e6;
const step = await turns();
const busy = {
  own: Math.max(0, step.own.busy - step.none.busy),
  caller: Math.max(0, step.caller.busy - step.none.busy),
};
const padding = (100 * plan.padding) / (plan.tokens + plan.padding);
const rows: Row[] = [
  { name: "write shards", ours: millions(writing), unit: "M tokens/s" },
  { name: "verify", ours: (2 * TOKENS) / verifying / 1e9, unit: "GB/s" },
  { name: "plan an epoch", ours: shards.documents / planning / 1e6, unit: "M documents/s" },
  {
    name: "batches",
    ours: millions(made.own),
    peer: millions(reading),
    peerName: "plain reading",
    unit: "M tokens/s",
    ratio: reading / made.own,
  },
  {
    name: "batches",
    ours: millions(made.own),
    peer: millions(made.caller),
    peerName: "on the caller's thread",
    unit: "M tokens/s",
    ratio: made.caller / made.own,
  },
  {
    name: "the caller's thread is busy a batch",
    ours: busy.own,
    peer: busy.caller,
    peerName: "on the caller's thread",
    unit: "ms",
    ratio: busy.caller / busy.own,
  },
  {
    name: `wait for a batch, steps of ${STEP} ms`,
    ours: step.own.waited,
    peer: step.caller.waited,
    peerName: "on the caller's thread",
    unit: "% of time",
    target: 1,
    met: step.own.waited < 1,
  },
  {
    name: `wait for a batch, steps of ${STEP} ms`,
    ours: step.own.waited,
    peer: step.serial.waited,
    peerName: "without reading ahead",
    unit: "% of time",
  },
  { name: "padding", ours: padding, unit: "%", target: 1, met: padding < 1 },
];
printRows(rows, process.argv.includes("--json"));
