// A run that is killed again and again until it gets to its end.

import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

export interface KilledRun {
  /** Node's arguments that train, and go on, and write to stdout when they begin. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** How often to kill at most. */
  readonly kills: number;
  /** Milliseconds until the next kill, from the first line of stdout on. */
  readonly delay: (kill: number) => number;
  readonly onKill?: (kill: number) => void;
}

/** @returns how often the process was killed before it ended by itself */
export async function runKilled({ args, env, kills, delay, onKill }: KilledRun): Promise<number> {
  for (let killed = 0; ; ) {
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      errors += part;
    });
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on("data", () => {
      if (killed < kills) timer ??= setTimeout(() => child.kill("SIGKILL"), delay(killed));
    });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
      (resolve, reject) => {
        child.on("error", reject);
        child.on("close", (...ended) => resolve(ended));
      },
    );
    clearTimeout(timer);
    if (signal !== "SIGKILL") {
      if (code === 0) return killed;
      throw new Error(`the run ended with ${code}: ${errors}`);
    }
    killed++;
    onKill?.(killed);
  }
}

/** What a process that is killed in the middle of a line leaves. */
export function cutLine(file: string): void {
  appendFileSync(file, '{"step":');
}
