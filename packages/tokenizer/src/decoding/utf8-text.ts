// UTF-8 as text. Engines make a string from bytes at very different rates: ASCII at several
// gigabytes a second, anything else at a few hundred megabytes. So a text is made in parts small enough
// for many to be ASCII, and where nearly nothing is, its UTF-16 units are found here.

/** Bytes of a part, and of one in which few characters are ASCII. */
const PART = 512;
const DENSE_PART = 4096;

/** Node's own ways from bytes to a string, which cost less a call than a decoder. */
interface Slices {
  utf8Slice?(this: Uint8Array, start: number, end: number): string;
  ucs2Slice?(this: Uint8Array, start: number, end: number): string;
}
const { utf8Slice, ucs2Slice } =
  (globalThis as { Buffer?: { prototype: Slices } }).Buffer?.prototype ?? ({} as Slices);

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const units = new Uint16Array(DENSE_PART);
const unitBytes = new Uint8Array(units.buffer);
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** What isn't UTF-8 becomes U+FFFD, one for each maximal part. */
export function utf8Text(bytes: Uint8Array): string {
  if (utf8Slice === undefined) return decoder.decode(bytes);
  let text = "";
  let dense = false;
  for (let start = 0; start < bytes.length; ) {
    const end = partEnd(bytes, start, bytes.length, dense ? DENSE_PART : PART);
    const known: number = dense ? writeUnits(bytes, start, end) : -1;
    const part: string =
      known < 0
        ? utf8Slice.call(bytes, start, end)
        : (ucs2Slice?.call(unitBytes, 0, 2 * known) as string);
    text += part;
    // Texts mostly go on as they were.
    dense = ucs2Slice !== undefined && littleEndian && end - start > 1.25 * part.length;
    start = end;
  }
  return text;
}

/** Whether `bytes[start..end)` is well-formed. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let from = start; from < end; ) {
    const to = partEnd(bytes, from, end, DENSE_PART);
    if (writeUnits(bytes, from, to) < 0) return false;
    from = to;
  }
  return true;
}

/** The end of a part of so many bytes or a few less, not within a character; `end` if there is none. */
function partEnd(bytes: Uint8Array, start: number, end: number, size: number): number {
  let at = Math.min(end, start + size);
  while (at < end && at > start && ((bytes[at] as number) & 0xc0) === 0x80) at--;
  return at === start ? end : at;
}

/** Writes `bytes[start..end)`, at most {@link DENSE_PART}, to {@link units}, and says how many it has; -1 if it isn't UTF-8. */
function writeUnits(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  if (end - start > DENSE_PART) return -1;
  for (let i = start; i < end; ) {
    const a = bytes[i++] as number;
    if (a < 0x80) {
      units[count++] = a;
      continue;
    }
    // Places behind the end read as what no character goes on with.
    const b = i < end ? (bytes[i++] as number) ^ 0x80 : 0x80;
    if (a < 0xe0) {
      if (a < 0xc2 || b > 0x3f) return -1;
      units[count++] = ((a & 31) << 6) | b;
      continue;
    }
    const c = i < end ? (bytes[i++] as number) ^ 0x80 : 0x80;
    if ((b | c) > 0x3f) return -1;
    const point = ((a & 15) << 12) | (b << 6) | c;
    if (a < 0xf0) {
      if (point < 0x800 || (point & 0xf800) === 0xd800) return -1;
      units[count++] = point;
      continue;
    }
    const d = i < end ? (bytes[i++] as number) ^ 0x80 : 0x80;
    const wide = ((a & 15) << 18) | ((point & 0xfff) << 6) | d;
    if (d > 0x3f || wide < 0x10000 || wide > 0x10ffff) return -1;
    units[count++] = 0xd7c0 + (wide >> 10);
    units[count++] = 0xdc00 | (wide & 0x3ff);
  }
  return count;
}
