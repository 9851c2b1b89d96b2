// The beginning of a packed file: the magic, the length of its header, the header as JSON.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { PackedSource } from "./packed-source.js";

/** Its last two digits are another number for each layout of packed weights. */
export const MAGIC = "RYANPK02";
const MAX_HEADER = 2 ** 24;
/** Opening a pipe must not wait for somebody to write to it. Windows has neither. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Written last, so that a file that wasn't written whole is none. */
export const END = Buffer.from("RYANPKEND");

/** Where a matrix is, and how it is packed. */
export interface PackedEntry {
  readonly offset: number;
  readonly format: string;
  readonly n: number;
  readonly k: number;
  readonly group: number;
  readonly zero: boolean;
}

export interface PackedHeader {
  readonly key: string;
  readonly sources: readonly PackedSource[];
  readonly byteLength: number;
  readonly entries: Readonly<Record<string, PackedEntry>>;
}

/** Why there is no header: the file is of another layout, by the digits of its magic, or broken. */
export type NoHeader = { readonly layout: number } | "broken";

/** @throws the system's error */
export async function readPackedHeader(path: string): Promise<PackedHeader | NoHeader> {
  await using file = await open(path, FLAGS);
  const status = await file.stat();
  if (!status.isFile()) return "broken";
  const { size } = status;
  const head = Buffer.alloc(16);
  await file.read(head, 0, 16, 0);
  const magic = head.toString("latin1", 0, 8);
  const [, layout] = /^RYANPK(\d\d)$/.exec(magic) ?? [];
  if (layout !== undefined && magic !== MAGIC) return { layout: Number(layout) };
  const length = Number(head.readBigUInt64LE(8));
  if (magic !== MAGIC || length > Math.min(MAX_HEADER, size)) return "broken";
  const text = Buffer.alloc(length);
  await file.read(text, 0, length, 16);
  const header = parsed(text.toString());
  if (header === undefined || header.byteLength + END.length !== size) return "broken";
  const end = Buffer.alloc(END.length);
  await file.read(end, 0, END.length, header.byteLength);
  return end.equals(END) ? header : "broken";
}

function parsed(text: string): PackedHeader | undefined {
  try {
    const header = JSON.parse(text) as PackedHeader;
    return Array.isArray(header.sources) && typeof header.entries === "object" ? header : undefined;
  } catch {
    return undefined;
  }
}
