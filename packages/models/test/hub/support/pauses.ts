// In place of src/hub/pause.ts: notes the waits, and doesn't wait.

export const pauses: number[] = [];

export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  pauses.push(milliseconds);
  await new Promise(setImmediate);
  signal?.throwIfAborted();
}
