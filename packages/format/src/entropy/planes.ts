// The codec `planes`: any bytes, without loss. docs/ryanformat-coding.md specifies what is
// written here; the native twin writes the same bytes.

import { FormatError } from "../errors.js";
import { BitReader, BitWriter } from "./bits.js";
import { codedBytes, countBytes, frequenciesOf, SCALE } from "./frequencies.js";
import { isLayout, MAX_PERIOD, type PlaneLayout } from "./layout.js";
import { malformed } from "./malformed.js";
import {
  decodeStream,
  encodeStream,
  fillSlots,
  LANES,
  laneCode,
  starts,
  streamBytes,
  writeStream,
} from "./rans.js";
import { joinPlanes, planeLength, takePlane } from "./split.js";
import { readTable, writeTable } from "./table-code.js";

/** Bytes that one call takes at most. */
export const MAX_CHUNK = 2 ** 30;
const HEAD = 7;

const kinds = { raw: 0, constant: 1, ownTable: 2, lastTable: 3 } as const;

/** A coded plane is read slower than a raw one: it must save 1/64 of the plane. */
const worthIt = (coded: number, raw: number): boolean => coded <= raw - Math.ceil(raw / 64);

const wordOf = (value: number): number[] => [
  value & 255,
  (value >>> 8) & 255,
  (value >>> 16) & 255,
  value >>> 24,
];

/** The plane's part of the chunk; `last` is the table of the coded plane before it. */
function encodePlane(
  plane: Uint8Array,
  last: Uint16Array | undefined,
): { parts: Uint8Array[]; table?: Uint16Array } {
  const raw: Uint8Array[] = [Uint8Array.of(kinds.raw), plane];
  if (plane.length === 0) return { parts: raw };
  const counts = countBytes(plane);
  if (counts[plane[0] as number] === plane.length) {
    return { parts: [Uint8Array.of(kinds.constant, plane[0] as number)] };
  }
  const code = laneCode(plane.length);
  const lanes = LANES[code] as number;
  const fixed = 5 + 4 * lanes;
  const own = frequenciesOf(counts);
  const bits = new BitWriter();
  writeTable(bits, own);
  const head = bits.finish();
  const ownBytes = head.length + codedBytes(counts, own);
  const covers = last?.every((freq, s) => freq > 0 || counts[s] === 0) ?? false;
  const lastBytes = covers ? codedBytes(counts, last as Uint16Array) : Number.POSITIVE_INFINITY;
  const again = lastBytes <= ownBytes;
  if (!worthIt(fixed + (again ? lastBytes : ownBytes), 1 + plane.length)) return { parts: raw };
  const table = again ? (last as Uint16Array) : own;
  const stream = encodeStream(plane, lanes, table, starts(table));
  const data = new Uint8Array(streamBytes(stream));
  writeStream(stream, data, 0);
  const kind = (again ? kinds.lastTable : kinds.ownTable) | (code << 4);
  const parts: Uint8Array[] = [Uint8Array.of(kind, ...wordOf(stream.words.length)), data];
  if (!again) parts.splice(1, 0, head);
  return { parts, table };
}

/** See `encodePlanes` of index.ts. */
export function encodePlanesPortable(bytes: Uint8Array, layout: PlaneLayout): Uint8Array {
  const { period, rotate } = layout;
  const form = Uint8Array.of(rotate ? 0x81 : 1, period & 255, period >> 8, ...wordOf(bytes.length));
  const parts: Uint8Array[] = [form];
  let last: Uint16Array | undefined;
  for (let p = 0; p < period; p++) {
    const coded = encodePlane(takePlane(bytes, layout, p), last);
    parts.push(...coded.parts);
    last = coded.table ?? last;
  }
  return joined(parts);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Checks what callers pass. */
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

const u32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;

/** See `decodePlanes` of index.ts. */
export function decodePlanesPortable(coded: Uint8Array, into: Uint8Array): void {
  const need = (at: number, bytes: number) => {
    if (bytes > coded.length - at) throw malformed(`${bytes} bytes more`, coded.length - at);
  };
  need(0, HEAD);
  const form = coded[0] as number;
  const layout = {
    period: (coded[1] as number) | ((coded[2] as number) << 8),
    rotate: form === 0x81,
  };
  if ((form & 0x7f) !== 1) throw malformed("form 1", form & 0x7f);
  if (!isLayout(layout)) throw malformed("a known layout", `period ${layout.period}`);
  if (u32(coded, 3) !== into.length) throw malformed(`${into.length} bytes`, u32(coded, 3));
  const planes: (Uint8Array | number)[] = [];
  let slots: Uint32Array | undefined;
  let at = HEAD;
  for (let p = 0; p < layout.period; p++) {
    const length = planeLength(into.length, layout.period, p);
    need(at, 1);
    const kind = coded[at++] as number;
    if (kind === kinds.raw) {
      need(at, length);
      planes.push(coded.subarray(at, at + length));
      at += length;
    } else if (kind === kinds.constant) {
      need(at, 1);
      planes.push(coded[at++] as number);
    } else {
      const lanes = LANES[kind >> 4];
      const own = (kind & 15) === kinds.ownTable;
      if (lanes === undefined || (!own && (kind & 15) !== kinds.lastTable)) {
        throw malformed("a known kind of plane", kind);
      }
      need(at, 4);
      const words = u32(coded, at);
      at += 4;
      if (own) {
        const bits = new BitReader(coded, at);
        slots ??= new Uint32Array(SCALE);
        fillSlots(readTable(bits), slots);
        at = bits.finish();
      }
      if (slots === undefined) throw malformed("a table before it", "none");
      need(at, 4 * lanes + 2 * words);
      const plane = new Uint8Array(length);
      const end = at + 4 * lanes + 2 * words;
      decodeStream(coded, at, end, lanes, slots, plane);
      planes.push(plane);
      at = end;
    }
  }
  if (at !== coded.length) throw malformed("the end", `${coded.length - at} bytes more`);
  joinPlanes(planes, layout, into);
}
