// Short texts, where the cost of a call shows, and chat templates.

import { type Context, compare, fastest, figure, runRounds, texts } from "../context.js";
import { measure } from "../processes.js";
import { type Line, median } from "../rows.js";

export function short(context: Context): Line[] {
  const list = texts(context.corpora, ["mathematics", "latex"]).slice(0, 1);
  return context.vocabularies
    .filter(({ name }) => context.all || name === "cl100k" || name === "qwen2.5")
    .flatMap((files) => {
      const rounds = runRounds(context, "short", files, list);
      const lines = (["fresh", "repeat"] as const).flatMap((pass) => {
        const pick = figure("short", pass);
        const label = { name: `${files.name} short texts ${pass}`, unit: "us/call" };
        const best = fastest(rounds, ["js", "wasm"], pick, true);
        const peers = context.all ? [...rounds.answers.keys()] : best === undefined ? [] : [best];
        return peers
          .filter((peer) => peer !== "ours")
          .map((peer) => compare(rounds, peer, label, { pick, lower: true }));
      });
      const notes = [...rounds.failed].map(([peer, why]) => ({
        note: `${files.name} short: ${peer}: ${why}`,
      }));
      return [...lines, ...notes];
    });
}

export function chat(context: Context): Line[] {
  return context.vocabularies
    .filter(({ name }) => name === "qwen2.5" || (context.all && name === "llama3.1"))
    .flatMap((files): Line[] => {
      const times: Record<string, number[]> = { ours: [], "@huggingface/jinja": [] };
      const lines: Line[] = [];
      const lengths = new Set<unknown>();
      for (let round = 0; round < context.rounds; round++) {
        for (const peer of Object.keys(times)) {
          context.say(`${files.name}, chat template, round ${round + 1}: ${peer}`);
          const answer = measure({ peer, mode: "chat", files, warm: "", texts: [] });
          if ("why" in answer) {
            if (round === 0) lines.push({ note: `${files.name} chat: ${peer}: ${answer.why}` });
            continue;
          }
          times[peer]?.push((answer.results[0]?.ms ?? Number.NaN) * 1000);
          lengths.add(answer.results[0]?.["length"]);
        }
      }
      const [ours = [], theirs = []] = Object.values(times);
      const ratios = theirs.flatMap((us, round) => us / (ours[round] ?? Number.NaN));
      const known = ours.length > 0;
      lines.push({
        name: `${files.name} chat of four messages`,
        ours: known ? median(ours) : undefined,
        peer: median(theirs),
        peerName: "@huggingface/jinja",
        unit: "us",
        ...(known
          ? { ratio: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] }
          : {}),
      });
      if (lengths.size > 1) lines.push({ note: `${files.name} chat: the texts differ` });
      return lines;
    });
}
