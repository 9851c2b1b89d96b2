// What a run measured, a line of JSON each, in the order of steps: lines after the step that a run goes on from are
// taken back.

import { type FileHandle, open } from "node:fs/promises";

export interface Measured {
  readonly step: number;
  readonly [name: string]: unknown;
}

const NEWLINE = 10;

export class MetricsFile implements AsyncDisposable {
  readonly #file: FileHandle;
  #evaluated: number;

  private constructor(file: FileHandle, evaluated: number) {
    this.#file = file;
    this.#evaluated = evaluated;
  }

  /** Opens the file, and removes what is of steps after `step`. */
  static async open(path: string, step: number): Promise<MetricsFile> {
    const file = await open(path, "a+");
    try {
      const bytes = await file.readFile();
      let [length, evaluated] = [0, -1];
      for (;;) {
        const end = bytes.indexOf(NEWLINE, length);
        const line = end < 0 ? undefined : parse(bytes.toString("utf8", length, end));
        if (line === undefined || line.step > step) break;
        if (line["evaluation"] !== undefined) evaluated = line.step;
        length = end + 1;
      }
      await file.truncate(length);
      return new MetricsFile(file, evaluated);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The last step with an evaluation, or -1. */
  get evaluated(): number {
    return this.#evaluated;
  }

  async write(measured: Measured): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(measured)}\n`);
    if (measured["evaluation"] !== undefined) this.#evaluated = measured.step;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** A line that was cut while it was written is none, and nothing after it counts. */
function parse(line: string): Measured | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value?.step === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}
