// Native memory is freed by dispose(). The collector is no way to free it, since it
// doesn't see its size, but it can tell that somebody forgot.

/** One for each handle that is tracked; it holds no reference to the handle. */
interface Token {
  readonly what: string;
}

const alive = new Set<Token>();
const tokens = new WeakMap<object, Token>();

const registry = new FinalizationRegistry<Token>((token) => {
  alive.delete(token);
  process.emitWarning(
    `${token.what} was garbage collected without dispose(); its native memory was held until now`,
    { type: "TensorLeakWarning", code: "RYANSTREAM_LEAK" },
  );
});

export function trackLeak(handle: object, what: string): void {
  const token = { what };
  alive.add(token);
  tokens.set(handle, token);
  registry.register(handle, token, handle);
}

export function untrackLeak(handle: object): void {
  alive.delete(tokens.get(handle) as Token);
  registry.unregister(handle);
}

/** What holds native memory and waits for its dispose(), in the order in which it was taken. */
export function liveNames(): string[] {
  return [...alive].map((token) => token.what);
}
