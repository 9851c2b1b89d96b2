// `index.json` of a set of shards. It may come from anywhere, so nothing of it is used
// before all of it was checked.

import { describe } from "../check.js";
import { PipelineError } from "../errors.js";
import {
  MAX_DOCUMENT,
  MAX_DOCUMENTS,
  MAX_SHARD_TOKENS,
  MAX_SHARDS,
  MAX_VOCABULARY,
} from "../limits.js";
import { shardLayout, shardName } from "./shard-layout.js";

/** Bytes of a token in a shard file. */
export type TokenBytes = 2 | 4;

export interface ShardEntry {
  readonly file: string;
  readonly tokens: number;
  readonly documents: number;
  /** Stretches of tokens with loss, of documents that don't have it everywhere. */
  readonly runs: number;
  readonly bytes: number;
  /** SHA-256 of the file, in lower-case hexadecimal. */
  readonly sha256: string;
}

export interface ShardIndex {
  readonly format: "ryanstream-token-shards";
  readonly version: 1;
  readonly vocabularySize: number;
  readonly tokenBytes: TokenBytes;
  /** Whatever names the tokenizer that made the ids. */
  readonly tokenizer: string;
  readonly tokens: number;
  readonly documents: number;
  readonly shards: readonly ShardEntry[];
}

export const FORMAT = "ryanstream-token-shards";
export const INDEX_FILE = "index.json";

/** Two bytes hold every id of a vocabulary of at most 65,536. */
export const tokenBytesOf = (vocabularySize: number): TokenBytes =>
  vocabularySize <= 65536 ? 2 : 4;

/**
 * An index from its text.
 * @throws PipelineError `ERR_FORMAT` that names the file and the field.
 */
export function parseIndex(source: string, file: string): ShardIndex {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw new PipelineError("ERR_FORMAT", `${file}: expected JSON, found ${describe(source)}`, {
      cause,
    });
  }
  const root = new Fields(value, file, "");
  root.equal("format", FORMAT);
  root.equal("version", 1);
  const vocabularySize = root.integer("vocabularySize", 1, MAX_VOCABULARY);
  const tokenBytes = tokenBytesOf(vocabularySize);
  root.equal("tokenBytes", tokenBytes);
  const tokenizer = root.string("tokenizer", /^/);
  const shards = root.array("shards", MAX_SHARDS).map((entry, shard) => {
    return parseEntry(new Fields(entry, file, `shards[${shard}].`), shard, tokenBytes);
  });
  const sum = (field: "tokens" | "documents") =>
    shards.reduce((total, entry) => total + entry[field], 0);
  const documents = root.integer("documents", 0, MAX_DOCUMENTS);
  root.equal("documents", sum("documents"));
  const tokens = sum("tokens");
  root.equal("tokens", tokens);
  return {
    format: FORMAT,
    version: 1,
    vocabularySize,
    tokenBytes,
    tokenizer,
    tokens,
    documents,
    shards,
  };
}

function parseEntry(fields: Fields, shard: number, tokenBytes: TokenBytes): ShardEntry {
  const file = shardName(shard);
  fields.equal("file", file);
  const tokens = fields.integer("tokens", 0, MAX_SHARD_TOKENS + MAX_DOCUMENT);
  const documents = fields.integer("documents", 0, MAX_DOCUMENTS);
  const runs = fields.integer("runs", 0, tokens + documents);
  const bytes = shardLayout({ tokens, documents, runs }, tokenBytes).bytes;
  fields.equal("bytes", bytes);
  const sha256 = fields.string("sha256", /^[0-9a-f]{64}$/);
  return { file, tokens, documents, runs, bytes, sha256 };
}

class Fields {
  readonly #values: Record<string, unknown>;
  constructor(
    value: unknown,
    readonly file: string,
    readonly place: string,
  ) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.#fault("", "an object", value);
    }
    this.#values = value as Record<string, unknown>;
  }

  equal(name: string, expected: string | number): void {
    const value = this.#get(name);
    if (value !== expected) throw this.#fault(name, describe(expected), value);
  }

  integer(name: string, least: number, most: number): number {
    const value = this.#get(name);
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) {
      return value as number;
    }
    throw this.#fault(name, `an integer from ${least} to ${most}`, value);
  }

  string(name: string, pattern: RegExp): string {
    const value = this.#get(name);
    if (typeof value === "string" && pattern.test(value)) return value;
    throw this.#fault(name, `a string like ${pattern.source}`, value);
  }

  array(name: string, most: number): unknown[] {
    const value = this.#get(name);
    if (Array.isArray(value) && value.length <= most) return value;
    throw this.#fault(name, `an array of at most ${most}`, value);
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  #fault(name: string, expected: string, found: unknown): PipelineError {
    const where = `${this.place}${name}`.replace(/\.$/, "") || "the whole";
    return new PipelineError(
      "ERR_FORMAT",
      `${this.file}: ${where}: expected ${expected}, found ${describe(found)}`,
    );
  }
}
