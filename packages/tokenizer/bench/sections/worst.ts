// Texts that make a tokenizer slow: a megabyte that is one piece, or thousands of
// misses. Time must stay small and grow as the text does.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Context, figure, runRounds, values } from "../context.js";
import { cache } from "../corpora.js";
import type { TextFile } from "../jobs.js";
import { generator } from "../latex.js";
import { below, type Line, median } from "../rows.js";

const LARGE = 2 ** 20;
const SMALL = 2 ** 16;
/** As against 16 for a linear algorithm: small texts stay in the fast caches. */
const GROWTH = 20;

/** The first `bytes` bytes or a few less of each text. */
const recipes: Readonly<Record<string, (bytes: number) => string>> = {
  letter: (bytes) => "a".repeat(bytes),
  letters: (bytes) => random(bytes, 1, (r) => 97 + Math.floor(r * 26)),
  digits: (bytes) => random(bytes, 1, (r) => 48 + Math.floor(r * 10)),
  spaces: (bytes) => " ".repeat(bytes),
  "white space": (bytes) => random(bytes, 1, (r) => [32, 10, 9, 13][Math.floor(r * 4)] as number),
  // Of classes 230, 220 and 202, so that normalising means sorting.
  "combining marks": (bytes) =>
    `e${random(bytes - 1, 2, (r) => [0x301, 0x323, 0x327][Math.floor(r * 3)] as number)}`,
  emoji: (bytes) => "😀".repeat(bytes / 4),
  "random CJK": (bytes) => random(bytes, 3, (r) => 0x4e00 + Math.floor(r * 0x5200)),
  carets: (bytes) => "^".repeat(bytes),
};

function random(bytes: number, width: number, point: (r: number) => number): string {
  const next = generator(12_345);
  const length = Math.floor(bytes / width);
  return Array.from({ length }, () => String.fromCharCode(point(next()))).join("");
}

const VOCABULARIES = ["cl100k", "qwen2.5", "mistral", "gemma2", "t5"];

export function worst(context: Context): Line[] {
  mkdirSync(cache, { recursive: true });
  const files = Object.entries(recipes).flatMap(([name, make]): TextFile[] =>
    [SMALL, LARGE].map((bytes) => {
      const path = join(cache, `worst-${name.replace(" ", "-")}-${bytes}.txt`);
      writeFileSync(path, make(bytes));
      return { name: `${name} ${bytes}`, path, once: bytes === LARGE };
    }),
  );
  return context.vocabularies
    .filter(({ name }) => VOCABULARIES.includes(name))
    .flatMap((vocabulary) => {
      const peers = ["ours", "tiktoken (Python)", ...(context.all ? ["tokenizers (native)"] : [])];
      const rounds = runRounds(context, "runs", vocabulary, files, peers);
      const lines: Line[] = [];
      for (const name of Object.keys(recipes)) {
        const of = (peer: string, bytes: number) =>
          values(rounds, peer, figure(`${name} ${bytes}`, "ms"));
        const label = `${vocabulary.name} 1 MiB of ${name}`;
        const [large, small] = [of("ours", LARGE), of("ours", SMALL)];
        const known = large.length > 0;
        lines.push(below(label, "ms", known ? median(large) : undefined, 150));
        if (known) {
          const growth = large.map((ms, round) => ms / (small[round] as number));
          lines.push(below(`${label}, times 64 KiB`, "x", median(growth), GROWTH));
        }
        for (const peer of peers.slice(1)) {
          const theirs = of(peer, LARGE);
          if (theirs.length === 0) continue;
          const ms = median(theirs);
          const mine = known ? median(large) : undefined;
          const ratio = mine === undefined ? undefined : ms / mine;
          lines.push({ name: label, ours: mine, peer: ms, peerName: peer, unit: "ms", ratio });
        }
      }
      for (const [peer, why] of rounds.failed) {
        lines.push({ note: `${vocabulary.name}: ${peer}: ${why}` });
      }
      return lines;
    });
}
