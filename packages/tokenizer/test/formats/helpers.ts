// What the tests of file formats share.

import type { TokenizerDefinition, Vocabulary } from "../../src/definition.js";
import { TokenizerError, type TokenizerErrorCode } from "../../src/errors.js";

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function contents({ size, bytes, starts, ends }: Vocabulary): string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return Array.from({ length: size }, (_, id) =>
    decoder.decode(bytes.subarray(starts[id], ends[id])),
  );
}

/** Merges as pairs of contents. */
export function merges({ model }: TokenizerDefinition): [string, string][] {
  if (model.type !== "BPE" || !model.merges) return [];
  const texts = contents(model.vocabulary);
  const pairs: [string, string][] = [];
  for (let i = 0; i < model.merges.length; i += 2) {
    pairs.push([texts[model.merges[i] ?? -1] ?? "", texts[model.merges[i + 1] ?? -1] ?? ""]);
  }
  return pairs;
}

/** The error that `run` throws, which must be a TokenizerError. */
export function thrown(run: () => unknown): TokenizerError | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof TokenizerError) return error;
    throw error;
  }
  return undefined;
}

export const code = (run: () => unknown): TokenizerErrorCode | undefined => thrown(run)?.code;

/** A tokenizer.json as an object; fields replace those of a small BPE tokenizer. */
export function small(model: object = {}, fields: object = {}): Record<string, unknown> {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"], ...model },
    ...fields,
  };
}

export const added = (id: number, content: string, flags: object = {}): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...flags,
});

/** Encodes in the plainest way; only what SentencePiece's small test models need. */
export function plainEncode(definition: TokenizerDefinition, text: string): number[] {
  const normalized = normalize(definition, text);
  const split = definition.preTokenizer?.["pattern"] as { Regex: string } | undefined;
  if (!split) return encodePiece(definition, normalized);
  const pieces = normalized
    .split(new RegExp(`(${split.Regex})`, "u"))
    .filter((piece) => piece !== "");
  return pieces.flatMap((piece) => encodePiece(definition, piece));
}

function encodePiece(definition: TokenizerDefinition, normalized: string): number[] {
  const { model } = definition;
  const ids = new Map(contents(model.vocabulary).map((content, id) => [content, id]));
  if (model.type === "Unigram") return viterbi(ids, model.scores, model.unkId ?? 0, normalized);
  if (model.type !== "BPE") throw new Error("not needed");
  const whole = ids.get(normalized);
  if (model.ignoreMerges && whole !== undefined) return [whole];
  const ranks = new Map<string, number>();
  for (const [i, pair] of merges(definition).entries()) ranks.set(pair.join("\0"), i);
  const parts = [...normalized];
  for (;;) {
    let best = -1;
    let rank = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < parts.length; i++) {
      const found = ranks.get(`${parts[i]}\0${parts[i + 1]}`);
      if (found !== undefined && found < rank) [best, rank] = [i, found];
    }
    if (best < 0) break;
    parts.splice(best, 2, `${parts[best]}${parts[best + 1]}`);
  }
  const out: number[] = [];
  let unknown = false;
  for (const part of parts) {
    const id = ids.get(part);
    if (id !== undefined) out.push(id);
    else if (model.byteFallback) {
      for (const byte of utf8(part)) {
        out.push(ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`) ?? -1);
      }
    } else if (!unknown) out.push(ids.get(model.unkToken ?? "") ?? -1);
    unknown = id === undefined;
  }
  return out;
}

function normalize({ normalizer }: TokenizerDefinition, text: string): string {
  let out = text;
  for (const step of (normalizer?.["normalizers"] ?? []) as Record<string, unknown>[]) {
    if (step["type"] === "Prepend") out = out && `${String(step["prepend"])}${out}`;
    else {
      const pattern = step["pattern"] as { Regex?: string; String?: string };
      const find =
        pattern.Regex === undefined ? String(pattern.String) : new RegExp(pattern.Regex, "gu");
      out = out.replaceAll(find, String(step["content"]));
    }
  }
  return out;
}

function viterbi(
  ids: ReadonlyMap<string, number>,
  scores: Float64Array,
  unk: number,
  text: string,
): number[] {
  const letters = [...text];
  const low = Math.min(...scores) - 10;
  const best: { score: number; from: number; id: number }[] = [{ score: 0, from: 0, id: -1 }];
  for (let end = 1; end <= letters.length; end++) {
    let top = { score: Number.NEGATIVE_INFINITY, from: 0, id: -1 };
    for (let from = Math.max(0, end - 20); from < end; from++) {
      const id = ids.get(letters.slice(from, end).join(""));
      if (id === undefined && from < end - 1) continue;
      const score = (best[from]?.score ?? 0) + (id === undefined ? low : (scores[id] ?? 0));
      if (score > top.score) top = { score, from, id: id ?? unk };
    }
    best[end] = top;
  }
  const out: number[] = [];
  for (let at = letters.length; at > 0; at = best[at]?.from ?? 0) {
    const id = best[at]?.id ?? unk;
    if (id !== unk || out.at(-1) !== unk) out.push(id);
  }
  return out.reverse();
}

/** Lines of a rank file for all bytes, from rank 1000 on, except those whose base64 is given. */
export const byteLines = (except: readonly string[] = []): string =>
  Array.from({ length: 256 }, (_, byte) => Buffer.of(byte).toString("base64"))
    .filter((base64) => !except.includes(base64))
    .map((base64, i) => `${base64} ${1000 + i}\n`)
    .join("");
