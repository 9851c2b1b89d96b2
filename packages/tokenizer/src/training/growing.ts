// Typed arrays that grow by half when they are full.

type Growable = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** `array` if it holds `length` elements, else a longer copy. */
export function grown<T extends Growable>(array: T, length: number): T {
  if (length <= array.length) return array;
  const longer = new (array.constructor as new (length: number) => T)(
    Math.max(length, Math.floor(1.5 * array.length)),
  );
  longer.set(array);
  return longer;
}
