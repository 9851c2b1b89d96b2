// The head of a grid: what all its chunks share.

import { BitReader, BitWriter } from "./bits.js";
import { ByteCursor, joined, word } from "./bytes.js";
import { type GridCodes, MOST_COLUMNS } from "./grid-codes.js";
import type { GridPlan } from "./grid-plan.js";
import { gridStep } from "./grid-step.js";
import { SHAPES, spreadTables, TABLES } from "./grid-tables.js";
import { MOST_SCALE, ZERO_COLUMN } from "./grid-tokens.js";
import { malformed } from "./malformed.js";
import { PlaneReader, PlaneWriter } from "./plane.js";
import { readTable, writeTable } from "./table-code.js";

const FORM = 2;
const ROW_SCALES = 1;
/** Scales are stored as what they are above half the step's index, which they often fall by. */
const RELATIVE = 2;

/** What a chunk of rows is read with. */
export interface GridHead {
  readonly rows: number;
  readonly columns: number;
  readonly hasRowScales: boolean;
  /** One a column. */
  readonly steps: Float32Array;
  /** One a column; ZERO_COLUMN for zeros. */
  readonly scales: Uint8Array;
  /** TABLES tables of 256 frequencies. */
  readonly freqs: Uint16Array;
}

const float = new DataView(new ArrayBuffer(4));

/** `scale + index / 2` modulo 255, so that it can't be ZERO_COLUMN. */
const relative = (scale: number, index: number, sign: number): number =>
  scale === ZERO_COLUMN ? scale : (scale + sign * (index >> 1) + 255) % 255;

export function writeHead({ shape, steps, rowScales }: GridCodes, plan: GridPlan): Uint8Array {
  const [n, k] = shape;
  const plane = (scales: Uint8Array) => {
    const writer = new PlaneWriter();
    writer.add(steps.index);
    writer.add(scales);
    return joined(writer.parts);
  };
  const absolute = plane(plan.scales);
  const moved = plane(plan.scales.map((scale, c) => relative(scale, steps.index[c] as number, 1)));
  const isRelative = moved.length < absolute.length;
  const bits = new BitWriter();
  for (const t of plan.explicit) {
    bits.write(t, 5);
    writeTable(bits, plan.freqs.subarray(256 * t, 256 * t + 256));
  }
  float.setFloat32(0, steps.base, true);
  const flags = (rowScales === undefined ? 0 : ROW_SCALES) | (isRelative ? RELATIVE : 0);
  return joined([
    Uint8Array.of(FORM, flags, plan.shape, plan.explicit.length),
    Uint8Array.of(...word(n), ...word(k), ...word(float.getUint32(0, true))),
    isRelative ? moved : absolute,
    bits.finish(),
  ]);
}

/**
 * @throws FormatError `ERR_CHUNK` for bytes that are no head of a grid of `columns` columns: what
 *   the head itself says decides about no memory.
 */
export function readHead(head: Uint8Array, columns: number): GridHead {
  const from = new ByteCursor(head);
  const form = from.u8();
  if (form !== FORM) throw malformed(`form ${FORM}`, form);
  const flags = from.u8();
  if (flags > 3) throw malformed("known flags", flags);
  const shape = from.u8();
  if (shape >= SHAPES.length) throw malformed("a known shape of tables", shape);
  const explicit = from.u8();
  const rows = from.u32();
  const k = from.u32();
  if (k !== columns || k > MOST_COLUMNS) throw malformed(`${columns} columns`, k);
  float.setUint32(0, from.u32(), true);
  const base = float.getFloat32(0, true);
  const planes = new PlaneReader(from);
  const index = planes.bytes(k);
  const scales = planes.bytes(k).slice();
  const steps = new Float32Array(k);
  for (let c = 0; c < k; c++) {
    steps[c] = gridStep(base, index[c] as number);
    if (!Number.isFinite(steps[c])) throw malformed("finite steps", `${steps[c]} for column ${c}`);
    const scale = scales[c] as number;
    if (flags & RELATIVE) scales[c] = relative(scale, index[c] as number, -1);
    if ((scales[c] as number) > MOST_SCALE && scales[c] !== ZERO_COLUMN) {
      throw malformed(`scales from 0 to ${MOST_SCALE}`, scales[c]);
    }
  }
  const freqs = spreadTables(shape);
  const bits = new BitReader(head, from.at);
  for (let i = 0; i < explicit; i++) {
    const t = bits.read(5);
    if (t >= TABLES) throw malformed(`a table below ${TABLES}`, t);
    const table = readTable(bits);
    if (table[0] === 0) throw malformed("a table with an escape", "none");
    freqs.set(table, 256 * t);
  }
  from.at = bits.finish();
  from.end();
  return { rows, columns: k, hasRowScales: (flags & ROW_SCALES) !== 0, steps, scales, freqs };
}
