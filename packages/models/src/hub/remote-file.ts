// A file of a repository that is read in parts where it is, by HTTP ranges (RFC 9110, section 14).

import { HubError } from "./errors.js";
import { type Answer, bodyOf, request } from "./request.js";
import { Passing, retrying } from "./retry.js";
import { checkStatus, type Source, urlOf } from "./source.js";

/** Bytes that are asked for at once at least: headers are read in small parts, and each request takes its time. */
const LEAST = 2 ** 18;
const MAX_DIGITS = 15;

interface Part {
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly total: number;
}

export class RemoteFile {
  readonly byteLength: number;
  readonly #source: Source;
  /** What came last. */
  #start = 0;
  #held: Uint8Array;

  private constructor(source: Source, { bytes, total }: Part) {
    this.#source = source;
    this.#held = bytes;
    this.byteLength = total;
  }

  /**
   * Asks for a file's beginning.
   *
   * @throws HubError as the hub refuses, `ERR_NETWORK` after the last retry, `ERR_RESPONSE` from a server that gives
   *   whole files only; whatever the signal was aborted with
   */
  static async open(source: Source): Promise<RemoteFile> {
    return new RemoteFile(source, await fetchPart(source, 0, LEAST));
  }

  /** As `read` of Node's FileHandle. */
  async read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }> {
    if (length === 0 || position >= this.byteLength) return { bytesRead: 0 };
    if (position < this.#start || position >= this.#start + this.#held.length) {
      const end = Math.min(position + Math.max(length, LEAST), this.byteLength);
      const { bytes, total } = await fetchPart(this.#source, position, end);
      if (total !== this.byteLength) throw changed(this.#source, this.byteLength, total);
      this.#start = position;
      this.#held = bytes;
    }
    const from = position - this.#start;
    const part = this.#held.subarray(from, from + length);
    into.set(part, offset);
    return { bytesRead: part.length };
  }

  async close(): Promise<void> {
    this.#held = new Uint8Array(0);
  }
}

/** The bytes from `start` up to `end`, or up to the end of the file. */
function fetchPart(source: Source, start: number, end: number): Promise<Part> {
  const { connection, file } = source;
  const headers = { range: `bytes=${start}-${end - 1}` };
  return retrying(`a part of ${file}`, connection, () =>
    request(connection, urlOf(source), { headers }, async (answer) => {
      const { status } = answer.response;
      // The only file that has no first byte is an empty one.
      if (status === 416 && start === 0) return { bytes: new Uint8Array(0), total: 0 };
      checkStatus(source, answer, status === 200 || status === 206);
      return await partOf(answer, source, start, end);
    }),
  );
}

async function partOf(answer: Answer, source: Source, start: number, end: number): Promise<Part> {
  const { status, headers } = answer.response;
  const range = headers.get("content-range") ?? "";
  const [, from, to, size = ""] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range) ?? [];
  const total = size.length <= MAX_DIGITS ? Number(size) : Number.NaN;
  const last = Math.min(end, total) - 1;
  const isAsked = Number(from) === start && last >= start && Number(to) === last;
  if (status === 200 || !isAsked || headers.has("content-encoding")) {
    const { file, connection } = source;
    const found = status === 200 ? "the whole file" : `the range ${JSON.stringify(range)}`;
    throw new HubError(
      "ERR_RESPONSE",
      `expected bytes ${start} to ${end - 1} of ${file} from ${connection.endpoint}, found ${found}; ` +
        "fetch the file, since this server gives no parts",
    );
  }
  const bytes = new Uint8Array(last + 1 - start);
  let at = 0;
  for await (const chunk of bodyOf(answer)) {
    if (at + chunk.length > bytes.length) throw new Passing(`more than ${bytes.length} bytes`);
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at < bytes.length) throw new Passing(`${at} of ${bytes.length} bytes`);
  return { bytes, total };
}

function changed({ file, commit }: Source, expected: number, found: number): HubError {
  return new HubError(
    "ERR_RESPONSE",
    `expected ${expected} bytes as ${file} of ${commit}, as before, found ${found}; try again later`,
  );
}
