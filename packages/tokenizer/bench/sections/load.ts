// From a file in the page cache to the ids of a first word, each time in a fresh process,
// and the same from the compiled form that we write. The first word counts, since what
// loading leaves for later is paid then.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Context, compare, kinds, runRounds, values } from "../context.js";
import { cache } from "../corpora.js";
import { measure } from "../processes.js";
import { below, type Line, median } from "../rows.js";
import type { VocabularyFiles } from "../vocabularies.js";

export function load(context: Context): Line[] {
  return context.vocabularies
    .filter(({ name }) => context.all || name === "qwen2.5" || name === "cl100k")
    .flatMap((files) => {
      const rounds = runRounds(context, "load", files, []);
      const pick = ({ load }: { load: number }) => load;
      const ours = values(rounds, "ours", pick);
      const label = { name: `${files.name} load and first encode`, unit: "ms" };
      const limits = files.name === "qwen2.5" ? [250, 40] : [];
      const lines: Line[] = [];
      if (limits[0] !== undefined) {
        lines.push(below(label.name, "ms", ours.length ? median(ours) : undefined, limits[0]));
      }
      for (const peer of Object.keys(kinds)) {
        if (peer === "ours" || !rounds.answers.has(peer)) continue;
        lines.push(compare(rounds, peer, label, { pick, lower: true }));
      }
      for (const [peer, why] of rounds.failed)
        lines.push({ note: `${files.name}: ${peer}: ${why}` });
      return [...lines, ...compiled(context, files, limits[1])];
    });
}

function compiled(context: Context, files: VocabularyFiles, limit?: number): Line[] {
  const path = join(cache, `${files.name}.compiled`);
  const job = { mode: "compiled", files, warm: "", texts: [{ name: "compiled", path }] } as const;
  const written = measure({ ...job, peer: "write" });
  if ("why" in written) return [{ note: `${files.name} compiled: ${written.why}` }];
  const times: number[] = [];
  for (let round = 0; round < context.rounds; round++) {
    context.say(`${files.name}, compiled form, round ${round + 1}`);
    const answer = measure({ ...job, peer: "read" });
    if ("why" in answer) return [{ note: `${files.name} compiled: ${answer.why}` }];
    times.push(answer.load);
  }
  rmSync(path);
  const bytes = written.results[0]?.bytes ?? Number.NaN;
  const size: Line = { name: `${files.name} compiled form`, ours: bytes / 1e6, unit: "MB" };
  const [name, ms] = [`${files.name} compiled form, load and first encode`, median(times)];
  return [
    limit === undefined ? { name, ours: ms, unit: "ms" } : below(name, "ms", ms, limit),
    size,
  ];
}
