// The codec `planes`: any bytes, without loss. docs/ryanformat-coding.md specifies what is
// written here; the native twin writes the same bytes.

import { FormatError } from "../errors.js";
import { ByteCursor, joined, word } from "./bytes.js";
import { isLayout, MAX_PERIOD, type PlaneLayout } from "./layout.js";
import { malformed } from "./malformed.js";
import { type Plane, PlaneReader, PlaneWriter } from "./plane.js";
import { joinPlanes, planeLength, takePlane } from "./split.js";

/** Bytes that one call takes at most. */
export const MAX_CHUNK = 2 ** 30;

/** The first byte: 1, and the highest bit for rotated floats. */
const FORM = 1;
const ROTATED = 0x80;

/** @throws FormatError `ERR_ARGUMENT` for what callers must not pass. */
export function checkChunk(bytes: Uint8Array, layout: PlaneLayout): void {
  if (!isLayout(layout)) {
    throw new FormatError("ERR_ARGUMENT", {
      expected: `a period from 1 to ${MAX_PERIOD}, with rotate 2, 4 or 8`,
      found: `${layout.period}${layout.rotate ? " with rotate" : ""}`,
    });
  }
  if (bytes.length > MAX_CHUNK) {
    throw new FormatError("ERR_ARGUMENT", {
      expected: `at most ${MAX_CHUNK} bytes at once`,
      found: bytes.length,
    });
  }
}

/** See `encodePlanes` of index.ts. */
export function encodePlanesPortable(bytes: Uint8Array, layout: PlaneLayout): Uint8Array {
  const { period, rotate } = layout;
  const writer = new PlaneWriter();
  for (let p = 0; p < period; p++) writer.add(takePlane(bytes, layout, p));
  const form = FORM | (rotate ? ROTATED : 0);
  const head = Uint8Array.of(form, period & 255, period >> 8, ...word(bytes.length));
  return joined([head, ...writer.parts]);
}

/** See `decodePlanes` of index.ts. */
export function decodePlanesPortable(coded: Uint8Array, into: Uint8Array): void {
  const from = new ByteCursor(coded);
  const form = from.u8();
  const layout = { period: from.u16(), rotate: (form & ROTATED) !== 0 };
  if ((form & ~ROTATED) !== FORM) throw malformed(`form ${FORM}`, form & ~ROTATED);
  if (!isLayout(layout)) throw malformed("a known layout", `period ${layout.period}`);
  const length = from.u32();
  if (length !== into.length) throw malformed(`${into.length} bytes`, length);
  const reader = new PlaneReader(from);
  const planes: Plane[] = [];
  for (let p = 0; p < layout.period; p++) {
    planes.push(reader.next(planeLength(length, layout.period, p)));
  }
  from.end();
  joinPlanes(planes, layout, into);
}
