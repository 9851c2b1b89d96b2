// The public way to train a vocabulary.

import type { TokenizerDefinition } from "../definition.js";
import { compilePattern } from "../pattern/pattern.js";
import type { TrainBpeOptions } from "./options.js";
import { trainWith } from "./trainer.js";

/**
 * Learns a vocabulary for byte-level BPE from texts, with the merges that Hugging Face's
 * BpeTrainer finds from the same pieces. The same texts give the same vocabulary, whatever
 * they come from; a text is never joined to the next.
 *
 * It works on the caller's thread in slices of about 20 ms, and lets other work run
 * between them. Memory grows with the distinct pieces of the corpus (about 40 bytes for each
 * byte of them), not with the corpus. With a checkpoint a run that was killed goes on where its
 * counting was; the merges are made again, and come out the same.
 *
 * @throws TokenizerError `ERR_ARGUMENT` for options that make no sense, `ERR_TRAINING` for a
 * corpus or checkpoint that can't be used, `ERR_PATTERN` for a bad `pattern`, `ERR_LIMIT` for
 * distinct pieces of more than 512 MiB, `ERR_LOAD` when a checkpoint file can't be read or written; the reason
 * of `signal` when that is aborted.
 */
export function trainBpe(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainBpeOptions,
): Promise<TokenizerDefinition> {
  return trainWith(texts, options, compilePattern);
}
