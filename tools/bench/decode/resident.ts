// Forms of 4 bits beside llama.cpp's Q4_0 where both read as many bytes: tokens a second times the bytes of
// weights that each token reads. All are loaded once and take short turns, so that a shared machine is shared by all.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { median, type Row } from "../rows.js";
import type { Sample } from "./sampling.js";

const TOKENS = 16;

/** A process that decodes when it is asked to. */
class Contender {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const stdio = ["pipe", "pipe", "inherit"] as const;
    this.#process = spawn(process.execPath, args, { env, stdio: [...stdio] });
    const input = this.#process.stdout as NodeJS.ReadableStream;
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  /** The next line that it prints, without what libraries print. */
  async next<T>(): Promise<T> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error("a process ended before its measurements did");
      if (value.startsWith("{")) return JSON.parse(value) as T;
    }
  }

  async rate(): Promise<number> {
    this.#process.stdin?.write(`${TOKENS}\n`);
    return (await this.next<Sample>()).rate;
  }

  stop(): void {
    this.#process.kill();
  }
}

export interface ResidentOptions {
  readonly model: string;
  /** Arguments of Node for each form. */
  readonly ours: readonly { readonly name: string; readonly args: readonly string[] }[];
  readonly environment: NodeJS.ProcessEnv;
  readonly peer: readonly string[];
  /** Bytes of the peer's weights in memory: those of its file. */
  readonly peerBytes: number;
  readonly turns: number;
}

/** Medians over turns, and of what each did beside the peer in the same turn. */
export async function residentRows(options: ResidentOptions): Promise<Row[]> {
  const started: Contender[] = [];
  try {
    return await measured(options, started);
  } finally {
    for (const contender of started) contender.stop();
  }
}

async function measured(
  { model, ours, environment, peer, peerBytes, turns }: ResidentOptions,
  started: Contender[],
): Promise<Row[]> {
  const start = async (args: readonly string[], env: NodeJS.ProcessEnv) => {
    const contender = new Contender(args, env);
    started.push(contender);
    const { weightBytes } = await contender.next<{ weightBytes: number }>();
    return { contender, weightBytes, rates: [] as number[] };
  };
  const theirs = await start(peer, process.env);
  const mine = [];
  for (const { name, args } of ours) mine.push({ name, ...(await start(args, environment)) });
  for (let turn = 0; turn < turns; turn++) {
    for (const { contender, rates } of [theirs, ...mine]) rates.push(await contender.rate());
    console.error(`${model}, resident: turn ${turn + 1} of ${turns}`);
  }
  return mine.map(({ name, weightBytes, rates }) => {
    const beside = rates.map(
      (rate, i) => (rate * weightBytes) / ((theirs.rates[i] as number) * peerBytes),
    );
    const ratio = median(beside);
    return {
      name: `${model}: decoding ${name}, ${Math.round(weightBytes / 1e6)} MB`,
      ours: median(rates),
      peer: (median(theirs.rates) * peerBytes) / weightBytes,
      peerName: `llama.cpp's Q4_0 (${Math.round(peerBytes / 1e6)} MB) at these bytes`,
      unit: "tokens/s",
      ratio,
      target: 1,
      met: ratio >= 1,
    };
  });
}
