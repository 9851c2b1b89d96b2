// What a status other than success means. The hub says more in X-Error-Code and X-Error-Message
// (huggingface_hub, utils/_http.py).

import { HubError, type HubErrorCode } from "./errors.js";
import { Passing, waitAskedFor } from "./retry.js";

export interface Refused {
  readonly response: Response;
  /** Whether the hub itself answered, and not a storage server that it led to. */
  readonly onHub: boolean;
  readonly repository: string;
  readonly revision: string;
  /** Absent where the whole repository was asked for. */
  readonly file?: string | undefined;
  readonly endpoint: string;
  readonly hasToken: boolean;
}

const LOG_IN = "set HF_TOKEN, or log in with `hf auth login`";

/** The error for a response that isn't what was asked for. */
export function refusal(refused: Refused): HubError | Passing {
  const { response, onHub, repository, revision, file, endpoint, hasToken } = refused;
  const { status, headers } = response;
  if (status === 408 || status === 429 || status >= 500) {
    return new Passing(`status ${status}`, waitAskedFor(headers));
  }
  // Links to storage expire, and the hub gives a new one.
  if (!onHub) return new Passing(`status ${status} from the storage server`);

  const where = `${repository}@${revision}`;
  const what = file === undefined ? where : `${file} of ${where}`;
  const message = headers.get("x-error-message")?.slice(0, 200);
  const found = `status ${status}${message ? ` (${message})` : ""}`;
  const error = (code: HubErrorCode, todo: string) =>
    new HubError(code, `expected ${what} from ${endpoint}, found ${found}; ${todo}`);

  switch (headers.get("x-error-code")) {
    case "GatedRepo":
      return error(
        "ERR_GATED",
        `ask for access at ${endpoint}/${repository}${hasToken ? "" : `, then ${LOG_IN}`}`,
      );
    case "RevisionNotFound":
      return error("ERR_NOT_FOUND", `see its branches at ${endpoint}/${repository}/tree/main`);
    case "EntryNotFound":
      return error("ERR_NOT_FOUND", `see its files at ${endpoint}/${repository}/tree/${revision}`);
    case "RepoNotFound":
      return error("ERR_NOT_FOUND", missing(hasToken));
  }
  if (message?.startsWith("Invalid credentials")) {
    return error("ERR_UNAUTHORIZED", "make a new token and set HF_TOKEN, or pass token: false");
  }
  if (status === 401 || status === 403) {
    const todo = hasToken ? "give the token permission to read it, or use another" : LOG_IN;
    return error("ERR_UNAUTHORIZED", todo);
  }
  if (status === 404 || status === 410) return error("ERR_NOT_FOUND", missing(hasToken));
  return error("ERR_RESPONSE", "check that the endpoint (HF_ENDPOINT) is a hub");
}

const missing = (hasToken: boolean): string =>
  `check the id; if it's private, ${hasToken ? "use a token that may read it" : LOG_IN}`;
