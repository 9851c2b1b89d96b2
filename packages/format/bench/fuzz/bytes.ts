// Changes of bytes of which nothing is known.

import type { Random } from "./random.js";

const words = [
  0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0xffffffff,
];

/** A copy with one to three changes: bits, bytes, numbers, pieces left out, doubled, moved or cut off. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let changed: Uint8Array = bytes.slice();
  for (let left = 1 + (random.chance(3) ? random.below(3) : 0); left > 0; left--) {
    changed = changedOnce(changed, random);
  }
  return changed;
}

function changedOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const { length } = bytes;
  if (length === 0) return Uint8Array.of(random.below(256));
  const at = random.chance(2) ? random.below(length) : random.below(Math.min(length, 64));
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      return bytes;
    case 3:
    case 4:
      bytes[at] = random.below(256);
      return bytes;
    case 5:
    case 6: {
      const value = random.chance(2) ? random.pick(words) : random.next();
      const size = Math.min(random.pick([2, 4, 4]), length - at);
      for (let i = 0; i < size; i++) bytes[at + i] = value >>> (8 * i);
      return bytes;
    }
    case 7:
      return bytes.slice(0, at);
    case 8: {
      const size = 1 + random.below(Math.min(32, length - at));
      return joined(bytes.subarray(0, at), bytes.subarray(at + size));
    }
    default: {
      const from = random.below(length);
      const size = 1 + random.below(Math.min(64, length - from));
      const piece = bytes.slice(from, from + size);
      const skipped = random.chance(2) ? 0 : size;
      return joined(bytes.subarray(0, at), piece, bytes.subarray(Math.min(length, at + skipped)));
    }
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
