// Beam search: the most likely sequences, as far as following a few at a time finds them. Ends and
// scores as in Hugging Face transformers' `_beam_search`, so that the same beams are found.

import { SamplerError } from "../errors.js";
import { tokenIds } from "../sampling/check.js";
import {
  type BeamSearchOptions,
  type CheckedBeamOptions,
  checkBeamOptions,
} from "./beam-options.js";
import type { BeamLogits, BeamSession } from "./beam-session.js";
import { type Continuation, Continuations } from "./continuations.js";
import { type Beam, FinishedBeams } from "./finished-beams.js";

/** A sequence that goes on. */
interface Running {
  readonly session: BeamSession;
  readonly tokens: readonly number[];
  readonly logprob: number;
}

/**
 * Finds likely sequences after a prompt. Beams are forks of `session`, which holds the prompt afterwards; all that share a
 * length are appended at the same time.
 *
 * @returns the best score first; fewer than `count` only if there are no more possible ones.
 * @throws SamplerError ERR_ARGUMENT; ERR_LOGITS for NaN or Infinity; ERR_DEAD_END if no token can follow. What `append`
 *   rejects with, and the reason of `signal`, are passed on.
 */
export async function beamSearch(
  session: BeamSession,
  prompt: Iterable<number>,
  options: BeamSearchOptions = {},
): Promise<Beam[]> {
  const { signal } = options;
  signal?.throwIfAborted();
  const tokens = tokenIds(prompt, "prompt");
  const checked = checkBeamOptions(options, session, tokens.length);
  const appendOptions = signal === undefined ? {} : { signal };
  const forks = new Set<BeamSession>();
  const dispose = (fork: BeamSession) => {
    forks.delete(fork);
    fork[Symbol.dispose]?.();
  };
  const finished = new FinishedBeams(checked);
  let logits = [await session.append(tokens, "last", appendOptions)];
  try {
    let running: Running[] = [{ session, tokens: [], logprob: 0 }];
    for (let length = 1; ; length++) {
      const found = continuations(running, logits, checked, options.process);
      release(logits);
      const open = finish(running, found, finished, checked, length);
      if (!finished.shouldGoOn(open[0]?.logprob, length)) break;
      running = grow(running, open, session, forks, dispose);
      // All settle before any is disposed of.
      const appended = await Promise.allSettled(
        running.map((beam) =>
          beam.session.append(Int32Array.of(beam.tokens.at(-1) as number), "last", appendOptions),
        ),
      );
      logits = appended.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      const failed = appended.find((one) => one.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      signal?.throwIfAborted();
    }
  } finally {
    release(logits);
    for (const fork of [...forks]) dispose(fork);
  }
  if (finished.best.length === 0) {
    throw new SamplerError("ERR_DEAD_END", "logits: expected a token that is possible, found none");
  }
  return finished.best.slice(0, checked.count);
}

/** The best tokens after all beams: so many that `beams` are left without those that end. */
function continuations(
  running: readonly Running[],
  logits: readonly BeamLogits[],
  { beams, stopTokens }: CheckedBeamOptions,
  process: BeamSearchOptions["process"],
): readonly Continuation[] {
  const count = Math.max(2, 1 + stopTokens.size) * beams;
  const all = new Continuations();
  running.forEach(({ tokens, logprob }, beam) => {
    let row = (logits[beam] as BeamLogits).last;
    if (process !== undefined) {
      row = row.slice();
      process(row, tokens);
    }
    all.add(beam, logprob, row, count);
  });
  return all.take(count);
}

/** Adds what ends to the finished ones. @returns what goes on. */
function finish(
  running: readonly Running[],
  found: readonly Continuation[],
  finished: FinishedBeams,
  { beams, maxTokens, stopTokens }: CheckedBeamOptions,
  length: number,
): Continuation[] {
  const open: Continuation[] = [];
  found.forEach((next, rank) => {
    const isStop = stopTokens.has(next.token);
    if (!isStop && length < maxTokens) {
      if (open.length < beams) open.push(next);
    } else if (rank < beams) {
      const tokens = [...(running[next.beam]?.tokens ?? []), next.token];
      finished.add(tokens, next.logprob, isStop ? "stop" : "length");
    }
  });
  finished.keepBest();
  return open;
}

/** Gives each of those that go on a session: its beam's own, or a fork where several go on from one. */
function grow(
  running: readonly Running[],
  open: readonly Continuation[],
  root: BeamSession,
  forks: Set<BeamSession>,
  dispose: (fork: BeamSession) => void,
): Running[] {
  const taken = new Set<BeamSession>([root]);
  const grown = open.map(({ beam, token, logprob }) => {
    const parent = running[beam] as Running;
    let { session } = parent;
    if (taken.has(session)) {
      session = session.fork();
      forks.add(session);
    }
    taken.add(session);
    return { session, tokens: [...parent.tokens, token], logprob };
  });
  for (const { session } of running) if (!taken.has(session)) dispose(session);
  return grown;
}

function release(logits: BeamLogits[]): void {
  for (const one of logits.splice(0)) one[Symbol.dispose]?.();
}
