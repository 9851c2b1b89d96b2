// A training run: counts the pieces of the corpus, merges pairs until the vocabulary
// is full, and keeps checkpoints on the way.

import type { TokenizerDefinition } from "../definition.js";
import { ensure } from "../errors.js";
import { type CheckpointStore, decodeState, encodeState } from "./checkpoint.js";
import { MergeLearner } from "./merge-learner.js";
import { checkpointFile } from "./node-checkpoint-file.js";
import {
  checkOptions,
  shown,
  type TrainBpeOptions,
  type TrainingProgress,
  whole,
} from "./options.js";
import { PieceCounter } from "./piece-counter.js";
import { Slices } from "./slices.js";
import { type PieceMatcher, Splitter } from "./split.js";
import { Texts } from "./texts.js";
import { TokenNames } from "./token-names.js";
import { trainedDefinition } from "./trained-definition.js";

/** Pieces cut between two looks at the clock: about a millisecond. */
const BATCH = 4096;
/** Texts up to this many UTF-16 units are encoded into one buffer that is used again. */
const SHORT = 1 << 18;

/** {@link trainBpe} with `compile` for its patterns. */
export async function trainWith(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainBpeOptions,
  compile: (pattern: string) => PieceMatcher,
): Promise<TokenizerDefinition> {
  const settings = checkOptions(options);
  const { signal, checkpoint, onProgress } = options;
  const store = storeOf(checkpoint);
  const everyMerges = checkpoint?.everyMerges ?? 8192;
  const everyBytes = checkpoint?.everyBytes ?? 2 ** 28;
  whole("checkpoint.everyMerges", everyMerges, 1, Number.MAX_SAFE_INTEGER);
  whole("checkpoint.everyBytes", everyBytes, 1, Number.MAX_SAFE_INTEGER);
  ensure(
    onProgress === undefined || typeof onProgress === "function",
    "ERR_ARGUMENT",
    () => `onProgress must be a function, found ${shown(onProgress)}`,
  );

  let pieces = new PieceCounter();
  let textsRead = 0;
  let units = 0;
  let names: TokenNames | undefined;
  const slices = new Slices(signal, () => {
    const progress: TrainingProgress = {
      phase: names ? "merging" : "counting",
      done: names?.size ?? pieces.total,
      total: names && settings.vocabularySize,
      texts: textsRead,
      pieces: pieces.size,
    };
    onProgress?.(progress);
  });
  const pause = (): Promise<void> | undefined => (slices.due() ? slices.rest() : undefined);
  // `specialTokens` and the rest as they are now, whatever the caller changes later.
  const described = JSON.stringify(settings);
  const save = async (countingDone: boolean, merges = new Int32Array(0)): Promise<void> => {
    if (!store) return;
    const state = { settings: described, countingDone, texts: textsRead, units, pieces, merges };
    await store.save(await encodeState(state, pause));
    signal?.throwIfAborted();
  };

  const corpus = new Texts(texts, signal);
  let countingDone = false;
  let merged: Int32Array | undefined;
  try {
    const saved = await store?.load();
    if (saved !== undefined) {
      const state = await decodeState(saved, described, pause);
      ({ pieces, units, countingDone, merges: merged } = state);
      if (countingDone) textsRead = state.texts;
      else await skip(corpus, state.texts, units, pause);
      textsRead = state.texts;
    }
    if (!countingDone) await count();
  } finally {
    corpus.close();
  }
  ensure(
    pieces.size > 0,
    "ERR_TRAINING",
    () => `The corpus must have some text, but its ${textsRead} texts are empty`,
  );
  if (!countingDone) await save(true);
  slices.report();

  names = new TokenNames(settings.specialTokens, settings.vocabularySize);
  const learner = new MergeLearner(pieces, names, settings);
  await learner.prepare(pause);
  let nextSave = (merged?.length ?? 0) / 2 + everyMerges;
  let compared = 0;
  while (learner.advance()) {
    if (slices.due()) await slices.rest();
    for (
      const most = merged?.length ?? 0;
      compared < most && compared < 2 * learner.mergeCount;
      compared++
    ) {
      ensure(
        learner.merges[compared] === merged?.[compared],
        "ERR_TRAINING",
        () =>
          `The checkpoint can't be used: its merge ${compared >> 1} is not the one that its counts give. Delete it`,
      );
    }
    if (store && learner.mergeCount >= nextSave) {
      await save(true, learner.merges.subarray(0, 2 * learner.mergeCount));
      nextSave = learner.mergeCount + everyMerges;
    }
  }
  slices.report();
  signal?.throwIfAborted();
  return trainedDefinition(names.names, learner.merges.slice(0, 2 * learner.mergeCount), settings);

  async function count(): Promise<void> {
    const encoder = new TextEncoder();
    const buffer = new Uint8Array(3 * SHORT);
    const splitter = new Splitter(compile, settings.pattern, settings.digits, (bytes, start, end) =>
      pieces.add(bytes, start, end),
    );
    let nextSave = pieces.total + everyBytes;
    for (;;) {
      const next = corpus.next();
      const text = next instanceof Promise ? await next : next;
      if (text === undefined) return;
      if (splitter.byBytes) {
        const short = text.length <= SHORT;
        const bytes = short ? buffer : encoder.encode(text);
        const end = short ? encoder.encodeInto(text, buffer).written : bytes.length;
        for (let at = 0; at < end; ) {
          at = splitter.cut(bytes, at, end, BATCH);
          if (slices.due()) await slices.rest();
        }
      } else {
        splitter.cutText(text);
        if (slices.due()) await slices.rest();
      }
      textsRead++;
      units += text.length;
      if (store && pieces.total >= nextSave) {
        await save(false);
        nextSave = pieces.total + everyBytes;
      }
    }
  }
}

/** Passes over the texts that a checkpoint has counted. */
async function skip(
  corpus: Texts,
  texts: number,
  units: number,
  pause: () => Promise<void> | undefined,
): Promise<void> {
  let found = 0;
  while (corpus.count < texts) {
    const text = await corpus.next();
    if (text === undefined) break;
    found += text.length;
    await pause();
  }
  ensure(
    corpus.count === texts && found === units,
    "ERR_TRAINING",
    () =>
      `The checkpoint has counted ${texts} texts of ${units} UTF-16 units, but the corpus begins with ${corpus.count} of ` +
      `${found}: it is not the same corpus. Delete the checkpoint to train from the beginning`,
  );
}

function storeOf(checkpoint: TrainBpeOptions["checkpoint"]): CheckpointStore | undefined {
  if (checkpoint === undefined) return undefined;
  const { path, load, save } = (checkpoint ?? {}) as Partial<CheckpointStore & { path: string }>;
  if (typeof path === "string" && path !== "") return checkpointFile(path);
  ensure(
    typeof load === "function" && typeof save === "function",
    "ERR_ARGUMENT",
    () => "checkpoint must have a path, or the functions load and save",
  );
  return checkpoint as CheckpointStore;
}
