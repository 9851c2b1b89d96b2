import { setTimeout as sleep } from "node:timers/promises";

/** Waits for some milliseconds, or throws what the signal was aborted with. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal && { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
