// PyTorch's side of the training benchmark: a Python process that takes turns with
// ours. It sleeps on its standard input while we run.

import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

export interface TorchSetting {
  readonly config: object;
  readonly batch: number;
  readonly time: number;
  readonly threads: number;
  readonly lr: number;
  /** Of `torch.compile`, or `eager`. */
  readonly mode: string;
}

interface Ready {
  readonly ready: string;
  readonly firstLoss: number;
  readonly parameters: number;
}

interface Steps {
  readonly seconds: readonly number[];
  readonly loss: number;
}

/** A Python that can import torch: `RYANSTREAM_TORCH_PYTHON`, or `python3`. */
export function findTorch(): { python: string } | { why: string } {
  const python = process.env["RYANSTREAM_TORCH_PYTHON"] ?? "python3";
  const { status, error } = spawnSync(python, ["-c", "import torch"], { stdio: "ignore" });
  if (status === 0) return { python };
  const reason = error === undefined ? "has no torch" : "can't be started";
  return { why: `${python} ${reason}; name another with RYANSTREAM_TORCH_PYTHON` };
}

export class TorchPeer {
  readonly mode: string;
  readonly ready: Ready;
  readonly seconds: number[] = [];
  loss = Number.NaN;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    mode: string,
    ready: Ready,
    process: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
  ) {
    this.mode = mode;
    this.ready = ready;
    this.#process = process;
    this.#lines = lines;
  }

  /** Starts Python and waits until it has compiled, or says why it could not. */
  static async start(python: string, setting: TorchSetting): Promise<TorchPeer | { why: string }> {
    const script = fileURLToPath(new URL("train_step.py", import.meta.url));
    const process = spawn(python, [script, JSON.stringify(setting)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface(process.stdout)[Symbol.asyncIterator]();
    const ready = await nextJson<Ready>(lines);
    if (ready === undefined) return { why: `torch.compile, mode ${setting.mode}, failed` };
    return new TorchPeer(setting.mode, ready, process, lines);
  }

  /** Runs `count` steps and adds their times to `seconds`. */
  async turn(count: number): Promise<void> {
    this.#process.stdin.write(`${count}\n`);
    const steps = await nextJson<Steps>(this.#lines);
    if (steps === undefined) throw new Error(`PyTorch, mode ${this.mode}, ended in a turn`);
    this.seconds.push(...steps.seconds);
    this.loss = steps.loss;
  }

  stop(): void {
    this.#process.stdin.end();
  }
}

/** The next line that is a JSON object; torch may print others. */
async function nextJson<T>(lines: AsyncIterator<string>): Promise<T | undefined> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) return undefined;
    if (value.startsWith("{")) return JSON.parse(value) as T;
  }
}
