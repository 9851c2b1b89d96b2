/**
 * The items of a source, until `signal` aborts: then it throws the reason at once, also
 * while it waits for a source that gives nothing.
 */
export async function* untilAborted<T>(
  items: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  if (signal === undefined) {
    yield* items;
    return;
  }
  signal.throwIfAborted();
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  // One promise an item: a race against one for all would hold every item until it settles.
  let fail: (reason: unknown) => void = () => {};
  const abort = () => fail(signal.reason);
  signal.addEventListener("abort", abort);
  const next = () =>
    new Promise<IteratorResult<T, unknown>>((resolve, reject) => {
      fail = reject;
      Promise.resolve(iterator.next()).then(resolve, reject);
    });
  let finished = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const result = await next();
      finished = result.done === true;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    // Not awaited once aborted: a source that hangs would hold up the caller.
    const closing = finished ? undefined : Promise.resolve(iterator.return?.());
    if (signal.aborted) closing?.catch(() => undefined);
    else await closing;
  }
}
