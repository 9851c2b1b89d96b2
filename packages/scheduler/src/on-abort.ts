// One listener for each signal, however many appends wait for it: Node warns of more than ten.

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `cancel` when the signal aborts, unless the returned function was called before. */
export function onAbort(signal: AbortSignal, cancel: () => void): () => void {
  let all = waiting.get(signal);
  if (all === undefined) {
    const fresh = new Set<() => void>();
    all = fresh;
    waiting.set(signal, fresh);
    signal.addEventListener("abort", () => {
      for (const each of [...fresh]) each();
    });
  }
  all.add(cancel);
  return () => all.delete(cancel);
}
