// Rows of a grid as one chunk, and back.

import { halfValues } from "../quantization/float-bits.js";
import { ByteCursor, joined, word } from "./bytes.js";
import { SCALE } from "./frequencies.js";
import { MOST_CODE } from "./grid-codes.js";
import type { GridHead } from "./grid-head.js";
import type { GridPlan } from "./grid-plan.js";
import { CENTER, ESCAPE, TABLES } from "./grid-tables.js";
import { scaleAt, shiftOf, tableOf, tokenOf, ZERO_COLUMN } from "./grid-tokens.js";
import { malformed } from "./malformed.js";
import { PlaneReader, PlaneWriter } from "./plane.js";
import {
  decodeStream,
  encodeStream,
  fillSlots,
  LANES,
  laneCode,
  starts,
  streamOf,
} from "./rans.js";
import { SideReader, SideWriter } from "./side-bits.js";
import { joinPlanes, takePlane } from "./split.js";

const halves = { period: 2, rotate: true };
const OFFSETS = 1;

/** Columns that something is stored for. */
const activeColumns = (scales: Uint8Array): Int32Array =>
  Int32Array.from(scales.keys()).filter((c) => scales[c] !== ZERO_COLUMN);

/** Codes of `rows` rows of `columns` each as a chunk. */
export function encodeRows(
  codes: Int32Array,
  rows: number,
  columns: number,
  plan: GridPlan,
  offsets: Int8Array | undefined,
  rowScales: Uint16Array | undefined,
): Uint8Array {
  const active = activeColumns(plan.scales);
  const tokens = new Uint8Array(rows * active.length);
  const which = new Uint8Array(rows * active.length);
  const side = new SideWriter();
  for (let r = 0, i = 0; r < rows; r++) {
    const offset = offsets === undefined ? 0 : (offsets[r] as number);
    for (let a = 0; a < active.length; a++, i++) {
      const c = active[a] as number;
      const code = codes[r * columns + c] as number;
      const scale = scaleAt(plan.scales[c] as number, offset);
      const shift = shiftOf(scale);
      const table = tableOf(scale);
      const rest = code >> shift;
      const token = tokenOf(rest, plan.freqs, 256 * table);
      tokens[i] = token;
      which[i] = table;
      if (token === ESCAPE) side.escape(rest);
      if (shift > 0) side.write(code, shift);
    }
  }
  const begins = new Uint16Array(256 * TABLES);
  for (let t = 0; t < TABLES; t++) {
    begins.set(starts(plan.freqs.subarray(256 * t, 256 * t + 256)), 256 * t);
  }
  const planes = new PlaneWriter();
  if (rowScales !== undefined) {
    const bytes = new Uint8Array(rowScales.buffer, rowScales.byteOffset, rowScales.byteLength);
    planes.add(takePlane(bytes, halves, 0));
    planes.add(takePlane(bytes, halves, 1));
  }
  if (offsets !== undefined) planes.add(Uint8Array.from(offsets, (offset) => offset + 128));
  const code = laneCode(tokens.length);
  const stream = encodeStream(tokens, LANES[code] as number, plan.freqs, begins, which);
  const bits = side.finish();
  return joined([
    Uint8Array.of(offsets === undefined ? 0 : OFFSETS),
    ...planes.parts,
    Uint8Array.of(code, ...word(stream.words), ...word(bits.length)),
    stream.bytes,
    bits,
  ]);
}

const slotsOf = new WeakMap<GridHead, Uint32Array>();

/** What the decoder looks up, for all tables: made once a head. */
function slots(head: GridHead): Uint32Array {
  let made = slotsOf.get(head);
  if (made === undefined) {
    made = new Uint32Array(SCALE * TABLES);
    for (let t = 0; t < TABLES; t++) {
      fillSlots(head.freqs.subarray(256 * t, 256 * t + 256), made, SCALE * t);
    }
    slotsOf.set(head, made);
  }
  return made;
}

/** Fills `into` with the values of `rows` rows, or with their codes where it holds integers. */
export function decodeRows(
  head: GridHead,
  coded: Uint8Array,
  rows: number,
  into: Float32Array | Int32Array,
): void {
  const from = new ByteCursor(coded);
  const flags = from.u8();
  if (flags > OFFSETS) throw malformed("known flags", flags);
  const planes = new PlaneReader(from);
  const rowScales = new Uint16Array(rows);
  if (head.hasRowScales) {
    const pair = [planes.next(rows), planes.next(rows)];
    joinPlanes(pair, halves, new Uint8Array(rowScales.buffer));
  }
  const offsets = flags & OFFSETS ? planes.bytes(rows) : undefined;
  const lanes = LANES[from.u8()];
  if (lanes === undefined) throw malformed("a known number of lanes", "another");
  const words = from.u32();
  const sideBytes = from.u32();
  const stream = streamOf(from, lanes, words);
  const side = new SideReader(from.take(sideBytes));
  from.end();

  const active = activeColumns(head.scales);
  const which = new Uint8Array(rows * active.length);
  for (let r = 0, i = 0; r < rows; r++) {
    const offset = offsets === undefined ? 0 : (offsets[r] as number) - 128;
    for (const c of active) which[i++] = tableOf(scaleAt(head.scales[c] as number, offset));
  }
  const tokens = new Uint8Array(which.length);
  decodeStream(stream, lanes, slots(head), tokens, which);

  const { columns, steps } = head;
  const values = into instanceof Float32Array;
  const floats = halfValues();
  into.fill(0);
  for (let r = 0, i = 0; r < rows; r++) {
    const offset = offsets === undefined ? 0 : (offsets[r] as number) - 128;
    const rowScale = head.hasRowScales ? (floats[rowScales[r] as number] as number) : 1;
    if (!Number.isFinite(rowScale)) throw malformed("finite row scales", rowScale);
    for (const c of active) {
      const token = tokens[i++] as number;
      const shift = shiftOf(scaleAt(head.scales[c] as number, offset));
      let code = token === ESCAPE ? side.escape() : token - CENTER;
      if (shift > 0) code = code * 2 ** shift + side.read(shift);
      if (code >= MOST_CODE || code <= -MOST_CODE) throw malformed("a code below 2^20", code);
      into[r * columns + c] = values ? Math.fround(code * (steps[c] as number)) * rowScale : code;
    }
  }
  side.finish();
}
