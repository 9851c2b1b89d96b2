// The reference tokenizers of Python as a process that is asked for whole batches; see
// tools/golden/tokenizer-oracle.py.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { VocabularyFiles } from "./vocabularies.js";

export type Library = "tokenizers" | "tiktoken" | "sentencepiece";

/** What it says about a text; offsets are code points, start and end by turns. */
export interface Said {
  readonly ids: readonly number[];
  readonly decoded: string;
  readonly offsets?: readonly number[];
  readonly error?: string;
}

export class PythonOracle {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcessByStdio<Writable, Readable, null>) {
    this.#process = process;
    this.#lines = createInterface(process.stdout)[Symbol.asyncIterator]();
  }

  static async start(
    python: string,
    library: Library,
    files: VocabularyFiles,
  ): Promise<PythonOracle & { readonly title: string }> {
    const script = new URL("../../../tools/golden/tokenizer-oracle.py", import.meta.url);
    const path = files[library === "tokenizers" ? "json" : library];
    if (path === undefined) throw new Error(`${library} reads no file of ${files.name}`);
    const args = [fileURLToPath(script), library, path];
    if (library === "tiktoken") args.push(`${files.name}_base`);
    const process = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
    const oracle = new PythonOracle(process);
    const { version } = (await oracle.#next()) as { version: string };
    return Object.assign(oracle, { title: `${library} ${version}` });
  }

  async ask(texts: readonly string[]): Promise<Said[]> {
    this.#process.stdin.write(`${JSON.stringify(texts)}\n`);
    return (await this.#next()) as Said[];
  }

  stop(): void {
    this.#process.stdin.end();
  }

  async #next(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the oracle ended; its error is above");
    return JSON.parse(value);
  }
}
