// What a run reads: its tokenizer, and its data as token shards. Both are made once, from the recipe alone.

import { createHash } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openShards, type TokenShards, writeShards } from "@ryanstream/pipeline";
import { Tokenizer } from "@ryanstream/tokenizer";
import { copyFiles } from "../../files/copy-files.js";
import { TOKENIZER_FILES } from "../../files/tokenizer-files.js";
import { fillWhole } from "../../files/write-whole.js";
import { ensure } from "../errors.js";
import type { DataSource, Recipe } from "../recipe.js";
import { tokensOf } from "./documents.js";
import { trainTokenizer } from "./train-tokenizer.js";

export interface PrepareProgress {
  readonly phase: "tokenizer" | "data";
  /** Documents read, and of how many where that is known. */
  readonly documents: number;
  readonly total: number | undefined;
  readonly tokens: number;
}

export interface PrepareOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PrepareProgress) => void) | undefined;
}

export interface Prepared extends AsyncDisposable {
  readonly tokenizer: Tokenizer;
  /** Where its files are. */
  readonly tokenizerFolder: string;
  readonly shards: TokenShards;
}

const MADE_FROM = "made-from.json";

/**
 * Opens what a recipe reads, in the folder of a run; makes it where it isn't there yet.
 *
 * @throws TrainError `ERR_RUN` if the folder has the data of another recipe, `ERR_RECIPE` for an evaluation without a chat
 *   template; errors of tokenizer and pipeline
 */
export async function prepareData(
  folder: string,
  recipe: Recipe,
  { signal, onProgress }: PrepareOptions = {},
): Promise<Prepared> {
  const identity = await identityOf(recipe);
  const tokenizerFolder = join(folder, "tokenizer");
  if ((await stat(tokenizerFolder).catch(() => undefined)) === undefined) {
    onProgress?.({ phase: "tokenizer", documents: 0, total: undefined, tokens: 0 });
    await fillWhole(tokenizerFolder, async (partial) => {
      await makeTokenizer(partial, recipe, signal);
      await writeFile(join(partial, MADE_FROM), JSON.stringify({ identity }));
    });
  }
  const expectSame = (found: unknown, where: string) =>
    ensure(
      found === identity,
      "ERR_RUN",
      () =>
        `${where}: expected what this recipe's data and tokenizer give, found that of another recipe, or of files that have changed; remove it to make it again`,
    );
  expectSame(await madeFrom(tokenizerFolder), tokenizerFolder);
  const tokenizer = await Tokenizer.load(tokenizerFolder);
  ensure(
    recipe.evaluation === undefined || tokenizer.config.chatTemplate !== undefined,
    "ERR_RECIPE",
    () => "evaluation: expected a tokenizer with a chat template, found one without",
  );
  const data = join(folder, "data");
  if ((await stat(data).catch(() => undefined)) === undefined) {
    await writeShards(data, counted(recipe.data, tokenizer, signal, onProgress), {
      vocabularySize: tokenizer.size,
      tokenizer: identity,
      ...(signal === undefined ? {} : { signal }),
    });
  }
  const shards = await openShards(data);
  try {
    expectSame(shards.index.tokenizer, data);
  } catch (error) {
    await shards.dispose();
    throw error;
  }
  return {
    tokenizer,
    tokenizerFolder,
    shards,
    [Symbol.asyncDispose]: () => shards[Symbol.asyncDispose](),
  };
}

async function madeFrom(folder: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, MADE_FROM), "utf8")).identity;
  } catch {
    return undefined;
  }
}

async function makeTokenizer(folder: string, recipe: Recipe, signal: AbortSignal | undefined) {
  const { tokenizer, data } = recipe;
  if ("train" in tokenizer) return await trainTokenizer(folder, tokenizer.train, data, signal);
  const copied = await copyFiles(TOKENIZER_FILES, tokenizer.from, folder);
  ensure(
    copied > 0,
    "ERR_RECIPE",
    () => `tokenizer.from: expected files of a tokenizer in ${tokenizer.from}`,
  );
}

async function* counted(
  data: readonly DataSource[],
  tokenizer: Tokenizer,
  signal: AbortSignal | undefined,
  onProgress: PrepareOptions["onProgress"],
) {
  const total = data.every(({ type }) => type === "problems")
    ? data.reduce((sum, source) => sum + (source.type === "problems" ? source.count : 0), 0)
    : undefined;
  let [documents, tokens] = [0, 0];
  for await (const document of tokensOf(data, tokenizer, signal)) {
    yield document;
    documents++;
    tokens += document.tokens.length;
    if (documents % 256 === 0) onProgress?.({ phase: "data", documents, total, tokens });
  }
}

/** A hash of what decides the tokens: the recipe's part, and the sizes of the files that it names. */
async function identityOf({ data, tokenizer }: Recipe): Promise<string> {
  const files: unknown[] = [];
  for (const source of data) {
    if (source.type !== "problems") files.push((await stat(source.path)).size);
  }
  if ("from" in tokenizer) {
    for (const name of TOKENIZER_FILES) {
      const found = await readFile(join(tokenizer.from, name)).catch(() => undefined);
      if (found !== undefined) files.push(createHash("sha256").update(found).digest("hex"));
    }
  }
  const content = JSON.stringify([data, tokenizer, files]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
