// What every section of the benchmark gets, and how it holds ours against peers.

import type { Corpora, CorpusName } from "./corpora.js";
import type { Answer, Job, Mode, Result, TextFile } from "./jobs.js";
import { type PeerKind, peers, pythonPeers } from "./peers.js";
import { measure, python } from "./processes.js";
import { median, type Row } from "./rows.js";
import type { VocabularyFiles } from "./vocabularies.js";

export interface Context {
  readonly corpora: Corpora;
  /** The first 300 kB of each text, for what is slow. */
  readonly excerpts: Corpora;
  readonly vocabularies: readonly VocabularyFiles[];
  readonly rounds: number;
  readonly quick: boolean;
  /** Show every peer, not only those that a target names. */
  readonly all: boolean;
  /** Says something to the person who waits. */
  readonly say: (text: string) => void;
}

export const kinds: Readonly<Record<string, Omit<PeerKind, "load">>> = { ...peers, ...pythonPeers };

/** Those texts that there are. */
export function texts({ found: all }: Corpora, names: readonly CorpusName[]): TextFile[] {
  return names.flatMap((name) => {
    const found = all.get(name);
    return found === undefined ? [] : [{ name, path: found.path }];
  });
}

/** Answers by peer, one a round; peers that could not run, with the reason. */
export interface Rounds {
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  readonly failed: ReadonlyMap<string, string>;
}

/** Every peer once a round, the rounds interleaved. */
export function runRounds(
  context: Context,
  mode: Mode,
  files: VocabularyFiles,
  texts: readonly TextFile[],
  names: readonly string[] = Object.keys(kinds),
): Rounds {
  const answers = new Map<string, Answer[]>();
  const failed = new Map<string, string>();
  const warm = context.corpora.found.get("warm")?.path ?? "";
  for (let round = 0; round < context.rounds; round++) {
    for (const peer of names) {
      const kind = kinds[peer];
      if (!kind?.reads(files) || failed.has(peer) || round >= (kind.rounds ?? 99)) continue;
      if (Object.hasOwn(pythonPeers, peer) && typeof python() !== "string") continue;
      context.say(`${files.name}, ${mode}, round ${round + 1}: ${peer}`);
      const answer = measure({ peer, mode, files, warm, texts } satisfies Job);
      if ("why" in answer) failed.set(peer, answer.why);
      else answers.set(peer, [...(answers.get(peer) ?? []), answer]);
    }
  }
  return { answers, failed };
}

export type Pick = (answer: Answer) => number | undefined;

/** A figure of one text. */
export const figure =
  (text: string, name: keyof Result): Pick =>
  (answer) => {
    const value = answer.results.find((result) => result.text === text)?.[name];
    return typeof value === "number" ? value : undefined;
  };

/** A peer's figures over the rounds. */
export function values({ answers }: Rounds, peer: string, pick: Pick): number[] {
  return (answers.get(peer) ?? []).flatMap((answer) => pick(answer) ?? []);
}

/** The peer of these languages with the best median, if any has one. */
export function fastest(
  rounds: Rounds,
  languages: readonly string[],
  pick: Pick,
  lower = false,
): string | undefined {
  let best: [string, number] | undefined;
  for (const peer of rounds.answers.keys()) {
    if (!languages.includes(kinds[peer]?.language ?? "")) continue;
    const value = median(values(rounds, peer, pick));
    if (Number.isNaN(value)) continue;
    if (best === undefined || (lower ? value < best[1] : value > best[1])) best = [peer, value];
  }
  return best?.[0];
}

/** Ours beside one peer; ratios are taken inside a round. */
export function compare(
  rounds: Rounds,
  peer: string,
  label: Readonly<{ name: string; unit: string }>,
  { pick, target, lower = false }: { pick: Pick; target?: number | undefined; lower?: boolean },
): Row {
  const ours = values(rounds, "ours", pick);
  const theirs = values(rounds, peer, pick);
  const ratios = theirs.flatMap((value, round) => {
    const mine = ours[round];
    return mine === undefined ? [] : [lower ? value / mine : mine / value];
  });
  const ratio = ratios.length > 0 ? median(ratios) : undefined;
  return {
    ...label,
    ours: ours.length > 0 ? median(ours) : undefined,
    peer: median(theirs),
    peerName: peer,
    ratio,
    range: ratio === undefined ? undefined : [Math.min(...ratios), Math.max(...ratios)],
    ...(target === undefined || ratio === undefined ? {} : { target, met: ratio >= target }),
  };
}
