// One request to the hub, over its redirects. Small files come from the hub itself or over a
// relative redirect, large ones from storage elsewhere. The redirect carries what the file is, in
// X-Linked-Etag and X-Linked-Size; storage has an ETag of its own that says nothing.

import { HubError } from "./errors.js";
import { Passing } from "./retry.js";

const MAX_REDIRECTS = 10;

export interface Connection {
  readonly fetch: typeof fetch;
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Longest silence to bear, in milliseconds. */
  readonly timeout: number;
  readonly retries: number;
}

/** What the hub says about a file's content. */
export interface Linked {
  etag?: string;
  size?: number;
}

export interface Answer {
  readonly response: Response;
  readonly onHub: boolean;
  readonly linked: Linked;
  /** Told about each part of the body, so that silence is noticed. */
  readonly heard: () => void;
}

/**
 * Sends a request and passes the answer to `use`, which reads the body. A HEAD request ends where the hub
 * leads elsewhere. The token stays with the hub.
 *
 * @throws Passing if the connection fails or is silent for too long; HubError `ERR_LIMIT` for too many
 * redirects, `ERR_RESPONSE` for one that leads to no web address or from https to http
 */
export async function request<T>(
  connection: Connection,
  url: string,
  init: { readonly method?: "HEAD"; readonly headers?: Readonly<Record<string, string>> },
  use: (answer: Answer) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), connection.timeout);
  const { signal: stop } = connection;
  const signal = stop ? AbortSignal.any([stop, silence.signal]) : silence.signal;
  try {
    const answer = await follow(connection, url, { ...init, signal });
    const result = await use({ ...answer, heard: () => void timer.refresh() });
    await answer.response.body?.cancel().catch(() => {});
    return result;
  } catch (error) {
    stop?.throwIfAborted();
    if (silence.signal.aborted) {
      throw new Passing(`silence for ${connection.timeout / 1000} seconds from ${shown(url)}`);
    }
    throw error;
  } finally {
    clearTimeout(timer);
    silence.abort(); // an unread body would hold the connection
  }
}

async function follow(
  { fetch, endpoint, token }: Connection,
  start: string,
  init: {
    readonly method?: "HEAD";
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<Omit<Answer, "heard">> {
  const hub = new URL(endpoint).origin;
  const linked: Linked = {};
  let url = start;
  let onHub = true;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await send(fetch, url, {
      ...init,
      headers: {
        ...init.headers,
        "accept-encoding": "identity", // sizes and ranges are those of the file
        ...(token !== undefined && onHub && { authorization: `Bearer ${token}` }),
      },
      redirect: "manual",
    });
    const location = response.status >= 300 && response.status < 400 && locationOf(response);
    see(linked, response.headers, onHub && !location && response.ok);
    if (!location) return { response, onHub, linked };
    await response.body?.cancel();
    const next = target(location, url);
    // Once it has left the hub, a chain of redirects gets no token any more.
    onHub &&= next.origin === hub;
    if (!onHub && init.method === "HEAD" && linked.etag !== undefined) {
      return { response, onHub: true, linked };
    }
    url = next.href;
  }
  throw new HubError(
    "ERR_LIMIT",
    `expected at most ${MAX_REDIRECTS} redirects from ${shown(start)}, found more; check the endpoint (HF_ENDPOINT)`,
  );
}

/** Takes what a response says about the file, unless an earlier one did. */
function see(linked: Linked, headers: Headers, isContent: boolean): void {
  if (linked.etag !== undefined) return;
  const etag = headers.get("x-linked-etag") ?? (isContent ? headers.get("etag") : null);
  if (etag === null) return;
  linked.etag = etag.replace(/^W\//, "").replace(/^"|"$/g, "");
  const whole =
    isContent && headers.get("content-encoding") === null && !headers.has("content-range");
  const size = headers.get("x-linked-size") ?? (whole ? headers.get("content-length") : null);
  if (size !== null && /^\d+$/.test(size)) linked.size = Number(size);
}

const locationOf = (response: Response): string => response.headers.get("location") ?? "";

function target(location: string, from: string): URL {
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const safe = url && (url.protocol === "https:" || url.protocol === new URL(from).protocol);
  if (safe) return url;
  throw new HubError(
    "ERR_RESPONSE",
    `expected a redirect from ${shown(from)} to another web address, found ${shown(location)}; check the endpoint (HF_ENDPOINT)`,
  );
}

/** The parts of an answer's body as they come. */
export async function* bodyOf({ response, heard }: Answer): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  try {
    while (reader) {
      const { done, value } = await reader.read().catch((error) => {
        throw failed(response.url, error);
      });
      if (done) return;
      heard();
      yield value;
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

const send = (request: typeof fetch, url: string, init: RequestInit): Promise<Response> =>
  request(url, init).catch((error) => {
    throw failed(url, error);
  });

/** `fetch` and its bodies fail for whatever happens to a connection; the cause says what. */
function failed(url: string, error: unknown): Passing {
  const { cause = error } = error as { cause?: unknown };
  const { code, message = String(cause) } = cause as { code?: string; message?: string };
  return new Passing(`${code ?? message} from ${shown(url)}`, undefined, { cause: error });
}

/** Without its query: links to storage are secrets. */
const shown = (url: string): string => url.replace(/[?#].*$/s, "").slice(0, 200);
