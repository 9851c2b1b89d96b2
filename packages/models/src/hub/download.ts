// One file's content, from the hub into the cache's blobs.

import type { Hash } from "node:crypto";
import type { CacheFolder } from "./cache-folder.js";
import { hashFile, hashFor } from "./checksum.js";
import { HubError } from "./errors.js";
import { takeLock } from "./lock.js";
import { PartialFile } from "./partial-file.js";
import type { Content } from "./repository-file.js";
import { type Answer, bodyOf, type Linked, request } from "./request.js";
import { Passing, retrying } from "./retry.js";
import { checkStatus, type Source, urlOf } from "./source.js";

/** So much more than ever before that the connection can't be called broken. */
const PROGRESS = 2 ** 20; // bytes
const MAX_CHANGES = 2;
const MAX_DAMAGES = 1;

/** What came is not what was announced. */
class Damaged extends Error {}

/** The hub names another content than it did before. */
class Changed extends Error {
  constructor(readonly content: Content) {
    super("changed");
  }
}

/**
 * Asks the hub what a file holds.
 *
 * @throws HubError as the hub refuses, `ERR_RESPONSE` if it doesn't say
 */
export async function fetchContent(source: Source): Promise<Content> {
  const url = urlOf(source);
  const { connection, file } = source;
  return retrying(`the size of ${file}`, connection, () =>
    request(connection, url, { method: "HEAD" }, async (answer) => {
      checkStatus(source, answer, answer.response.status < 400);
      const content = contentOf(answer.linked);
      if (content) return content;
      const { etag, size } = answer.linked;
      throw new HubError(
        "ERR_RESPONSE",
        `expected the hash and size of ${file} (ETag, X-Linked-Size) from ${url}, ` +
          `found ${etag} and ${size}; check that the endpoint (HF_ENDPOINT) is a hub`,
      );
    }),
  );
}

/** What a hub may say; the hash becomes a file's name. */
const contentOf = ({ etag, size }: Linked): Content | undefined =>
  etag !== undefined && /^\w[\w-]{0,127}$/.test(etag) && size !== undefined
    ? { etag, size }
    : undefined;

/**
 * Sees to it that the cache has a file's content as a blob.
 *
 * @param onReceived told how many of the content's bytes are there
 * @returns the content, which is another one if the hub has changed its mind
 * @throws HubError as the hub refuses, `ERR_NETWORK` after the last retry, `ERR_CHECKSUM` if what comes is
 * twice not what was announced
 */
export async function downloadBlob(
  source: Source,
  cache: CacheFolder,
  content: Content,
  onReceived: (bytes: number, of: Content) => void,
): Promise<Content> {
  const { signal } = source.connection;
  for (let changes = 0; ; changes++) {
    const wanted = content;
    const release = await takeLock(cache.lock(wanted.etag), () => cache.hasBlob(wanted), signal);
    if (!release) return wanted;
    try {
      await transfer(source, cache.blob(wanted.etag), wanted, (bytes) => onReceived(bytes, wanted));
      return wanted;
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
      if (changes === MAX_CHANGES) throw mismatch(source, wanted, error.content.etag);
      content = error.content;
    } finally {
      await release();
    }
  }
}

async function transfer(
  source: Source,
  blob: string,
  content: Content,
  onReceived: (bytes: number) => void,
): Promise<void> {
  const partial = await PartialFile.claim(blob, content.size);
  try {
    const download = new Download(source, content, partial, onReceived);
    await download.run();
    await partial.finish();
  } catch (error) {
    if (error instanceof Changed) await partial.restart();
    await partial.leave();
    throw error;
  }
}

class Download {
  private hash: Hash | undefined;
  private farthest = 0;

  constructor(
    private readonly source: Source,
    private readonly content: Content,
    private readonly partial: PartialFile,
    private readonly onReceived: (bytes: number) => void,
  ) {
    this.hash = hashFor(content.etag, content.size);
  }

  async run(): Promise<void> {
    const { source, partial, hash } = this;
    if (hash && partial.received > 0) await hashFile(hash, partial.path, source.connection.signal);
    this.onReceived(partial.received);
    this.farthest = partial.received;
    const progressed = () => this.progressed();
    const advice = "check the connection and try again: what has come is kept";
    for (let damages = 0; ; ) {
      try {
        return await retrying(source.file, { ...source.connection, progressed, advice }, () =>
          this.attempt(),
        );
      } catch (error) {
        if (!(error instanceof Damaged)) throw error;
        await this.restart();
        // Damage on the disk or on the way is rarely there twice.
        if (++damages > MAX_DAMAGES) throw mismatch(source, this.content, error.message);
      }
    }
  }

  private progressed(): boolean {
    const { received } = this.partial;
    if (received < this.farthest + PROGRESS) return false;
    this.farthest = received;
    return true;
  }

  private async attempt(): Promise<void> {
    const { content, partial } = this;
    if (partial.received < content.size) await this.receive();
    const digest = this.hash?.digest("hex");
    if (digest === undefined || digest === content.etag) return;
    throw new Damaged(`the hash ${digest}`);
  }

  private receive(): Promise<void> {
    const { source, partial } = this;
    const { received } = partial;
    const headers: Record<string, string> = received > 0 ? { range: `bytes=${received}-` } : {};
    return request(source.connection, urlOf(source), { headers }, async (answer) => {
      await this.checkAnswer(answer);
      for await (const chunk of bodyOf(answer)) await this.take(chunk);
      if (partial.received < this.content.size) {
        throw new Passing(`${partial.received} of ${this.content.size} bytes`);
      }
    });
  }

  private async checkAnswer(answer: Answer): Promise<void> {
    const { response, linked } = answer;
    const { content, partial } = this;
    const { status, headers } = response;
    if (status === 416) {
      const failure = new Passing(`status 416 at byte ${partial.received}`);
      await this.restart();
      throw failure;
    }
    checkStatus(this.source, answer, status === 200 || status === 206);
    const said = contentOf({ size: content.size, ...linked });
    // Other etags than the hub's hashes come from proxies, and say nothing.
    if (said && said.etag !== content.etag && hashFor(said.etag, said.size))
      throw new Changed(said);
    if (status === 200) {
      if (partial.received > 0) await this.restart();
      return;
    }
    const range = `bytes ${partial.received}-${content.size - 1}/${content.size}`;
    const found = headers.get("content-range");
    if (found === range && !headers.has("content-encoding")) return;
    await this.restart();
    throw new Passing(`${found} in place of ${range}`, 0);
  }

  private async take(chunk: Uint8Array): Promise<void> {
    const { content, partial } = this;
    const { size } = content;
    if (partial.received + chunk.length > size) throw new Damaged(`more than ${size} bytes`);
    await partial.append(chunk);
    this.hash?.update(chunk);
    this.onReceived(partial.received);
  }

  private async restart(): Promise<void> {
    await this.partial.restart();
    this.hash = hashFor(this.content.etag, this.content.size);
    this.onReceived(0);
  }
}

function mismatch({ file, repository, commit }: Source, { etag, size }: Content, found: string) {
  return new HubError(
    "ERR_CHECKSUM",
    `expected ${size} bytes with the hash ${etag} as ${file} of ${repository}@${commit}, ` +
      `found ${found}, twice; nothing was kept: try again later, or over another network`,
  );
}
