// Activation memory against step time, for a decoder with ten million parameters: the
// same training step with everything kept and under plans for smaller and smaller
// arenas, taking turns.
//
//   npm run bench:checkpoint [-- --json] [--rounds 9] [--only REGEX] [--plans] [--progress]
//
// Times are medians of the ratio to the plain step of the same round, so that
// other work on the machine falls on both; processor time is beside them, since what
// is preempted doesn't count there. The operations that run twice are counted too.

import { parseArgs } from "node:util";
import { median, printRows, type Row } from "../../../tools/bench/rows.js";
import { batchOf } from "../../../tools/golden/weights.js";
import { decoderWeights, tenMillion } from "../../kernels/test/support/decoder.js";
import { adamwStep } from "../../kernels/test/support/training.js";
import { type CheckpointOptions, SmartCheckpoint } from "../src/index.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    plans: { type: "boolean", default: false },
    progress: { type: "boolean", default: false },
    rounds: { type: "string", default: "9" },
  },
});
process.env["RYANSTREAM_THREADS"] ??= "2"; // read when the native part is loaded

const [batch, time, lr] = [8, 256, 1e-3];
const goals = [
  { less: 2, most: 1.1 },
  { less: 12, most: 1.27 },
];

const config = tenMillion;
const weights = decoderWeights(config);
const { parameters, optimizer, step } = adamwStep(weights, config, batch, time, lr);
const sample = batchOf(batch, time, config.vocab);
const plain = step.plan.arena.bytes;
const flops = step.cost().flops;
for (let i = 0; i < 2; i++) await step.run(sample);

interface Point {
  readonly name: string;
  readonly program: typeof step;
  readonly lessHeld: number;
  readonly lessArena: number;
  /** Operations of the step over those of the plain one. */
  readonly counted: number;
  readonly planMs: number;
  readonly ratios: number[];
  readonly processor: number[];
}

function progress(text: string): void {
  if (process.stderr.isTTY || options.progress) console.error(text);
}

async function point(name: string, how: CheckpointOptions): Promise<Point> {
  progress(`planning: ${name}`);
  const made = await SmartCheckpoint(how).apply(step, sample);
  const counting = performance.now();
  await SmartCheckpoint(how)
    .apply(step)
    .catch(() => undefined);
  const planMs = performance.now() - counting;
  const { data } = made.plan;
  if (options.plans) console.log(`${name}\n${made.plan}\n`);
  if (made.program.memory.arenaBytes !== data.arenaBytes) throw new Error("not as planned");
  return {
    name,
    program: made.program as typeof step,
    lessHeld: data.before.heldBytes / data.heldBytes,
    lessArena: data.before.arenaBytes / data.arenaBytes,
    counted: made.program.cost().flops / flops,
    planMs,
    ratios: [],
    processor: [],
  };
}

/** The largest budget whose plan holds `less` times less than now, from counted costs. */
async function budgetFor(less: number): Promise<number> {
  for (let share = 0.56; share > 0.2; share -= 0.01) {
    const budget = Math.floor(plain * share);
    const { plan } = await SmartCheckpoint({ mode: "auto", budget }).apply(step);
    if (plan.data.before.heldBytes >= less * plan.data.heldBytes) return budget;
  }
  throw new Error(`no budget holds ${less} times less`);
}

async function leastBudget(): Promise<number> {
  const refused = SmartCheckpoint({ mode: "auto", budget: 1 }).apply(step);
  const least = await refused.then(() => 0).catch((error) => error.leastBytes as number);
  return least + 2 ** 21; // other costs, other plans, other losses between values
}

const auto = (share: number) => async () =>
  ({ mode: "auto", budget: Math.floor(plain * share) }) as const;
const wanted: [string, () => Promise<CheckpointOptions>][] = [
  ["selective", async () => ({ mode: "selective" })],
  ["auto, 3/4 of the arena", auto(0.75)],
  ["auto, 2x less held", async () => ({ mode: "auto", budget: (await budgetFor(2)) - 2 ** 20 })],
  ["auto, half of the arena", auto(0.5)],
  ["auto, 2/5 of the arena", auto(0.4)],
  ["auto, 3/10 of the arena", auto(0.3)],
  ["auto, the least arena", async () => ({ mode: "auto", budget: await leastBudget() })],
  ["full", async () => ({ mode: "full" })],
];
const points: Point[] = [];
for (const [name, how] of wanted) {
  if (new RegExp(options.only).test(name)) points.push(await point(name, await how()));
}

interface Spent {
  readonly seconds: number;
  /** Of all threads. */
  readonly processor: number;
}

async function spent(of: typeof step): Promise<Spent> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await of.run(sample);
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - start) / 1e3, processor: (user + system) / 1e6 };
}

const plainSeconds: number[] = [];
for (const p of points) await p.program.run(sample);
for (let round = 0; round < Number(options.rounds); round++) {
  progress(`round ${round + 1}`);
  // Beside each a plain step of its own: the machine's speed changes within a round.
  for (const p of points) {
    const before = await spent(step);
    const own = await spent(p.program);
    const after = await spent(step);
    plainSeconds.push(before.seconds, after.seconds);
    const ratio = (of: (s: Spent) => number) => (2 * of(own)) / (of(before) + of(after));
    p.ratios.push(ratio((s) => s.seconds));
    p.processor.push(ratio((s) => s.processor));
  }
}

const rows: Row[] = [
  { name: "plain step", ours: median(plainSeconds), unit: "s" },
  { name: "plain step, arena", ours: plain / 2 ** 20, unit: "MiB" },
];
const figure = (x: number) => `${x.toFixed(2)}x`;
for (const p of points) {
  const name = `${p.name}: ${figure(p.lessHeld)} less held, ${figure(p.lessArena)} less arena`;
  const counted = { peer: p.counted, peerName: "by counted operations", unit: "x" };
  rows.push({ name: `${name}: step time`, ours: median(p.ratios), ...counted });
  rows.push({ name: `${name}: processor time`, ours: median(p.processor), ...counted });
}
for (const { less, most } of goals) {
  const met = points.filter((p) => p.lessHeld >= less);
  const best = met.toSorted((a, b) => median(a.ratios) - median(b.ratios))[0];
  if (best === undefined) continue;
  const ours = median(best.ratios);
  rows.push({
    name: `step time at ${less}x less activation memory or better (${best.name})`,
    ours,
    peer: most,
    peerName: "limit",
    unit: "x",
    ratio: most / ours,
    target: 1,
    met: ours <= most,
  });
}
rows.push({
  name: "planning, rewriting and placing, slowest",
  ours: Math.max(...points.map((p) => p.planMs)),
  unit: "ms",
});
printRows(rows, options.json);
for (const p of points) p.program.dispose();
step.dispose();
optimizer.dispose();
for (const parameter of parameters) parameter.dispose();
