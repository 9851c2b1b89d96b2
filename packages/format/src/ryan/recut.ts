// Bytes in pieces of any size, cut again into pieces of one size.

/** Each piece is good until the next is asked for; the last has what is left. */
export async function* recut(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let gathered: Uint8Array | undefined;
  let filled = 0;
  for await (const piece of pieces) {
    let at = 0;
    while (at < piece.length) {
      if (filled === 0 && piece.length - at >= size) {
        yield piece.subarray(at, at + size);
        at += size;
        continue;
      }
      gathered ??= new Uint8Array(size);
      const part = piece.subarray(at, at + size - filled);
      gathered.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      filled = 0;
      yield gathered;
    }
  }
  if (filled > 0) yield (gathered as Uint8Array).subarray(0, filled);
}
