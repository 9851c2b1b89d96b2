// Checkpoints of training runs as a series: how many times smaller than 14 bytes a parameter, and whether a run that goes on from
// the last link ends where one does that goes on from the state itself.
//
//   npm run bench:series -- [--results runs/series/results.jsonl] [--seeds 8] [--optimizers adamw,ryan] [--width 128] [--layers 3]
//     [--batch 8] [--time 128] [--threads 1] [--plot FILE.html] [--json]
//
// Each seed is a run of its own: 860 steps (warm-up, stable, linear decay from 602), saved every 55 steps until 660: a keyframe and
// eleven links. Then the last 200 steps, from the state itself and from the last link, with the same batches; and from the state
// itself with other batches, which says how much a loss is worth. Finished seeds are appended to the results and not run again.
// On one free core it takes about 25 minutes.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadCorpus } from "./optimizers/corpus.js";
import { printRows, type Row } from "./rows.js";
import { Lines } from "./series/lines.js";
import type { Measured, Plan } from "./series/measure.js";
import { plotOf } from "./series/plot.js";
import { rowsOf } from "./series/report.js";

const { values: options } = parseArgs({
  options: {
    results: { type: "string", default: "runs/series/results.jsonl" },
    seeds: { type: "string", default: "8" },
    optimizers: { type: "string", default: "adamw,ryan" },
    width: { type: "string", default: "128" },
    layers: { type: "string", default: "3" },
    batch: { type: "string", default: "8" },
    time: { type: "string", default: "128" },
    threads: { type: "string", default: "1" },
    plot: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
process.env["RYANSTREAM_THREADS"] = options.threads; // read when the native part is loaded
const { measure } = await import("./series/measure.js");

function count(name: "seeds" | "width" | "layers" | "batch" | "time"): number {
  const value = Number(options[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name}: expected a whole number above 0, found ${options[name]}`);
  process.exit(2);
}

/** Seeds for which other ways to store are tried too. */
const SEEDS_OF_VARIANTS = 1;
const [every, checkpoints, steps] = [55, 12, 860];
const seeds = count("seeds");
const [batch, time] = [count("batch"), count("time")];
const corpus = loadCorpus("problems", { text: undefined, tokens: batch * time * steps });
if ("why" in corpus) throw new Error(corpus.why);
const names = options.optimizers.split(",");
const lines = new Lines<Measured>(options.results);
const measured = new Map<string, Measured[]>(names.map((name) => [name, []]));
const started = performance.now();
for (let seed = 1, made = 0; seed <= seeds; seed++) {
  for (const optimizer of names) {
    if (optimizer !== "adamw" && optimizer !== "ryan" && optimizer !== "muon") {
      console.error(`--optimizers: expected some of adamw, ryan, muon, found ${optimizer}`);
      process.exit(2);
    }
    const more = seed <= SEEDS_OF_VARIANTS;
    const plan: Plan = {
      run: {
        name: "series",
        corpus: "problems",
        model: { width: count("width"), layers: count("layers") },
        batch,
        time,
        steps,
        optimizer,
        seed,
        rate: 0.004,
        weightDecay: 0.4,
      },
      every,
      checkpoints,
      variants: {
        series: { keyframeEvery: checkpoints },
        ...(more
          ? {
              coarse: {
                keyframeEvery: checkpoints,
                precision: { linkStep: 1, firstStep: 3, averageStep: 3 },
              },
            }
          : {}),
      },
      more,
    };
    const known = lines.get(plan);
    const result = known ?? (await lines.make(plan, () => measure(plan, corpus)));
    measured.get(optimizer)?.push(result);
    if (known !== undefined) continue;
    made += 1;
    const left = ((performance.now() - started) / made) * (names.length * seeds - made);
    console.error(`${optimizer}, seed ${seed}: at most ${(left / 60e3).toFixed(0)} min left`);
  }
}
const rows: Row[] = [...measured].flatMap(([name, runs]) => rowsOf(name, runs));
printRows(rows, options.json);
if (options.plot !== undefined) writeFileSync(options.plot, plotOf(measured));
