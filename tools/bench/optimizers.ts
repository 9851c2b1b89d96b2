// Ryan-Optimizer beside AdamW and Muon: tokens and time to a target loss, each tuned with as many trials, over paired seeds.
//
//   npm run bench:optimizers -- --results FILE.jsonl [--data problems,text,small-batch] [--seeds 8] [--trials 8]
//     [--steps 240] [--width 96] [--layers 3] [--batch 64] [--time 256] [--text FILE] [--ryan JSON] [--threads 2] [--json]
//
// Everything is fixed before the first run: steps, schedule (warm-up, stable, linear decay to zero), data and first weights of a
// seed, trials of each optimizer. Finished runs are appended to FILE and not run again, so it may be stopped at any time; a file
// goes with one state of the code. With the defaults (0.4 million parameters, batches of 16k tokens) it takes about four
// hours on two cores that are free, of which small-batch takes one; what is left is told on the way. --ryan tries other options of
// Ryan-Optimizer, '{"cautious":false}' for example: a choice that the others don't have, so it belongs beside the result.

import { parseArgs } from "node:util";
import type { RyanOptimizerOptions } from "@ryanstream/optimizer";
import { loadCorpus } from "./optimizers/corpus.js";
import { compare } from "./optimizers/report.js";
import { RunStore } from "./optimizers/run-store.js";
import { type OptimizerName, optimizerNames, type Setting, train } from "./optimizers/train.js";
import { tune } from "./optimizers/tune.js";
import { printRows, type Row, type Skipped } from "./rows.js";

const { values: options } = parseArgs({
  options: {
    results: { type: "string", default: "optimizers.jsonl" },
    data: { type: "string", default: "problems,text,small-batch" },
    seeds: { type: "string", default: "8" },
    trials: { type: "string", default: "8" },
    steps: { type: "string", default: "240" },
    width: { type: "string", default: "96" },
    layers: { type: "string", default: "3" },
    batch: { type: "string", default: "64" },
    time: { type: "string", default: "256" },
    text: { type: "string" },
    ryan: { type: "string", default: "{}" },
    threads: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
  },
});
process.env["RYANSTREAM_THREADS"] = options.threads; // read when the native part is loaded

function count(name: "seeds" | "trials" | "steps" | "width" | "layers" | "batch" | "time"): number {
  const value = Number(options[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name}: expected a whole number above 0, found ${options[name]}`);
  process.exit(2);
}

const [seeds, trials, steps] = [count("seeds"), count("trials"), count("steps")];
const model = { width: count("width"), layers: count("layers") };
const [batch, time] = [count("batch"), count("time")];
// A batch of an eighth takes four times the steps: half of the tokens.
const small = { batch: Math.max(1, batch >> 3), steps: 4 * steps };
const settings: Record<string, Omit<Setting, "name" | "model" | "time">> = {
  problems: { corpus: "problems", batch, steps },
  text: { corpus: "text", batch, steps },
  "small-batch": { corpus: "problems", ...small },
};

const variant = variantOf(options.ryan);
const store = new RunStore(options.results);
const rows: (Row | Skipped)[] = [];
const names = options.data.split(",");
const unknown = names.find((name) => settings[name] === undefined);
if (unknown !== undefined) {
  console.error(`--data: expected some of ${Object.keys(settings).join()}, found ${unknown}`);
  process.exit(2);
}
const perSetting = optimizerNames.length * (trials + seeds);
let done = 0;
const started = performance.now();

for (const name of names) {
  const setting = { name, model, time, ...settings[name] } as Setting;
  const corpus = loadCorpus(setting.corpus, { text: options.text, tokens: batch * time * steps });
  if ("why" in corpus) {
    rows.push({ skipped: name, why: corpus.why });
    done += perSetting;
    continue;
  }
  const run = async (optimizer: OptimizerName, seed: number, rate: number, weightDecay: number) => {
    const changed = optimizer === "ryan" && options.ryan !== "{}" ? { ryan: variant } : {};
    const key = { ...setting, optimizer, seed, rate, weightDecay, ...changed };
    const result = await store.run(key, () => train(key, corpus));
    done += 1;
    tellProgress(
      `${name}, ${optimizer}, seed ${seed}, rate ${rate}, decay ${weightDecay}: ${result.loss}`,
    );
    return result;
  };
  const tuned = new Map<OptimizerName, { rate: number; weightDecay: number }>();
  for (const optimizer of optimizerNames) {
    // Seed 0 is for tuning alone.
    tuned.set(
      optimizer,
      await tune(
        trials,
        async ({ rate, weightDecay }) => (await run(optimizer, 0, rate, weightDecay)).loss,
      ),
    );
  }
  const finals = new Map(
    optimizerNames.map((optimizer) => [optimizer, [] as Awaited<ReturnType<typeof run>>[]]),
  );
  for (let seed = 1; seed <= seeds; seed++) {
    // By turns, so that what else the machine does meets all alike.
    for (const optimizer of optimizerNames) {
      const { rate, weightDecay } = tuned.get(optimizer) as { rate: number; weightDecay: number };
      finals.get(optimizer)?.push(await run(optimizer, seed, rate, weightDecay));
    }
  }
  rows.push(...compare(setting, finals, tuned));
}
printRows(rows, options.json);

/** Options of Ryan-Optimizer to be tried in place of its defaults; none of the others has such a choice. */
function variantOf(text: string): Partial<RyanOptimizerOptions> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  console.error(`--ryan: expected a JSON object of options, found ${text}`);
  process.exit(2);
}

function tellProgress(what: string): void {
  const all = perSetting * names.length;
  const each = store.trained === 0 ? 0 : (performance.now() - started) / store.trained;
  const left = each * (all - done);
  console.error(`${done}/${all} ${what}; ${(left / 60e3).toFixed(0)} min left`);
}
