// Hugging Face's tokenizer.json. The vocabulary and the merges, which are nearly all of
// it, go from the file's bytes into typed arrays; the rest is small and goes through
// JSON.parse. What is accepted and what it means is as in Hugging Face's tokenizers 0.23.

import type {
  AddedToken,
  Component,
  ModelDefinition,
  TokenizerDefinition,
  Vocabulary,
} from "../definition.js";
import { ensure, TokenizerError } from "../errors.js";
import { checkedComponent, optional, readAddedTokens } from "./fields.js";
import { JsonScanner } from "./json-scanner.js";
import type { ReadMerges } from "./merge-list.js";
import { readMerges } from "./merges.js";
import { readPlainIds } from "./plain-strings.js";
import { parseScore } from "./score.js";
import { encodeUtf8 } from "./utf8.js";
import { MAX_IDS, VocabularyBuilder } from "./vocabulary-builder.js";

/**
 * Reads a tokenizer.json.
 *
 * @param source the file's bytes (the fast way), or what JSON.parse made of them
 * @throws TokenizerError `ERR_FORMAT` with byte and JSON path where the file is damaged;
 * `ERR_UNSUPPORTED` where it asks for an unknown model or for dropout
 */
export function readTokenizerJson(source: Uint8Array | object): TokenizerDefinition {
  const scan = new JsonScanner(source instanceof Uint8Array ? source : stringified(source));
  const fields: Record<string, unknown> = {};
  let model: RawModel | undefined;
  scan.object("$", (key) => {
    if (key === "model") model = readModel(scan);
    else fields[key] = scan.value(`$.${key}`);
  });
  if (scan.peek() !== -1) scan.fail("the end of the file", "$");
  if (model === undefined) throw new TokenizerError("ERR_FORMAT", "expected $.model, found none");
  const version = fields["version"] ?? "1.0";
  ensure(
    version === "1.0",
    "ERR_UNSUPPORTED",
    () => `expected version "1.0", found ${JSON.stringify(version)} at $.version`,
  );
  const added = readAddedTokens(fields["added_tokens"], "$.added_tokens");
  return {
    model: finishModel(model),
    addedTokens: withModelIds(added, model),
    normalizer: component("normalizer"),
    preTokenizer: component("pre_tokenizer"),
    postProcessor: component("post_processor"),
    decoder: component("decoder"),
    truncation: component("truncation", "Truncation"),
    padding: component("padding", "Padding"),
  };

  // Truncation and padding have no type in the file: there is only one of each.
  function component(key: string, type?: string): Component | undefined {
    return checkedComponent(fields[key], `$.${key}`, type);
  }
}

interface RawModel {
  readonly fields: Record<string, unknown>;
  readonly contents: VocabularyBuilder;
  vocabulary: Vocabulary | undefined;
  /** Log probabilities, where the vocabulary is a list. */
  scores: Float64Array | undefined;
  merges: ReadMerges | undefined;
}

function readModel(scan: JsonScanner): RawModel {
  // No content is longer than its JSON, so that nothing need be checked while writing; what the
  // vocabulary leaves free is room for the merges.
  const contents = new VocabularyBuilder(scan.end - scan.at);
  const fields: Record<string, unknown> = {};
  const model: RawModel = {
    fields,
    contents,
    vocabulary: undefined,
    scores: undefined,
    merges: undefined,
  };
  let mergesAt = -1;
  const merges = () => {
    const prefix = optional(fields, PREFIX, "string", "$.model") ?? "";
    const vocabulary = model.vocabulary as Vocabulary;
    model.merges = readMerges(scan, contents, vocabulary, encodeUtf8(prefix).length);
  };
  scan.object("$.model", (key) => {
    if (key === "vocab") {
      ensure(!model.vocabulary, "ERR_FORMAT", () => "expected one $.model.vocab, found two");
      if (scan.peek() === 0x5b) model.scores = readScored(scan, contents);
      else readIds(scan, contents);
      contents.index();
      model.vocabulary = contents.finish("utf8", "$.model.vocab", model.scores !== undefined);
    } else if (key !== "merges") {
      fields[key] = scan.value(`$.model.${key}`);
    } else if (model.vocabulary && PREFIX in fields) {
      merges();
    } else {
      scan.peek();
      mergesAt = scan.at;
      scan.skip("$.model.merges");
    }
  });
  if (mergesAt >= 0 && model.vocabulary && !model.scores) {
    const { at } = scan;
    scan.at = mergesAt;
    merges();
    scan.at = at;
  }
  return model;
}

const PREFIX = "continuing_subword_prefix";

function readIds(scan: JsonScanner, contents: VocabularyBuilder): void {
  const path = "$.model.vocab";
  scan.expect(0x7b, path);
  for (let first = true; scan.more(first, 0x7d, path); first = false) {
    const end = scan.string(contents.bytes, contents.length, path);
    scan.expect(0x3a, path);
    const id = scan.integer(MAX_IDS - 1, path);
    contents.add(end, id, contents.hash(contents.bytes, contents.length, end));
    const { bytes: out, length, records, basis } = contents;
    const state = { out, length, records, filled: contents.count * 4, basis };
    scan.at = readPlainIds(scan.bytes, scan.at, state);
    contents.length = state.length;
    contents.count = state.filled / 4;
  }
}

function readScored(scan: JsonScanner, vocabulary: VocabularyBuilder): Float64Array {
  const path = "$.model.vocab";
  const scores: number[] = [];
  scan.expect(0x5b, path);
  for (let first = true; scan.more(first, 0x5d, path); first = false) {
    scan.expect(0x5b, path);
    const end = scan.string(vocabulary.bytes, vocabulary.length, path);
    scan.expect(0x2c, path);
    const score = parseScore(scan.number(path));
    if (!Number.isFinite(score)) scan.fail("a finite score before here", path);
    scan.expect(0x5d, path);
    if (scores.length === MAX_IDS) scan.fail(`at most ${MAX_IDS} tokens`, path);
    vocabulary.add(end, scores.length, vocabulary.hash(vocabulary.bytes, vocabulary.length, end));
    scores.push(score);
  }
  return Float64Array.from(scores);
}

function finishModel(raw: RawModel): ModelDefinition {
  const { fields } = raw;
  const path = "$.model";
  const text = (key: string) => optional(fields, key, "string", path);
  const flag = (key: string) => optional(fields, key, "boolean", path) ?? false;
  const required = (key: string): string =>
    text(key) ?? fail(`a ${typeOf(raw)} model with "${key}"`, `none at ${path}.${key}`);
  const type = typeOf(raw);
  const vocabulary = raw.vocabulary ?? fail("a vocabulary", `none at ${path}.vocab`);
  if ((type === "Unigram") !== (raw.scores !== undefined)) {
    fail(`${path}.vocab to fit a ${type} model`, raw.scores ? "a list" : "an object");
  }
  switch (type) {
    case "BPE": {
      const dropout = optional(fields, "dropout", "number", path) ?? 0;
      ensure(
        dropout === 0,
        "ERR_UNSUPPORTED",
        () => `expected no dropout, since it makes ids random; found ${dropout} at ${path}.dropout`,
      );
      return {
        type,
        vocabulary,
        ...(raw.merges ?? fail("merges of a BPE model", `none at ${path}.merges`)),
        unkToken: text("unk_token"),
        continuingSubwordPrefix: text("continuing_subword_prefix"),
        endOfWordSuffix: text("end_of_word_suffix"),
        fuseUnk: flag("fuse_unk"),
        byteFallback: flag("byte_fallback"),
        ignoreMerges: flag("ignore_merges"),
      };
    }
    case "Unigram": {
      const unkId = optional(fields, "unk_id", "number", path);
      if (
        unkId !== undefined &&
        !(Number.isInteger(unkId) && unkId >= 0 && unkId < vocabulary.size)
      ) {
        fail(`an id below ${vocabulary.size} at ${path}.unk_id`, String(unkId));
      }
      const scores = raw.scores as Float64Array;
      return { type, vocabulary, scores, unkId, byteFallback: flag("byte_fallback") };
    }
    case "WordPiece": {
      const limit = optional(fields, "max_input_chars_per_word", "number", path) ?? 100;
      ensure(
        Number.isSafeInteger(limit) && limit >= 0,
        "ERR_FORMAT",
        () => `expected a count at ${path}.max_input_chars_per_word, found ${limit}`,
      );
      return {
        type,
        vocabulary,
        unkToken: required("unk_token"),
        continuingSubwordPrefix: required("continuing_subword_prefix"),
        maxInputCharsPerWord: limit,
      };
    }
    case "WordLevel":
      return { type, vocabulary, unkToken: required("unk_token") };
  }
}

/** The model's type; old files don't say it, so that it follows from what they have. */
function typeOf({ fields, merges, scores }: RawModel): ModelDefinition["type"] {
  const type = fields["type"];
  if (type === undefined) {
    if (merges) return "BPE";
    if (scores) return "Unigram";
    return "max_input_chars_per_word" in fields ? "WordPiece" : "WordLevel";
  }
  if (type === "BPE" || type === "Unigram" || type === "WordPiece" || type === "WordLevel") {
    return type;
  }
  throw new TokenizerError(
    "ERR_UNSUPPORTED",
    `expected BPE, Unigram, WordPiece or WordLevel at $.model.type, found ${JSON.stringify(type)}`,
  );
}

/**
 * Added tokens with the ids that they get: a token of the model keeps the model's id, and others
 * are numbered after the vocabulary in the order of the file, whatever it says.
 */
function withModelIds(tokens: readonly AddedToken[], { contents, scores }: RawModel): AddedToken[] {
  const size = scores?.length ?? contents.distinct;
  const byContent = new Map<string, AddedToken>();
  let next = size;
  for (const token of tokens) {
    if (token.content === "") continue;
    let id = byContent.get(token.content)?.id ?? contents.find(encodeUtf8(token.content));
    if (id < 0) id = next;
    if (id >= next) next = id + 1;
    byContent.set(token.content, { ...token, id });
  }
  return [...byContent.values()];
}

function stringified(source: object): Uint8Array {
  try {
    return encodeUtf8(JSON.stringify(source));
  } catch (cause) {
    throw new TokenizerError(
      "ERR_FORMAT",
      "expected a parsed tokenizer.json, found what JSON can't hold",
      { cause },
    );
  }
}

function fail(expected: string, found: string): never {
  throw new TokenizerError("ERR_FORMAT", `expected ${expected}, found ${found}`);
}
