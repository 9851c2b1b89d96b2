// What is trained on, as bytes: generated problems, or a text.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { problems, type Split } from "@ryanstream/problems";
import { hashed } from "../../golden/weights.js";

export interface Corpus {
  readonly train: Uint8Array;
  readonly heldOut: Uint8Array;
}

export interface CorpusOptions {
  /** A file, of JSON Lines with questions and answers or of plain text. */
  readonly text: string | undefined;
  /** Of a run. */
  readonly tokens: number;
}

/** Ids of tokens. */
export const vocabulary = 256;

const heldOutBytes = 2 ** 18;

export function loadCorpus(
  kind: "problems" | "text",
  { text, tokens }: CorpusOptions,
): Corpus | { readonly why: string } {
  if (kind === "problems") {
    return { train: problemBytes("train", tokens), heldOut: problemBytes("dev", heldOutBytes) };
  }
  const data = process.env["RYANSTREAM_TOKENIZER_DATA"];
  const file = text ?? (data === undefined ? undefined : join(data, "gsm8k", "train.jsonl"));
  if (file === undefined || !existsSync(file)) {
    return { why: "no text: name one by --text, or RYANSTREAM_TOKENIZER_DATA" };
  }
  const bytes = file.endsWith(".jsonl") ? linesOf(file) : new Uint8Array(readFileSync(file));
  const held = Math.min(heldOutBytes, Math.floor(bytes.length / 10));
  return { train: bytes.subarray(held), heldOut: bytes.subarray(0, held) };
}

function problemBytes(split: Split, least: number): Uint8Array {
  const parts: string[] = [];
  let length = 0;
  for (const { question, solution } of problems({ seed: 1, split })) {
    const text = `${question}\n${solution.join("\n")}\n\n`;
    parts.push(text);
    length += text.length;
    if (length >= least) break;
  }
  return new TextEncoder().encode(parts.join(""));
}

function linesOf(file: string): Uint8Array {
  const documents = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { question, answer } = JSON.parse(line) as { question: string; answer: string };
      return `${question}\n${answer}\n\n`;
    });
  return new TextEncoder().encode(documents.join(""));
}

/** Windows of a corpus and what follows each of their bytes: a function of the name alone. */
export function windows(
  bytes: Uint8Array,
  name: string,
  { batch, time }: { readonly batch: number; readonly time: number },
): { tokens: Int32Array; targets: Int32Array } {
  const places = hashed(name, batch, 0.5);
  const tokens = new Int32Array(batch * time);
  const targets = new Int32Array(batch * time);
  for (let row = 0; row < batch; row++) {
    const start = Math.floor(((places[row] as number) + 0.5) * (bytes.length - time - 1));
    tokens.set(bytes.subarray(start, start + time), row * time);
    targets.set(bytes.subarray(start + 1, start + time + 1), row * time);
  }
  return { tokens, targets };
}
