// Our side of the benchmark, and the only file of it that knows our API.

import { readFile } from "node:fs/promises";
import * as api from "../src/index.js";
import type { Peer } from "./peers.js";
import type { VocabularyFiles } from "./vocabularies.js";

interface Stream {
  push(id: number): string;
  end(): string;
}

interface OurEncoding {
  readonly ids: Int32Array;
  /** Starts and ends in UTF-16 units, by turns or as pairs. */
  readonly offsets: ArrayLike<number> | readonly (readonly [number, number])[];
}

/** What the benchmark asks of us. */
export interface Ours {
  encodeIds(text: string): Int32Array;
  encode(text: string): OurEncoding;
  decode(ids: ArrayLike<number>): string;
  count(text: string): number;
  countUpTo(text: string, limit: number): number;
  truncate(text: string, limit: number): string;
  decodeStream(): Stream;
  compiled(): Uint8Array;
}

export interface OursWithNumbers {
  encode(text: string): { readonly numbers: ArrayLike<unknown> };
  encodeIds(text: string): Int32Array;
}

export interface Message {
  readonly role: string;
  readonly content: string;
}

interface Loader<T> {
  load(source: string | Uint8Array): Promise<T>;
}

type Api = {
  readonly Tokenizer?: Loader<Ours>;
  readonly MathTokenizer?: Loader<OursWithNumbers>;
  readonly ChatTemplate?: new (source: string) => { render(input: object): string };
};

function part<K extends keyof Api>(name: K): NonNullable<Api[K]> {
  const found = (api as unknown as Api)[name];
  if (found === undefined) throw new Error(`the package exports no ${name}`);
  return found as NonNullable<Api[K]>;
}

export function loadOurs(source: string | Uint8Array): Promise<Ours> {
  return part("Tokenizer").load(source);
}

export function loadMath(source: string): Promise<OursWithNumbers> {
  return part("MathTokenizer").load(source);
}

/** Starts and ends by turns. */
export function offsetsOf({ offsets }: OurEncoding): number[] {
  return (Array.from(offsets as ArrayLike<unknown>) as (number | [number, number])[]).flat();
}

/** The chat template of a tokenizer_config.json, ready to render. */
export async function loadChat(config: string): Promise<(input: object) => string> {
  const { chat_template } = JSON.parse(await readFile(config, "utf8")) as { chat_template: string };
  const template = new (part("ChatTemplate"))(chat_template);
  return (input) => template.render(input);
}

export async function oursAsPeer({ ours }: VocabularyFiles): Promise<Peer> {
  const tokenizer = await loadOurs(ours);
  return {
    encode: (text) => tokenizer.encodeIds(text),
    decode: (ids) => tokenizer.decode(ids),
    count: (text) => tokenizer.count(text),
  };
}
