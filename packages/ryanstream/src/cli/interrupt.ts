// Signals that end the program: the first aborts what runs, so that everything is put
// away; a second one doesn't wait for that.

import { constants } from "node:os";

export class Interrupted extends Error {
  override readonly name = "Interrupted";
  constructor(readonly signal: "SIGINT" | "SIGTERM") {
    super(`ended by ${signal}`);
  }

  /** As a shell reports a process that a signal ended. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

/** Aborts `controller` on SIGINT and SIGTERM until it is disposed of. */
export function onInterrupt(controller: AbortController): Disposable {
  const handler = (signal: NodeJS.Signals): void => {
    const reason = new Interrupted(signal as "SIGINT" | "SIGTERM");
    if (controller.signal.aborted) process.exit(reason.exitCode);
    controller.abort(reason);
  };
  process.on("SIGINT", handler).on("SIGTERM", handler);
  return {
    [Symbol.dispose]: () => {
      process.off("SIGINT", handler).off("SIGTERM", handler);
    },
  };
}
