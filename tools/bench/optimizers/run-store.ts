// Finished runs, a line each, so that none is run twice.

import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import type { RunKey, RunResult } from "./train.js";

interface Line {
  readonly key: RunKey;
  readonly result: Omit<RunResult, "loss"> & { readonly loss: number | null };
}

const textOf = (key: RunKey) =>
  JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)));

export class RunStore {
  /** Runs that weren't there before. */
  trained = 0;
  readonly #file: string;
  readonly #results = new Map<string, RunResult>();

  constructor(file: string) {
    this.#file = file;
    if (!existsSync(file)) return;
    const bytes = readFileSync(file);
    // A line that was being written when the process was killed has no end.
    const end = bytes.lastIndexOf(10) + 1;
    if (end < bytes.length) truncateSync(file, end);
    for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) {
      if (line === "") continue;
      const { key, result } = JSON.parse(line) as Line;
      this.#results.set(textOf(key), { ...result, loss: result.loss ?? Infinity });
    }
  }

  async run(key: RunKey, make: () => Promise<RunResult>): Promise<RunResult> {
    const known = this.#results.get(textOf(key));
    if (known !== undefined) return known;
    const result = await make();
    this.#results.set(textOf(key), result);
    appendFileSync(this.#file, `${JSON.stringify({ key, result })}\n`);
    this.trained += 1;
    return result;
  }
}
