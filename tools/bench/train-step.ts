// A training step of a decoder (forward, backward and AdamW in one program) beside
// PyTorch's compiled one, taking turns.
//
//   npm run bench:train [-- --json] [--size 10M] [--rounds 5] [--steps 3]
//
// Sizes are 1M, 10M and 50M parameters; `--size all` takes one after the other.
// PyTorch runs where `python3`, or RYANSTREAM_TORCH_PYTHON, can import it.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { decoderWeights, tenMillion } from "../../packages/kernels/test/support/decoder.js";
import { adamwStep } from "../../packages/kernels/test/support/training.js";
import { batchOf } from "../golden/weights.js";
import { median, printRows, type Row, type Skipped } from "./rows.js";
import { findTorch, TorchPeer } from "./torch-peer.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "3" },
    size: { type: "string", default: "10M" },
    profile: { type: "boolean", default: false },
  },
});
const [rounds, stepsPerTurn] = [Number(options.rounds), Number(options.steps)];
process.env["RYANSTREAM_THREADS"] ??= "2"; // read when the native part is loaded
const threads = Number(process.env["RYANSTREAM_THREADS"]);

const heads = (count: number) => ({ heads: count, kv_heads: count, head_dim: 64 });
const sizes = {
  "1M": {
    config: { vocab: 1024, width: 128, layers: 4, ...heads(2), hidden: 352 },
    batch: 16,
  },
  "10M": {
    config: tenMillion,
    batch: 8,
  },
  "50M": {
    config: { vocab: 8192, width: 640, layers: 8, ...heads(10), hidden: 1728 },
    batch: 8,
  },
};
const isSize = (name: string): name is keyof typeof sizes => Object.hasOwn(sizes, name);
const names = options.size === "all" ? Object.keys(sizes) : [options.size];
for (const name of names) {
  if (isSize(name)) await compare(sizes[name]);
  else throw new Error(`--size: expected 1M, 10M, 50M or all, found ${name}`);
}

async function compare({ config, batch }: (typeof sizes)[keyof typeof sizes]): Promise<void> {
  const [time, lr] = [256, 1e-3];

  const weights = decoderWeights(config);
  const { parameters, optimizer, step } = adamwStep(weights, config, batch, time, lr);
  const data = batchOf(batch, time, config.vocab);
  const run = async () => (await step.run(data)).loss[0] as number;

  const seconds: number[] = [];
  let loss = Number.NaN;
  async function turn(): Promise<void> {
    for (let i = 0; i < stepsPerTurn; i++) {
      const start = performance.now();
      loss = await run();
      seconds.push((performance.now() - start) / 1e3);
    }
  }

  const firstLoss = await run();
  for (let i = 0; i < 2; i++) await run();
  if (options.profile) console.log(String(await step.profile(data)));

  const rows: (Row | Skipped)[] = [];
  const peers: TorchPeer[] = [];
  const torch = findTorch();
  if ("why" in torch) rows.push({ skipped: "training step beside PyTorch", why: torch.why });
  else {
    for (const mode of ["default", "max-autotune"]) {
      const setting = { config, batch, time, threads, lr, mode };
      const peer = await TorchPeer.start(torch.python, setting);
      if (peer instanceof TorchPeer) peers.push(peer);
      else rows.push({ skipped: `PyTorch, mode ${mode}`, why: peer.why });
    }
  }
  for (let i = 0; i < rounds; i++) {
    for (const side of [{ turn }, ...peers]) {
      await side.turn(stepsPerTurn);
      await pause(300); // until the threads of the side that ran have gone to sleep
    }
  }
  for (const peer of peers) peer.stop();

  const ours = median(seconds);
  const best = peers.toSorted((a, b) => median(a.seconds) - median(b.seconds))[0];
  const versus = (name: string, unit: string, of: (seconds: number) => number): Row => {
    if (best === undefined) return { name, ours: of(ours), unit };
    const ratio = median(best.seconds) / ours;
    const peerName = `PyTorch ${best.ready.ready}, compiled, ${best.mode}`;
    const peer = of(median(best.seconds));
    return { name, ours: of(ours), peer, peerName, unit, ratio, target: 1, met: ratio >= 1 };
  };
  const count = parameters.reduce((n, p) => n + p.length, 0);
  const cost = step.cost();
  rows.push(
    versus(
      `training step, ${(count / 1e6).toFixed(2)}M parameters, ${batch}x${time}`,
      "s",
      (s) => s,
    ),
    versus("tokens", "1/s", (s) => (batch * time) / s),
  );
  for (const peer of peers) {
    const difference = Math.abs(firstLoss / peer.ready.firstLoss - 1);
    rows.push({
      name: `first loss, relative difference from mode ${peer.mode}`,
      ours: difference,
      peer: 1e-4,
      peerName: "limit",
      unit: "",
      ratio: difference === 0 ? undefined : 1e-4 / difference,
      target: 1,
      met: difference < 1e-4,
    });
  }
  rows.push(
    ...shareOfPeak(cost.flops / ours / 1e9),
    { name: "operations saved against dense", ours: 100 * cost.savedShare, unit: "%" },
    { name: "arena", ours: step.memory.arenaBytes / 2 ** 20, unit: "MiB" },
    { name: `loss after ${3 + seconds.length} steps`, ours: loss, peer: best?.loss, unit: "" },
  );
  printRows(rows, options.json);
  step.dispose();
  optimizer.dispose();
  for (const parameter of parameters) parameter.dispose();
  if (rows.some((row) => "met" in row && row.met === false && row.peerName === "limit")) {
    process.exitCode = 1;
  }
}

/** The rate of executed operations as a share of what the machine was measured to do at most. */
function shareOfPeak(gigaflops: number): (Row | Skipped)[] {
  const name = "executed operations";
  const bench = fileURLToPath(new URL("../../native/build/ryanstream_bench", import.meta.url));
  const why = "native/build/ryanstream_bench isn't built; npm run bench:kernels builds it";
  if (!existsSync(bench))
    return [
      { name, ours: gigaflops, unit: "GFLOP/s" },
      { skipped: "peak", why },
    ];
  const { stdout } = spawnSync(bench, ["--threads", String(threads), "--filter", "ceiling"]);
  const all = String(stdout)
    .split("\n")
    .filter((line) => line.includes("f32 multiply-add"))
    .map((line) => JSON.parse(line) as Row);
  const peak = all.at(-1)?.ours;
  const ratio = peak === undefined ? undefined : gigaflops / peak;
  return [{ name, ours: gigaflops, peer: peak, peerName: "measured peak", unit: "GFLOP/s", ratio }];
}
