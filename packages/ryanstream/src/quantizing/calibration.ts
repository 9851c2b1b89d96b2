// Sequences of tokens that show a quantiser what a model is for: some that it is fitted on, and others on which it is
// measured.

import { readLines, type TokenDocument } from "@ryanstream/pipeline";
import { problems } from "@ryanstream/problems";
import type { ChatMessage, Tokenizer } from "@ryanstream/tokenizer";
import { CliError } from "../cli/errors.js";
import { encodeConversation } from "../train/data/conversations.js";
import { conversationOf } from "../train/data/documents.js";

const MAX_LINE_BYTES = 2 ** 24;
/** Tokens of a sequence: longer texts are cut into such pieces. */
const LONGEST = 2048;

type Ids = TokenDocument["tokens"];

export interface CalibrationOptions {
  /** Lines of JSON with `text` or `messages`; `"problems"`: generated ones of the split `train`, with solutions. */
  readonly source: "problems" | { readonly path: string };
  /** Tokens to fit on, and to measure on, about: sequences are whole. */
  readonly calibrationTokens: number;
  readonly sensitivityTokens: number;
  /** Which problems. */
  readonly seed: number;
  /** Tokens of the longest sequence that the model was made for. */
  readonly maxPositions: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((tokens: number, wanted: number) => void) | undefined;
}

export interface Calibration {
  readonly calibration: readonly Int32Array[];
  readonly sensitivity: readonly Int32Array[];
}

/**
 * The first sequences of a source, each once. What is measured on comes after what is fitted on; of a source with fewer tokens than
 * wanted an eighth.
 *
 * @throws CliError `ERR_INPUT` for lines that can't be used, and fewer than two sequences
 */
export async function readCalibration(
  tokenizer: Tokenizer,
  options: CalibrationOptions,
): Promise<Calibration> {
  const { calibrationTokens, sensitivityTokens, maxPositions, onProgress } = options;
  const wanted = calibrationTokens + sensitivityTokens;
  const longest = Math.min(LONGEST, maxPositions);
  const sequences: Int32Array[] = [];
  const seen = new Set<string>();
  let tokens = 0;
  for await (const ids of encoded(tokenizer, options)) {
    for (let at = 0; at < ids.length && tokens < wanted; at += longest) {
      const piece = Int32Array.from(ids.subarray(at, at + longest));
      // What comes again would be fitted on and measured on.
      const key = piece.join();
      if (seen.has(key)) continue;
      seen.add(key);
      sequences.push(piece);
      tokens += piece.length;
    }
    onProgress?.(tokens, wanted);
    if (tokens >= wanted) break;
  }
  if (sequences.length < 2) {
    throw new CliError(
      "ERR_INPUT",
      `--calibration: expected at least two different texts of at least one token, found ${sequences.length}`,
    );
  }
  const most = tokens < wanted ? Math.floor(tokens / 8) : sensitivityTokens;
  let first = sequences.length - 1;
  let measured = (sequences[first] as Int32Array).length;
  while (first > 1 && measured < most) measured += (sequences[--first] as Int32Array).length;
  return { calibration: sequences.slice(0, first), sensitivity: sequences.slice(first) };
}

async function* encoded(
  tokenizer: Tokenizer,
  { source, seed, signal }: CalibrationOptions,
): AsyncGenerator<Ids> {
  if (source === "problems") {
    for (const problem of problems({ seed, split: "train", count: 2 ** 31 - 1 })) {
      signal?.throwIfAborted();
      const where = `problem ${problem.id}`;
      yield (await encodeConversation(conversationOf(problem), tokenizer, where)).tokens;
    }
    return;
  }
  let number = 0;
  for await (const line of readLines(source.path, { maxBytes: MAX_LINE_BYTES, signal })) {
    const where = `${source.path}:${++number}`;
    if (line.trim() !== "") yield await encodeLine(line, where, tokenizer);
  }
}

async function encodeLine(line: string, where: string, tokenizer: Tokenizer): Promise<Ids> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new CliError("ERR_INPUT", `${where}: ${(cause as Error).message}`, undefined, { cause });
  }
  const { text, messages } = (json ?? {}) as {
    readonly text?: unknown;
    readonly messages?: unknown;
  };
  if (typeof text === "string")
    return tokenizer.encodeIds(text, { truncation: false, padding: false });
  if (!isConversation(messages)) {
    throw new CliError(
      "ERR_INPUT",
      `${where}: expected text, or messages each with role and content`,
    );
  }
  if (messages.some(({ role }) => role === "assistant")) {
    return (await encodeConversation(messages, tokenizer, where)).tokens;
  }
  const whole = await tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true });
  return tokenizer.encodeIds(whole, { addSpecialTokens: false });
}

const isConversation = (messages: unknown): messages is ChatMessage[] =>
  Array.isArray(messages) &&
  messages.length > 0 &&
  messages.every((each) => typeof each?.role === "string" && typeof each.content === "string");
