// Native memory is freed by dispose(). The collector is no way to free it, since it
// doesn't see its size, but it can tell that somebody forgot.

const registry = new FinalizationRegistry<string>((what) => {
  process.emitWarning(
    `${what} was garbage collected without dispose(); its native memory was held until now`,
    { type: "TensorLeakWarning", code: "RYANSTREAM_LEAK" },
  );
});

export function trackLeak(handle: object, what: string): void {
  registry.register(handle, what, handle);
}

export function untrackLeak(handle: object): void {
  registry.unregister(handle);
}
