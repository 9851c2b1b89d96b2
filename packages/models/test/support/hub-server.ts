// A hub on the loopback interface that answers as huggingface.co does: the API, small files over
// a relative redirect, large ones over a redirect to storage on another origin. Faults are queued.

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export interface Repository {
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Which files are in LFS; those ending in .safetensors by default. */
  readonly lfs?: (name: string) => boolean;
  readonly revisions?: Readonly<Record<string, string>>;
  readonly needs?: "token" | "access";
  /** A mirror's API may leave out sizes and hashes. */
  readonly bare?: boolean;
}

export interface Seen {
  readonly on: "hub" | "storage";
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** What goes wrong with one request. */
export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly kind: "reset" }
  /** The connection breaks, and the client may lose what came last; a clean end comes too early; silence. */
  | { readonly kind: "drop" | "cut" | "stall"; readonly after: number }
  | { readonly kind: "damage"; readonly at: number }
  | { readonly kind: "longer"; readonly by: number }
  | { readonly kind: "ignoreRange"; readonly after?: number }
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "headers"; readonly headers: Record<string, string> }
  | { readonly kind: "body"; readonly text: string };

export const GOOD_TOKEN = "hf_good";
export const commitOf = (seed: string): string => createHash("sha1").update(seed).digest("hex");

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");
export const gitSha1 = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** Every file of a folder, as a repository has them. */
export async function filesOf(folder: string): Promise<Record<string, Uint8Array>> {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])),
  );
}

export class HubServer {
  readonly seen: Seen[] = [];
  private readonly repositories = new Map<string, Repository>();
  private readonly faults: { readonly on: RegExp; readonly fault: Fault }[] = [];

  private constructor(
    private readonly hub: Server,
    private readonly storage: Server,
  ) {}

  static async start(): Promise<HubServer> {
    const server: HubServer = new HubServer(
      createServer((request, response) => server.onHub(request, response)),
      createServer((request, response) => server.onStorage(request, response)),
    );
    for (const part of [server.hub, server.storage]) {
      await new Promise<void>((resolve) => part.listen(0, "127.0.0.1", resolve));
    }
    return server;
  }

  get url(): string {
    return urlOf(this.hub);
  }

  get storageUrl(): string {
    return urlOf(this.storage);
  }

  /** The paths of the requests for contents, without those for metadata. */
  get downloads(): Seen[] {
    return this.seen.filter(({ on, method }) => on === "storage" && method === "GET");
  }

  add(id: string, repository: Repository): void {
    this.repositories.set(id, repository);
  }

  /** The next request whose `ORIGIN METHOD path` matches gets this fault, and only that. */
  fail(on: RegExp, ...faults: readonly Fault[]): void {
    for (const fault of faults) this.faults.push({ on, fault });
  }

  /** As if nothing had been asked, nor anything be about to go wrong. */
  forget(): void {
    this.seen.length = 0;
    this.faults.length = 0;
  }

  async close(): Promise<void> {
    for (const part of [this.hub, this.storage]) {
      part.closeAllConnections();
      await new Promise((resolve) => part.close(resolve));
    }
  }

  private note(on: Seen["on"], { method = "", url = "", headers }: IncomingMessage) {
    const { authorization, range } = headers;
    this.seen.push({ on, method, path: url, authorization, range });
    const index = this.faults.findIndex((entry) => entry.on.test(`${on} ${method} ${url}`));
    return index < 0 ? undefined : this.faults.splice(index, 1)[0]?.fault;
  }

  private onHub(request: IncomingMessage, response: ServerResponse): void {
    const fault = this.note("hub", request);
    if (fault && answerFault(fault, request, response)) return;
    const url = new URL(request.url ?? "/", this.url);
    const tree = /^\/api\/models\/(.+)\/tree\/([0-9a-f]{40})$/.exec(url.pathname);
    const api = /^\/api\/models\/(.+)\/revision\/([^/]+)$/.exec(url.pathname);
    const cached = /^\/api\/resolve-cache\/models\/(.+?)\/([0-9a-f]{40})\/(.+)$/.exec(url.pathname);
    const direct = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const [, id = "", revision = "", file = ""] = cached ?? direct ?? [];
    if (tree) this.onTree(tree[1] ?? "", request, response);
    else if (api) this.onApi(api[1] ?? "", api[2] ?? "", request, response);
    else this.onResolve({ id, revision, file, redirect: !cached }, fault, request, response);
  }

  private allowed(id: string, request: IncomingMessage, response: ServerResponse, file: boolean) {
    const repository = this.repositories.get(id);
    const { authorization } = request.headers;
    if (authorization !== undefined && authorization !== `Bearer ${GOOD_TOKEN}`) {
      refuse(response, 401, undefined, "Invalid credentials in Authorization header");
    } else if (!repository || (repository.needs === "token" && authorization === undefined)) {
      refuse(response, authorization ? 404 : 401, "RepoNotFound", "Repository not found");
    } else if (repository.needs === "access" && file) {
      const status = authorization ? 403 : 401;
      refuse(response, status, "GatedRepo", `Access to model ${id} is restricted`);
    } else return repository;
    return undefined;
  }

  private onApi(id: string, name: string, request: IncomingMessage, response: ServerResponse) {
    const repository = this.allowed(id, request, response, false);
    if (!repository) return;
    if (this.commit(repository, decodeURIComponent(name)) === undefined) {
      refuse(response, 404, "RevisionNotFound", `Invalid rev id: ${name}`);
      return;
    }
    const siblings = Object.entries(repository.files).map(([rfilename, bytes]) => {
      if (repository.bare) return { rfilename };
      const size = bytes.length;
      const blobId = gitSha1(bytes);
      if (!isLfs(repository, rfilename)) return { rfilename, size, blobId };
      const lfs = { sha256: sha256(bytes), size, pointerSize: 135 };
      return { rfilename, size, blobId: commitOf(`pointer ${blobId}`), lfs };
    });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id, sha: repository.commit, siblings, private: false }));
  }

  /** The other listing, which Python asks for. */
  private onTree(id: string, request: IncomingMessage, response: ServerResponse): void {
    const repository = this.allowed(id, request, response, false);
    if (!repository) return;
    const entries = Object.entries(repository.files).map(([path, bytes]) => {
      const file = { type: "file", path, size: bytes.length };
      if (!isLfs(repository, path)) return { ...file, oid: gitSha1(bytes) };
      const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: 135 };
      return { ...file, oid: commitOf(`pointer ${gitSha1(bytes)}`), lfs };
    });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(entries));
  }

  private commit({ commit, revisions }: Repository, name: string): string | undefined {
    return name === commit ? commit : (revisions ?? { main: commit })[name];
  }

  private onResolve(
    path: { id: string; revision: string; file: string; redirect: boolean },
    fault: Fault | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const repository = this.allowed(path.id, request, response, true);
    if (!repository) return;
    const commit = this.commit(repository, decodeURIComponent(path.revision));
    const bytes = repository.files[decodeURIComponent(path.file)];
    if (commit) response.setHeader("x-repo-commit", commit);
    if (!commit || !bytes) {
      refuse(response, 404, commit ? "EntryNotFound" : "RevisionNotFound", "Not found");
      return;
    }
    const setFaulty = () => {
      if (fault?.kind !== "headers") return;
      for (const [name, value] of Object.entries(fault.headers)) response.setHeader(name, value);
    };
    if (isLfs(repository, decodeURIComponent(path.file))) {
      response.setHeader("x-linked-etag", `"${sha256(bytes)}"`);
      response.setHeader("x-linked-size", bytes.length);
      response.setHeader("location", `${this.storageUrl}/${path.id}/${path.file}?Signature=secret`);
      setFaulty();
      response.writeHead(302).end("Found. Redirecting.");
    } else if (path.redirect) {
      response.setHeader(
        "location",
        `/api/resolve-cache/models/${path.id}/${commit}/${path.file}?etag=x`,
      );
      setFaulty();
      response.writeHead(307).end("Temporary Redirect.");
    } else {
      response.setHeader("etag", `"${gitSha1(bytes)}"`);
      setFaulty();
      sendBytes(bytes, fault, request, response);
    }
  }

  private onStorage(request: IncomingMessage, response: ServerResponse): void {
    const fault = this.note("storage", request);
    if (fault && answerFault(fault, request, response)) return;
    const { pathname } = new URL(request.url ?? "/", this.storageUrl);
    const [owner = "", name = "", ...file] = pathname.slice(1).split("/");
    const { files } = this.repositories.get(`${owner}/${name}`) ?? {};
    const bytes = files?.[decodeURIComponent(file.join("/"))];
    response.setHeader("etag", '"of-the-storage-server-5"');
    // As S3 does: a signed link and a token are two ways to log in.
    if (request.headers.authorization) response.writeHead(400).end();
    else if (bytes) sendBytes(bytes, fault, request, response);
    else response.writeHead(404).end();
  }
}

const urlOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const isLfs = ({ lfs = (name) => name.endsWith(".safetensors") }: Repository, name: string) =>
  lfs(name);

function refuse(response: ServerResponse, status: number, code?: string, message?: string): void {
  if (code) response.setHeader("x-error-code", code);
  if (message) response.setHeader("x-error-message", message);
  response.writeHead(status).end(JSON.stringify({ error: message }));
}

/** Faults that need no content. */
function answerFault(fault: Fault, request: IncomingMessage, response: ServerResponse): boolean {
  if (fault.kind === "status") response.writeHead(fault.status, fault.headers).end("fault");
  else if (fault.kind === "reset") request.socket.destroy();
  else if (fault.kind === "redirect") {
    response.writeHead(302, { location: fault.location }).end();
  } else if (fault.kind === "body") response.end(fault.text);
  else return false;
  return true;
}

function sendBytes(
  whole: Uint8Array,
  fault: Fault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  let bytes = whole;
  if (fault?.kind === "damage") {
    bytes = Uint8Array.from(whole);
    bytes[fault.at] = (bytes[fault.at] ?? 0) ^ 1;
  }
  if (fault?.kind === "longer") bytes = Buffer.concat([whole, new Uint8Array(fault.by)]);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  if (range && fault?.kind !== "ignoreRange") {
    const start = Number(range[1]);
    const end = range[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
    if (start >= bytes.length) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
    response.statusCode = 206;
    response.setHeader("content-range", `bytes ${start}-${end - 1}/${bytes.length}`);
    bytes = bytes.subarray(start, end);
  }
  if (fault?.kind === "headers") {
    for (const [name, value] of Object.entries(fault.headers)) response.setHeader(name, value);
  }
  const cut = fault && /^(cut|ignoreRange)$/.test(fault.kind) && "after" in fault;
  if (!cut) response.setHeader("content-length", bytes.length);
  if (request.method === "HEAD") response.end();
  else if (fault?.kind === "drop") {
    response.write(bytes.subarray(0, fault.after), () => request.socket.destroy());
  } else if (cut) response.end(bytes.subarray(0, fault.after));
  else if (fault?.kind === "stall") response.write(bytes.subarray(0, fault.after));
  else response.end(bytes);
}
