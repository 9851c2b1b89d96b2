// Which files of a repository a model needs, and no others: repositories often have the
// same weights several times over.

import { ModelError } from "./errors.js";

/** Small files that say what the weights are, and what text is to them. */
const BESIDE = [
  "config.json",
  "generation_config.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "chat_template.jinja",
  "chat_template.json",
];
/** Vocabularies, of which the first that is there is enough. */
const VOCABULARIES = ["tokenizer.json", "tokenizer.model", "tiktoken.model", "qwen.tiktoken"];
export const INDEX = "model.safetensors.index.json";
const SINGLES = ["model.safetensors", "model.ryan"];
const MODEL = /\.(?:gguf|ryan)$/i;
const SHARD = /^(.*)-\d{5}-of-(\d{5})\.gguf$/i;
const SHOWN = 20;

/** Files of Hugging Face's format but the weights, with the index of shards if there is one. */
export function describingFiles(names: readonly string[]): string[] {
  const vocabulary = VOCABULARIES.find((name) => names.includes(name));
  const wanted = [...BESIDE, INDEX, ...(vocabulary === undefined ? [] : [vocabulary])];
  return names.filter((name) => wanted.includes(name));
}

/**
 * The file or files of the weights: one GGUF file with all its parts, one of RyanFormat, or safetensors. Shards of the
 * latter are only known from the index.
 *
 * @param wanted  a path of a GGUF or RyanFormat file, or a part of its name
 * @throws ModelError `ERR_NOT_FOUND`, `ERR_AMBIGUOUS` where several such files could be meant
 */
export function weightFiles(
  names: readonly string[],
  repository: string,
  wanted?: string,
): string[] {
  if (wanted === undefined && names.includes(INDEX)) return [INDEX];
  const single = SINGLES.find((name) => names.includes(name));
  if (wanted === undefined && single !== undefined) return [single];
  const models = names.filter((name) => MODEL.test(name) && !isLaterPart(name)).sort();
  const found = wanted === undefined ? models : matching(models, wanted);
  const [only] = found;
  if (found.length === 1 && only !== undefined) return partsOf(only, names);
  const shown = (list: readonly string[]) =>
    list.slice(0, SHOWN).join(", ") + (list.length > SHOWN ? ", …" : "");
  if (found.length > 1) {
    throw new ModelError(
      "ERR_AMBIGUOUS",
      `${repository}: expected one model, found ${shown(found)}; choose with ${repository}:FILE`,
    );
  }
  const all = models.length === 0 ? "none" : shown(models);
  throw new ModelError(
    "ERR_NOT_FOUND",
    wanted === undefined
      ? `${repository}: expected ${SINGLES.join(", ")}, ${INDEX} or a GGUF file, found none of them among ${names.length} files`
      : `${repository}: expected a GGUF or RyanFormat file ${JSON.stringify(wanted)}, found ${all}`,
  );
}

/** Whether weights are those of Hugging Face's format. */
export const isHuggingFace = (weights: readonly string[]): boolean =>
  weights.some((name) => !/\.gguf$/i.test(name));

const isLaterPart = (name: string): boolean =>
  SHARD.test(name) && !/-00001-of-\d{5}\.gguf$/i.test(name);

/** By path, by file name, else by what the name has between its separators: `Q4_K_M` isn't in `IQ4_K_M`. */
function matching(models: readonly string[], wanted: string): string[] {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const last = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
  const exact = models.filter((name) => same(name, wanted));
  if (exact.length > 0) return exact;
  const named = models.filter((name) => same(last(name), wanted));
  if (named.length > 0) return named;
  const words = (name: string) => last(name).replace(SHARD, "$1").replace(MODEL, "").split(/[-.]/);
  return models.filter((name) => words(name).some((word) => same(word, wanted)));
}

/** All parts of a split GGUF file. */
function partsOf(first: string, names: readonly string[]): string[] {
  const [, stem, count] = SHARD.exec(first) ?? [];
  if (stem === undefined) return [first];
  return names
    .filter((name) => {
      const [, other, of] = SHARD.exec(name) ?? [];
      return other === stem && of === count;
    })
    .sort();
}
