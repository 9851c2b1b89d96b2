// What we hold against ourselves: counting against encoding, numbers on against off,
// and how many tokens a second a streaming decoder takes.

import { type Context, figure, runRounds, texts, values } from "../context.js";
import type { Mode } from "../jobs.js";
import { below, type Line, median } from "../rows.js";
import type { VocabularyFiles } from "../vocabularies.js";

const TEXTS = ["prose", "mathematics", "latex", "chinese"] as const;

/** Bytes a call that are no array of tokens, but a string's header and the heap's noise. */
const NO_GROWTH = 256;

const ofMain = ({ vocabularies }: Context) =>
  vocabularies.filter(({ name }) => name === "cl100k" || name === "qwen2.5");

function each(
  context: Context,
  mode: Mode,
  list: readonly (typeof TEXTS)[number][],
  rows: (files: VocabularyFiles, median: (text: string, name: string) => number) => Line[],
): Line[] {
  return ofMain(context).flatMap((files) => {
    const rounds = runRounds(context, mode, files, texts(context.corpora, list), ["ours"]);
    const why = rounds.failed.get("ours");
    if (why !== undefined) return [{ note: `${files.name}, ${mode}: ${why}` }];
    return rows(files, (text, name) => median(values(rounds, "ours", figure(text, name))));
  });
}

export function counting(context: Context): Line[] {
  const list = texts(context.corpora, TEXTS).map(({ name }) => name);
  return each(context, "counting", TEXTS, (files, of) =>
    list.flatMap((text) =>
      ["count", "countUpTo", "truncate"].flatMap((variant): Line[] => {
        const [key, name] = [`${variant}, ${text}`, `${files.name} ${text} ${variant}`];
        const [ours, peer] = [of(key, "repeat"), of(key, "encode")];
        const ratio = ours / peer;
        // 5 % is what two equal loops differ by on a busy machine.
        return [
          {
            name,
            ours,
            peer,
            peerName: "our encode",
            unit: "MB/s",
            ratio,
            target: 1,
            met: ratio >= 0.95,
          },
          below(`${name}, heap a call`, "bytes", Math.max(0, of(key, "bytes")), NO_GROWTH),
        ];
      }),
    ),
  );
}

export function streaming(context: Context): Line[] {
  const list = texts(context.corpora, TEXTS).map(({ name }) => name);
  return each(context, "stream", TEXTS, (files, of) =>
    list.map((text) => ({
      name: `${files.name} ${text} streaming decode`,
      ours: of(text, "tokensPerSecond") / 1e6,
      peer: 20,
      peerName: "goal",
      unit: "M tokens/s",
      ratio: of(text, "tokensPerSecond") / 20e6,
    })),
  );
}

export function numbers(context: Context): Line[] {
  const list = texts(context.corpora, ["prose", "mathematics", "latex"]).map(({ name }) => name);
  return each(context, "numbers", ["prose", "mathematics", "latex"], (files, of) =>
    list.flatMap((text): Line[] => {
      const name = `${files.name} ${text}`;
      const on = "numbers on";
      const extra = (what: string, key: string) => ({
        name: `${name} ${what}`,
        ours: of(text, key),
        unit: "x of off",
      });
      return [
        // LaTeX is for information: every second token is a number or a command around one.
        text === "latex"
          ? extra(on, "on")
          : below(`${name} ${on}`, "x of off", of(text, "on"), 1.1),
        // Off means the same code, so that only noise can differ.
        below(`${name} numbers not asked for`, "x of off", of(text, "off"), 1.05),
        extra(`${on}, the text new`, "fresh"),
        extra("all objects made", "objects"),
        extra("all values read", "values"),
        { note: `${name}: ${of(text, "numbers")} numbers` },
      ];
    }),
  );
}
