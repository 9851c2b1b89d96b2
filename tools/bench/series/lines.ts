// Finished measurements, a line each, so that none is made twice.

import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";

export class Lines<Result> {
  readonly #file: string;
  readonly #known = new Map<string, Result>();

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) return;
    const bytes = readFileSync(file);
    // A line that was being written when the process was killed has no end.
    const end = bytes.lastIndexOf(10) + 1;
    if (end < bytes.length) truncateSync(file, end);
    for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) {
      if (line === "") continue;
      const { key, result } = JSON.parse(line) as { key: unknown; result: Result };
      this.#known.set(JSON.stringify(key), result);
    }
  }

  get(key: object): Result | undefined {
    return this.#known.get(JSON.stringify(key));
  }

  async make(key: object, make: () => Promise<Result>): Promise<Result> {
    const known = this.get(key);
    if (known !== undefined) return known;
    const result = await make();
    this.#known.set(JSON.stringify(key), result);
    appendFileSync(this.#file, `${JSON.stringify({ key, result })}\n`);
    return result;
  }
}
