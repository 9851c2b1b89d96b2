// Which files a repository has at a commit, as the hub's API tells it
// (GET /api/models/{id}/revision/{revision}?blobs=true).

import { HubError } from "./errors.js";
import { isCommit } from "./names.js";
import { refusal } from "./refusal.js";
import { fileEntry, type Listing } from "./repository-file.js";
import { type Answer, bodyOf, type Connection, request } from "./request.js";
import { retrying } from "./retry.js";

const MAX_ANSWER = 32 * 2 ** 20;
const MAX_FILES = 200_000;

/**
 * Asks the hub which commit a revision is, and for its files.
 *
 * @throws HubError as the hub refuses, `ERR_LIMIT` for an answer over 32 MiB, `ERR_RESPONSE` if it isn't
 * what a hub answers
 */
export async function fetchListing(
  connection: Connection,
  repository: string,
  revision: string,
): Promise<Listing> {
  const { endpoint } = connection;
  const url = `${endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const text = await retrying(`the files of ${repository}@${revision}`, connection, () =>
    request(connection, url, {}, (answer) => {
      const { response, onHub } = answer;
      if (response.ok) return readText(answer, `the list of files of ${repository}`);
      const hasToken = connection.token !== undefined;
      throw refusal({ response, onHub, repository, revision, endpoint, hasToken });
    }),
  );
  return parseListing(text, `${endpoint}, asked for ${repository}@${revision}`);
}

async function readText(answer: Answer, what: string): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of bodyOf(answer)) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER) {
      throw new HubError(
        "ERR_LIMIT",
        `expected ${what} in at most ${MAX_ANSWER} bytes, found more; check the endpoint (HF_ENDPOINT)`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

export function parseListing(text: string, where: string): Listing {
  const refuse = (expected: string, found: unknown): never => {
    throw new HubError(
      "ERR_RESPONSE",
      `expected ${expected} from ${where}, found ${String(found).slice(0, 80)}; check that the endpoint (HF_ENDPOINT) is a hub`,
    );
  };
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    refuse("JSON", text);
  }
  const { sha, siblings } = (answer ?? {}) as { sha?: unknown; siblings?: unknown };
  if (typeof sha !== "string" || !isCommit(sha)) return refuse("a commit (sha)", sha);
  if (!Array.isArray(siblings)) return refuse("a list of files (siblings)", siblings);
  if (siblings.length > MAX_FILES) return refuse(`at most ${MAX_FILES} files`, siblings.length);
  const files = siblings.map((sibling) => {
    const { rfilename, size, blobId, lfs } = (sibling ?? {}) as Record<string, unknown>;
    if (typeof rfilename !== "string") return refuse("each file's name (rfilename)", rfilename);
    return fileEntry(rfilename, size, blobId, (lfs as { sha256?: unknown } | null) ?? undefined);
  });
  return { commit: sha, files };
}
