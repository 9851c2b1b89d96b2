// Training runs on the caller's thread, so it works in slices of a few milliseconds
// and lets timers, messages and an abort through between them.

const SLICE_MS = 20;

const turn: () => Promise<void> =
  typeof setImmediate === "function"
    ? () => new Promise((resolve) => setImmediate(resolve))
    : () =>
        new Promise((resolve) => {
          // A timer would wait at least four milliseconds in browsers.
          const { port1, port2 } = new MessageChannel();
          (port1 as { onmessage?: unknown }).onmessage = () => {
            port1.close();
            resolve();
          };
          port2.postMessage(0);
        });

export class Slices {
  #end = performance.now() + SLICE_MS;

  constructor(
    readonly signal: AbortSignal | undefined,
    readonly report: () => void,
  ) {
    signal?.throwIfAborted();
  }

  /** Whether this slice is over and `rest` is due. */
  due(): boolean {
    return performance.now() >= this.#end;
  }

  /** Reports progress and gives the event loop a turn; throws the signal's reason when it is aborted. */
  async rest(): Promise<void> {
    this.report();
    await turn();
    this.signal?.throwIfAborted();
    this.#end = performance.now() + SLICE_MS;
  }
}
