// Which commit of a file counts: the last one that was written whole, or an earlier one by its
// number. What a writer left behind it when it was cut off is passed over.

import { FormatError } from "../errors.js";
import type { InputFile } from "../input-file.js";
import { type CommitRecord, readRecord } from "./commit-record.js";
import { ALIGNMENT, HEADER_BYTES, RECORD_BYTES } from "./layout.js";

/** Read at once when the end of the file is no record; a multiple of a record's size. */
const WINDOW = 1 << 20;

export interface FoundCommit {
  readonly record: CommitRecord;
  /** The number of the newest that can be read. */
  readonly newest: number;
}

/**
 * @param number the commit asked for; the newest when absent
 * @throws FormatError `ERR_COMMIT` where there is none, or the newest is damaged and no other was
 * asked for
 */
export async function findCommit(
  file: InputFile,
  fileId: string,
  number: number | undefined,
  signal?: AbortSignal,
): Promise<FoundCommit> {
  const newest = await lastCommit(file, fileId, signal, (damaged) => {
    if (number === undefined) throw damaged;
  });
  if (
    number !== undefined &&
    !(Number.isSafeInteger(number) && number >= 1 && number <= newest.number)
  ) {
    throw new FormatError("ERR_COMMIT", {
      file: file.path,
      expected: `a commit from 1 to ${newest.number}`,
      found: number,
    });
  }
  let record = newest;
  while (record.number > (number ?? newest.number)) {
    record = await commitBefore(file, fileId, record, signal);
  }
  return { record, newest: newest.number };
}

/**
 * The last commit whose record holds.
 *
 * @param onDamaged told of each record after it that was written whole and no longer holds
 */
export async function lastCommit(
  file: InputFile,
  fileId: string,
  signal: AbortSignal | undefined,
  onDamaged: (fault: FormatError) => void,
): Promise<CommitRecord> {
  const least = RECORD_BYTES * Math.ceil(HEADER_BYTES / RECORD_BYTES);
  let end = file.byteLength - (file.byteLength % RECORD_BYTES);
  // Nearly always the last bytes are the record, so these are read first and alone.
  for (let size = RECORD_BYTES; end > least; size = WINDOW) {
    const start = Math.max(least, end - size);
    const window = Buffer.allocUnsafe(end - start);
    await file.read(window, start, signal);
    for (let at = end - RECORD_BYTES; at >= start; at -= RECORD_BYTES) {
      const bytes = window.subarray(at - start, at - start + RECORD_BYTES);
      const record = readRecord(bytes, at, fileId);
      if (record === "damaged") {
        const where = { file: file.path, offset: at };
        const expected = "a whole commit record (earlier commits can be opened by number)";
        onDamaged(new FormatError("ERR_COMMIT", { ...where, expected, found: "a damaged one" }));
      }
      if (typeof record === "object") return checked(file, record);
    }
    end = start;
  }
  throw new FormatError("ERR_COMMIT", {
    file: file.path,
    expected: "a commit",
    found: "none: the file was cut off before its first one",
  });
}

/** @throws FormatError `ERR_COMMIT` where its record doesn't hold */
export async function commitBefore(
  file: InputFile,
  fileId: string,
  { number, previous }: CommitRecord,
  signal: AbortSignal | undefined,
): Promise<CommitRecord> {
  const bytes = Buffer.alloc(RECORD_BYTES);
  await file.read(bytes, previous, signal);
  const before = readRecord(bytes, previous, fileId);
  if (typeof before === "object" && before.number === number - 1) return checked(file, before);
  throw new FormatError("ERR_COMMIT", {
    file: file.path,
    offset: previous,
    expected: `the record of commit ${number - 1}`,
    found: before === undefined ? "something else" : "a damaged or another one",
  });
}

/** Only a file made to mislead fails here: the record's own check holds. */
function checked(file: InputFile, record: CommitRecord): CommitRecord {
  const { offset, number, previous, indexOffset, indexBytes } = record;
  const isFirst = number === 1;
  const isPlaced =
    Number.isSafeInteger(number) &&
    number >= 1 &&
    (isFirst
      ? previous === 0
      : previous >= HEADER_BYTES && previous % RECORD_BYTES === 0 && previous < indexOffset) &&
    indexOffset >= HEADER_BYTES &&
    indexOffset % ALIGNMENT === 0 &&
    indexBytes > 0 &&
    indexOffset + indexBytes <= offset;
  if (isPlaced) return record;
  throw new FormatError("ERR_COMMIT", {
    file: file.path,
    offset,
    expected: "a commit record with an index and a commit before it",
    found: `commit ${number}, index at ${indexOffset} of ${indexBytes} bytes, previous at ${previous}`,
  });
}
