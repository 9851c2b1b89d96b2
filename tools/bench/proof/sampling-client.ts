// Asks the process that samples.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ArmReply, ArmRequest } from "./protocol.js";

export class SamplingClient {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<SamplingClient> {
    const child = fork(fileURLToPath(new URL("sampling-process.ts", import.meta.url)));
    const client = new SamplingClient(child);
    await client.#message();
    return client;
  }

  async run(request: ArmRequest): Promise<ArmReply> {
    this.#child.send(request);
    return (await this.#message()) as ArmReply;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  #message(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        this.#child.off("message", heard).off("exit", ended);
        settle();
      };
      const heard = (message: unknown) => done(() => resolve(message));
      const ended = (code: number | null) =>
        done(() => reject(new Error(`the process that samples ended with ${code}`)));
      this.#child.on("message", heard).on("exit", ended);
    });
  }
}
