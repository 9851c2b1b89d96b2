// tiktoken's rank files: a token in base64 and its rank on each line. The pattern and the
// special tokens aren't in the file; those of known encodings are here. From
// tiktoken_ext/openai_public.py, Meta's llama3 tokenizer.py, Qwen's tokenization_qwen.py.

import type { AddedToken, Component, TokenizerDefinition } from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";
import { GPT2, gpt4, gpt4o, KIMI } from "./patterns.js";
import { MAX_IDS, VocabularyBuilder } from "./vocabulary-builder.js";

export interface TiktokenSettings {
  /** The regular expression that cuts text into pieces. */
  readonly pattern: string;
  /** Special tokens and their ids. */
  readonly specialTokens?: Readonly<Record<string, number>> | undefined;
  readonly normalizer?: Component | undefined;
}

export type TiktokenName =
  | "gpt2"
  | "r50k_base"
  | "p50k_base"
  | "p50k_edit"
  | "cl100k_base"
  | "o200k_base"
  | "o200k_harmony"
  | "llama3"
  | "llama4"
  | "qwen"
  | "kimi";

const numbered = (names: readonly string[], first: number): Record<string, number> =>
  Object.fromEntries(names.map((name, i) => [name, first + i]));

const reserved = (from: number, to: number, name: (i: number) => string): string[] =>
  Array.from({ length: to - from }, (_, i) => name(from + i));

const END = "<|endoftext|>";
const FIM = ["<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"];
const O200K = { [END]: 199999, "<|endofprompt|>": 200018 };
const llamaReserved = (i: number) => `<|reserved_special_token_${i}|>`;

/** What the file leaves out, by the encoding's name. */
export function tiktokenSettings(name: TiktokenName): TiktokenSettings {
  switch (name) {
    case "gpt2":
    case "r50k_base":
    case "p50k_base":
      return { pattern: GPT2, specialTokens: { [END]: 50256 } };
    case "p50k_edit":
      return { pattern: GPT2, specialTokens: { [END]: 50256, ...numbered(FIM, 50281) } };
    case "cl100k_base": {
      const specialTokens = { ...numbered([END, ...FIM], 100257), "<|endofprompt|>": 100276 };
      return { pattern: gpt4("\\p{N}{1,3}"), specialTokens };
    }
    case "o200k_base":
      return { pattern: gpt4o("\\p{N}{1,3}"), specialTokens: O200K };
    case "o200k_harmony": {
      const other = (i: number) => `<|reserved_${i}|>`;
      const specialTokens = {
        ...O200K,
        ...numbered(reserved(200000, 201088, other), 200000),
        "<|startoftext|>": 199998,
        "<|return|>": 200002,
        "<|constrain|>": 200003,
        ...numbered(["<|channel|>", "<|start|>", "<|end|>", "<|message|>"], 200005),
        "<|call|>": 200012,
      };
      for (const id of [200002, 200003, 200005, 200006, 200007, 200008, 200012]) {
        delete (specialTokens as Record<string, number>)[other(id)];
      }
      return { pattern: gpt4o("\\p{N}{1,3}"), specialTokens };
    }
    case "llama3": {
      // Later versions give names to some of the reserved ones.
      const names = ["<|begin_of_text|>", "<|end_of_text|>", ...reserved(0, 4, llamaReserved)];
      names.push("<|start_header_id|>", "<|end_header_id|>", llamaReserved(4), "<|eot_id|>");
      names.push(...reserved(5, 251, llamaReserved));
      return { pattern: gpt4("\\p{N}{1,3}"), specialTokens: numbered(names, 128000) };
    }
    case "llama4":
      // Its special tokens are in tokenizer_config.json.
      return { pattern: gpt4o("\\p{N}{1,3}") };
    case "qwen": {
      const names = [END, "<|im_start|>", "<|im_end|>"];
      names.push(...reserved(0, 205, (i) => `<|extra_${i}|>`));
      const specialTokens = numbered(names, 151643);
      return { pattern: gpt4("\\p{N}"), specialTokens, normalizer: { type: "NFC" } };
    }
    case "kimi":
      // Its special tokens are in tokenizer_config.json.
      return { pattern: KIMI };
    default:
      throw new TokenizerError(
        "ERR_UNSUPPORTED",
        `expected the name of a known encoding or a pattern, found ${JSON.stringify(name)}`,
      );
  }
}

/**
 * Reads a rank file (`cl100k_base.tiktoken`, Llama 3's `tokenizer.model`).
 *
 * @param settings a known encoding's name, or the pattern and special tokens
 * @throws TokenizerError `ERR_FORMAT` with the line where the file is damaged
 */
export function readTiktoken(
  file: Uint8Array,
  settings: TiktokenName | TiktokenSettings,
): TokenizerDefinition {
  const { pattern, specialTokens, normalizer } =
    typeof settings === "string" ? tiktokenSettings(settings) : settings;
  const contents = readRanks(file);
  const vocabulary = contents.finish("bytes", "the rank file");
  checkBytes(contents);
  const addedTokens = Object.entries(specialTokens ?? {}).map(([content, id]): AddedToken => {
    ensure(
      Number.isInteger(id) && id >= 0 && id < MAX_IDS,
      "ERR_ARGUMENT",
      () => `expected an id for special token ${JSON.stringify(content)}, found ${id}`,
    );
    const flags = { singleWord: false, lstrip: false, rstrip: false, normalized: false };
    return { id, content, ...flags, special: true };
  });
  return {
    // A piece that is a token is taken whole, and otherwise what ranks lowest is merged first.
    model: { type: "BPE", vocabulary, ignoreMerges: true },
    addedTokens,
    normalizer,
    preTokenizer: {
      type: "Split",
      pattern: { Regex: pattern },
      behavior: "Isolated",
      invert: false,
    },
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
  };
}

const DIGITS = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  DIGITS[alphabet.charCodeAt(i)] = i;
}

function readRanks(file: Uint8Array): VocabularyBuilder {
  const contents = new VocabularyBuilder(file.length);
  const out = contents.bytes;
  let line = 1;
  const fail = (expected: string, at: number): never => {
    throw new TokenizerError(
      "ERR_FORMAT",
      `expected ${expected} in line ${line} of a rank file, at byte ${at}`,
    );
  };
  for (let at = 0; at < file.length; line++) {
    let to = contents.length;
    let bits = 0;
    let held = 0;
    const start = at;
    for (;;) {
      const digit = DIGITS[file[at] as number];
      if (digit === undefined || digit < 0) break;
      bits = ((bits << 6) | digit) & 0xfff;
      held += 6;
      at++;
      if (held >= 8) {
        held -= 8;
        out[to++] = bits >> held;
      }
    }
    const digits = at - start;
    while (file[at] === 0x3d) at++;
    if (at > start) {
      // Padding to a multiple of four, and nothing in the bits that it stands for.
      const whole = (at - start) % 4 === 0 && at - start - digits === (4 - (digits % 4)) % 4;
      if (!whole || digits % 4 === 1 || (bits & ((1 << held) - 1)) !== 0) fail("base64", start);
      if (file[at] !== 0x20) fail("a space after the token", at);
      const first = ++at;
      let rank = 0;
      while ((file[at] as number) >= 0x30 && (file[at] as number) <= 0x39 && rank < MAX_IDS) {
        rank = rank * 10 + (file[at++] as number) - 0x30;
      }
      if (at === first || rank >= MAX_IDS) fail(`a rank below ${MAX_IDS}`, first);
      contents.add(to, rank, contents.hash(out, contents.length, to));
    }
    if (file[at] === 0x0d) at++;
    if (at < file.length && file[at++] !== 0x0a) fail("the end", at - 1);
  }
  if (contents.count === 0) fail("a token", 0);
  contents.index();
  if (contents.distinct < contents.count) fail("each token once", file.length);
  return contents;
}

/** Every byte must be a token: a text that has one which isn't couldn't be encoded. */
function checkBytes(contents: VocabularyBuilder): void {
  const byte = new Uint8Array(1);
  const missing: string[] = [];
  for (let value = 0; value < 256; value++) {
    byte[0] = value;
    if (contents.find(byte, 0, 1) >= 0) continue;
    missing.push(`0x${value.toString(16).padStart(2, "0")}`);
  }
  if (missing.length === 0) return;
  const shown = missing.slice(0, 8).join(", ");
  throw new TokenizerError(
    "ERR_FORMAT",
    `expected a token for each of the 256 bytes in a rank file, found none for ${shown}` +
      (missing.length > 8 ? ` and ${missing.length - 8} more` : ""),
  );
}

/** Names under which published rank files are known. */
const FILES: Readonly<Record<string, TiktokenName>> = {
  "cl100k_base.tiktoken": "cl100k_base",
  "o200k_base.tiktoken": "o200k_base",
  "p50k_base.tiktoken": "p50k_base",
  "r50k_base.tiktoken": "r50k_base",
  "qwen.tiktoken": "qwen",
};

/** A rank file whose encoding is given, or told by the name of the file. */
export function readRankFile(
  file: Uint8Array,
  settings: TiktokenName | TiktokenSettings | undefined,
  path: string,
): TokenizerDefinition {
  const name = path.split(/[\\/]/).at(-1) ?? "";
  const encoding = settings ?? FILES[name];
  ensure(
    encoding !== undefined,
    "ERR_ARGUMENT",
    () =>
      `expected options.tiktoken to say which encoding the rank file ${JSON.stringify(name)} is: ` +
      "its name (cl100k_base, o200k_base, llama3, ...), or its pattern and special tokens",
  );
  return readTiktoken(file, encoding);
}
