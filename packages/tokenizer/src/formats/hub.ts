// Fetching files, from the Hugging Face hub or any server, with limits and retries. Only
// what every runtime has.

import { TokenizerError } from "../errors.js";

export interface FetchOptions {
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
  /** Called with the bytes that have come, and how many there will be if that is known. */
  readonly onProgress?: (progress: { url: string; loaded: number; total?: number }) => void;
  /** Largest file to take, in bytes; 512 MB by default. */
  readonly maxBytes?: number;
  /** How often to try again after a cut transfer or a server's failure; 3 by default. */
  readonly retries?: number;
  /**
   * Sent to the hub only; `false` is none. By default HF_TOKEN, HUGGING_FACE_HUB_TOKEN, or on Node what `hf auth login`
   * left in HF_TOKEN_PATH or HF_HOME/token; none of them with HF_HUB_DISABLE_IMPLICIT_TOKEN=1.
   */
  readonly token?: string | false;
  /** The hub; from HF_ENDPOINT by default, else https://huggingface.co. */
  readonly endpoint?: string;
  /** Nothing is fetched: only what is on disk is used. By default HF_HUB_OFFLINE, else TRANSFORMERS_OFFLINE. */
  readonly offline?: boolean;
}

const MAX_BYTES = 512 * 2 ** 20;

/** A variable of the environment, where there is one. */
export const env = (name: string): string | undefined =>
  typeof process === "object" ? process.env?.[name] || undefined : undefined;

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? "");

/** Whether the caller or the environment forbids the network. */
export const isOffline = ({ offline }: FetchOptions): boolean =>
  offline ?? isTrue(env("HF_HUB_OFFLINE") ?? env("TRANSFORMERS_OFFLINE"));

export const OFFLINE =
  "since offline (options.offline, HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE): load it online once with a cache, or from a file";

/** Whether there are files to read. */
export const onNode = (): boolean =>
  typeof process === "object" && process.versions?.["node"] !== undefined;

async function tokenOf({ token }: FetchOptions): Promise<string | undefined> {
  if (token === false) return undefined;
  const given = token ?? (await implicitToken());
  const line = given?.trim() || undefined;
  if (line !== undefined && !/^[\x21-\x7e]+$/.test(line)) {
    throw new TokenizerError(
      "ERR_ARGUMENT",
      "expected a token of visible ASCII characters, found others; look at HF_TOKEN and the token's file",
    );
  }
  return line;
}

async function implicitToken(): Promise<string | undefined> {
  if (isTrue(env("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) return undefined;
  const token = env("HF_TOKEN") ?? env("HUGGING_FACE_HUB_TOKEN");
  if (token !== undefined || !onNode()) return token;
  return (await import("#node")).storedToken();
}

export const endpointOf = ({ endpoint }: FetchOptions): string =>
  (endpoint ?? env("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, "");

/** Where the hub has this file. */
export function hubUrl(
  repository: string,
  file: string,
  options: FetchOptions & { readonly revision?: string },
): string {
  const revision = encodeURIComponent(options.revision ?? "main");
  return `${endpointOf(options)}/${repository}/resolve/${revision}/${file}`;
}

/** Something to try again: the transfer was cut, or the server is busy. */
class Passing extends Error {}

/**
 * Fetches a file; undefined if there is none (404).
 *
 * @throws TokenizerError `ERR_LOAD` with the URL and what came instead, or that the network is forbidden; `ERR_LIMIT` if it's larger
 * than `maxBytes`; whatever the signal was aborted with
 */
export async function fetchBytes(
  url: string,
  options: FetchOptions,
): Promise<Uint8Array | undefined> {
  if (isOffline(options)) {
    throw new TokenizerError("ERR_LOAD", `expected ${url}, found none, ${OFFLINE}`);
  }
  const retries = options.retries ?? 3;
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await fetchOnce(url, options);
    } catch (cause) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (cause instanceof TokenizerError) throw cause;
      if (attempt >= retries) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new TokenizerError(
          "ERR_LOAD",
          `expected ${url}, found a failure in each of ${attempt + 1} tries: ${why}`,
          { cause },
        );
      }
      await pause(100 * 2 ** attempt, options.signal);
    }
  }
}

async function fetchOnce(url: string, options: FetchOptions): Promise<Uint8Array | undefined> {
  const token = url.startsWith(`${endpointOf(options)}/`) ? await tokenOf(options) : undefined;
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const { signal } = options;
  const response = await (options.fetch ?? fetch)(url, { headers, ...(signal ? { signal } : {}) });
  const { status } = response;
  if (status === 404) {
    await response.body?.cancel();
    const code = response.headers.get("x-error-code");
    if (code === "RepoNotFound" || code === "RevisionNotFound") refuse(url, `${code} (404)`);
    return undefined;
  }
  if (status >= 500 || status === 408 || status === 429) {
    await response.body?.cancel();
    throw new Passing(`status ${status}`);
  }
  if (!response.ok) {
    await response.body?.cancel();
    const hint = status === 401 || status === 403 ? "; it may need a token (HF_TOKEN)" : "";
    refuse(url, `status ${status}${hint}`);
  }
  return readBody(response, url, options);
}

function refuse(url: string, found: string): never {
  throw new TokenizerError("ERR_LOAD", `expected ${url}, found ${found}`);
}

async function readBody(
  response: Response,
  url: string,
  options: FetchOptions,
): Promise<Uint8Array> {
  const max = options.maxBytes ?? MAX_BYTES;
  const tooLarge = (size: number): never => {
    throw new TokenizerError(
      "ERR_LIMIT",
      `expected at most ${max} bytes from ${url}, found ${size}`,
    );
  };
  // A compressed body is shorter than what comes out of it, so that its length says nothing. Of other origins
  // a browser shows the length, but not that it is of a compressed body: so more than that is no failure.
  const plain = response.headers.get("content-encoding") === null;
  const header = plain ? response.headers.get("content-length") : null;
  const length = header === null ? Number.NaN : Number(header);
  if (length > max) {
    await response.body?.cancel();
    tooLarge(length);
  }
  const total = Number.isFinite(length) ? length : undefined;
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    loaded += value.length;
    if (loaded > max) {
      await reader.cancel();
      tooLarge(loaded);
    }
    chunks.push(value);
    const known = total !== undefined && loaded <= total;
    options.onProgress?.({ url, loaded, ...(known ? { total } : {}) });
  }
  if (total !== undefined && loaded < total) throw new Passing(`${loaded} of ${total} bytes`);
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
