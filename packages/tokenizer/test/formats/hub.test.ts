// A server on this machine that behaves as the hub does: redirects to large files, says the
// commit and size, refuses, fails and cuts transfers on request.
import {
  mkdirSync,
  mkdtempSync,
  openAsBlob,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { TokenizerError } from "../../src/errors.js";
import { fetchBytes } from "../../src/formats/hub.js";
import { loadDefinition } from "../../src/formats/resolve.js";
import { ggml } from "./gguf-file.js";
import { byteLines, contents, small, utf8 } from "./helpers.js";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const json = JSON.stringify(small());
const config = JSON.stringify({ bos_token: "<s>", chat_template: "old" });

let server: Server;
let endpoint: string;
let requests: { url: string; authorization: string | undefined }[];
let failures: number;
let folder: string;

const text = async (request: Promise<unknown>): Promise<string> => {
  try {
    await request;
  } catch (error) {
    return error instanceof TokenizerError ? `${error.code} ${error.message}` : String(error);
  }
  return "";
};

describe("in a page", () => {
  /** What a browser gives: of other origins it hides encodings, and refusals that don't allow the page. */
  const load = (fetch: (name: string) => Response | Promise<Response>) =>
    loadDefinition("https://cdn.example/v/tokenizer.json", {
      fetch: async (url) => fetch(String(url).split("/").at(-1) as string),
    });
  const withLength = (body: string, length: number) =>
    new Response(body, { headers: { "content-length": String(length) } });

  afterEach(() => vi.unstubAllGlobals());

  it("a compressed file of another origin is longer than its length", async () => {
    const { model } = await load((name) =>
      name === "tokenizer.json" ? withLength(json, 10) : new Response("", { status: 404 }),
    );
    expect(model.type).toBe("BPE");
  });

  it("a file that ends too soon is fetched again", async () => {
    let tries = 0;
    await load((name) => {
      if (name !== "tokenizer.json") return new Response("", { status: 404 });
      return tries++ === 0 ? withLength(json.slice(0, 9), json.length) : withLength(json, 10);
    });
    expect(tries).toBe(2);
  });

  it("files of another origin that may be there are none if they can't be fetched", async () => {
    vi.stubGlobal("location", { origin: "https://page.example" });
    const names: string[] = [];
    const { config } = await load((name) => {
      names.push(name);
      if (name === "tokenizer.json") return new Response(json);
      throw new TypeError("Failed to fetch");
    });
    expect(config?.chatTemplate).toBeUndefined();
    expect(names.length).toBe(new Set(names).size); // each once
  });

  it("but those of the page's own origin are looked for in earnest", async () => {
    vi.stubGlobal("location", { origin: "https://cdn.example" });
    const loading = load((name) => {
      if (name === "tokenizer.json") return new Response(json);
      throw new TypeError("Failed to fetch");
    });
    expect(await text(loading)).toMatch(/^ERR_LOAD .*Failed to fetch/);
  });
});

it("a name of a file is no repository's", async () => {
  expect(await text(loadDefinition("models/tokenizer.json", { endpoint }))).toMatch(/^ERR_LOAD/);
  expect(requests).toEqual([]);
});

beforeAll(async () => {
  server = createServer((request: IncomingMessage, response) => {
    const { url = "" } = request;
    requests.push({ url, authorization: request.headers.authorization });
    const send = (status: number, headers: Record<string, string>, body = "") => {
      response.writeHead(status, { ...headers, "content-length": String(body.length) });
      response.end(body);
    };
    const repo = { "x-repo-commit": COMMIT };
    if (failures > 0) {
      failures--;
      if (failures % 2 === 0) return send(503, {});
      response.writeHead(200, { "content-length": "1000" });
      response.write("cut");
      setTimeout(() => response.destroy(), 5);
      return undefined;
    }
    const [, name] = /^\/org\/name\/resolve\/[^/]+\/(.+)$/.exec(url) ?? [];
    if (name === "tokenizer.json") {
      // Another origin, as the hub's storage is.
      const location = `http://localhost:${(server.address() as AddressInfo).port}/storage/1`;
      return send(302, {
        ...repo,
        "x-linked-etag": '"e1"',
        "x-linked-size": String(json.length),
        location,
      });
    }
    if (name === "tokenizer_config.json") return send(200, { ...repo, etag: 'W/"e2"' }, config);
    if (name === "chat_template.jinja") return send(200, { ...repo, etag: '"e3"' }, "new");
    if (url === "/storage/1") return send(200, { etag: '"other"' }, json);
    if (url.startsWith("/org/short/")) {
      return send(200, { ...repo, etag: '"e"', "x-linked-size": "9999" }, json);
    }
    if (url.startsWith("/org/secret/")) return send(401, {}, "no");
    if (url.startsWith("/org/loop/")) return send(302, { location: url });
    if (url.startsWith("/org/none/")) return send(404, { "x-error-code": "RepoNotFound" });
    const [, file] = /^\/folder\/(.+)\?v=1$/.exec(url) ?? [];
    if (file === "tokenizer.json") return send(200, {}, json);
    if (file === "tokenizer_config.json") return send(200, {}, config);
    if (file === "special_tokens_map.json") return send(403, {}, "no");
    if (url === "/slow") return undefined;
    return send(404, { "x-error-code": "EntryNotFound" });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  failures = 0;
  folder = mkdtempSync(join(tmpdir(), "tokenizer-hub-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true, force: true });
});

const load = (repository: string, options: object = {}) =>
  loadDefinition(repository, { endpoint, cache: folder, retries: 2, ...options });

describe("a repository on the hub", () => {
  it("gives vocabulary, configuration and template", async () => {
    const definition = await load("org/name");
    expect(contents(definition.model.vocabulary)).toEqual(["a", "b", "ab"]);
    expect(definition.config).toMatchObject({ bosToken: "<s>", chatTemplate: "new" });
  });

  it("is kept on disk in the hub's layout", async () => {
    await load("org/name");
    const root = join(folder, "models--org--name");
    expect(readdirSync(join(root, "blobs")).sort()).toEqual(["e1", "e2", "e3"]);
    expect(readFileSync(join(root, "refs", "main"), "utf8")).toBe(COMMIT);
    const snapshot = join(root, "snapshots", COMMIT);
    expect(readdirSync(snapshot).sort()).toEqual([
      "chat_template.jinja",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    expect(readFileSync(join(snapshot, "tokenizer.json"), "utf8")).toBe(json);
  });

  it("is read offline from there, and only there", async () => {
    await load("org/name");
    requests = [];
    const definition = await load("org/name", { offline: true });
    expect(definition.config?.bosToken).toBe("<s>");
    expect(requests).toEqual([]);
    expect(await text(load("org/other", { offline: true }))).toMatch(/^ERR_LOAD .*since offline/);
  });

  it("asks nothing of the network offline, whatever the way in", async () => {
    const asked = vi.fn<typeof fetch>();
    const forbidden = async (source: string, options: object = {}) => {
      const said = await text(load(source, { fetch: asked, ...options }));
      expect(said).toMatch(/^ERR_LOAD expected .*, found none, since offline.*(HF_HUB_OFFLINE)/);
    };
    const ways = async (options: object) => {
      await forbidden("org/name", { cache: false, ...options });
      await forbidden("org/name", options);
      await forbidden(`${endpoint}/storage/1`, options);
      await forbidden(`${endpoint}/folder/tokenizer.json`, options);
      vi.stubGlobal("process", undefined);
      await forbidden("org/name", { ...options, offline: true });
      vi.unstubAllGlobals();
    };
    await ways({ offline: true });
    for (const name of ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]) {
      vi.stubEnv(name, "yes");
      await ways({});
      vi.unstubAllEnvs();
    }
    expect(asked).not.toHaveBeenCalled();
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect((await load("org/name", { offline: false })).config?.bosToken).toBe("<s>");
    vi.unstubAllEnvs();
    expect(requests).not.toEqual([]);
  });

  it("finds the cache and the token where Python's client has them", async () => {
    const sent = async () => {
      requests = [];
      await loadDefinition("org/name", { endpoint, retries: 0 });
      return requests[0]?.authorization;
    };
    vi.stubEnv("HF_TOKEN", "");
    vi.stubEnv("HF_HUB_CACHE", "");
    vi.stubEnv("HUGGINGFACE_HUB_CACHE", join(folder, "old"));
    vi.stubEnv("HF_HOME", join(folder, "home"));
    expect(await sent()).toBeUndefined();
    expect(readdirSync(join(folder, "old"))).toEqual(["models--org--name"]);
    mkdirSync(join(folder, "home"));
    writeFileSync(join(folder, "home", "token"), "from-home\n");
    expect(await sent()).toBe("Bearer from-home");
    writeFileSync(join(folder, "elsewhere"), "from-path\n");
    vi.stubEnv("HF_TOKEN_PATH", join(folder, "elsewhere"));
    expect(await sent()).toBe("Bearer from-path");
    vi.stubEnv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    expect(await sent()).toBeUndefined();
    vi.stubEnv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "");
    vi.stubEnv("HUGGING_FACE_HUB_TOKEN", "old");
    expect(await sent()).toBe("Bearer old");
    vi.stubEnv("HF_TOKEN", "new");
    expect(await sent()).toBe("Bearer new");
    vi.stubEnv("HF_TOKEN", "n\u00e9w");
    expect(await text(sent())).toMatch(/^ERR_ARGUMENT .*token/);
    vi.unstubAllEnvs();
  });

  it("asks nothing again for a commit's files", async () => {
    await load("org/name", { revision: COMMIT });
    requests = [];
    await load("org/name", { revision: COMMIT });
    expect(requests.map(({ url }) => url)).not.toContain(
      `/org/name/resolve/${COMMIT}/tokenizer.json`,
    );
  });

  it("falls back to the disk when the hub fails", async () => {
    await load("org/name");
    failures = 1000;
    expect((await load("org/name", { retries: 0 })).model.vocabulary.size).toBe(3);
  });

  it("keeps the token from other servers", async () => {
    await load("org/name", { token: "t" });
    const of = (end: string) => requests.find(({ url }) => url.endsWith(end))?.authorization;
    expect(of("tokenizer.json")).toBe("Bearer t");
    expect(of("/storage/1")).toBeUndefined();
  });

  it("works without a disk", async () => {
    expect((await load("org/name", { cache: false })).config?.chatTemplate).toBe("new");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("tries again after failures and cut transfers", async () => {
    failures = 2;
    expect((await load("org/name")).model.vocabulary.size).toBe(3);
    failures = 100;
    expect(await text(load("org/other"))).toMatch(/^ERR_LOAD .*found a failure in each of 3 tries/);
  });

  it.each([
    ["org/secret", /^ERR_LOAD .*status 401; it may need a token/],
    ["org/none", /^ERR_LOAD .*RepoNotFound/],
    ["org/empty", /^ERR_LOAD expected tokenizer.json, tokenizer.model/],
    ["org/short", /^ERR_LOAD expected 9999 bytes/],
    ["org/loop", /^ERR_LOAD .*more than 10 redirects/],
    ["../etc", /^ERR_LOAD expected a file, folder, URL or repository/],
  ])("is refused: %s", async (repository, message) => {
    expect(await text(load(repository))).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a revision that leaves the cache", async () => {
    for (const revision of ["../..", "a/../b", "", "a b"]) {
      expect(await text(load("org/name", { revision }))).toMatch(/^ERR_ARGUMENT/);
    }
  });

  it("reports progress, keeps limits, and stops when told", async () => {
    const seen: number[] = [];
    const onProgress = ({ loaded }: { loaded: number }) => void seen.push(loaded);
    await fetchBytes(`${endpoint}/storage/1`, { onProgress });
    expect(seen.at(-1)).toBe(json.length);
    expect(await text(load("org/name", { maxBytes: 10 }))).toMatch(/^ERR_LIMIT/);
    writeFileSync(join(folder, "tokenizer.json"), json);
    for (const source of [folder, join(folder, "tokenizer.json"), new Blob([json])]) {
      expect(await text(loadDefinition(source, { maxBytes: 10 }))).toMatch(/^ERR_LIMIT/);
    }
    const controller = new AbortController();
    const slow = text(loadDefinition(`${endpoint}/slow`, { signal: controller.signal }));
    controller.abort(new Error("enough"));
    expect(await slow).toContain("enough");
  });
});

describe("a signal", () => {
  it("that is aborted stops every kind of loading with its reason", async () => {
    const path = join(folder, "tokenizer.json");
    writeFileSync(path, json);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const bytes = utf8(json);
    const sources = [
      `${endpoint}/storage/1`,
      "org/name",
      path,
      folder,
      bytes,
      bytes.slice().buffer,
    ];
    for (const source of [...sources, new Blob([json]), small()]) {
      await expect(loadDefinition(source, { endpoint, signal })).rejects.toBe(reason);
    }
    expect(requests).toEqual([]);
  });

  it("reaches the reading of folders, files and blobs", async () => {
    writeFileSync(join(folder, "tokenizer.json"), json);
    for (const source of [folder, join(folder, "tokenizer.json"), new Blob([json])]) {
      // Aborted once the options are checked.
      const reason = new Error("enough");
      let asked = 0;
      const throwIfAborted = () => {
        if (asked++ > 0) throw reason;
      };
      const signal = { aborted: false, throwIfAborted } as AbortSignal;
      const loading = loadDefinition(source, { signal });
      await expect(loading).rejects.toBe(reason);
    }
  });
});

describe("a file with others beside it", () => {
  it("is completed by them on disk", async () => {
    const path = join(folder, "tokenizer.json");
    writeFileSync(path, json);
    expect((await loadDefinition(path)).config).toEqual({});
    writeFileSync(join(folder, "tokenizer_config.json"), config);
    expect((await loadDefinition(path)).config).toMatchObject({ chatTemplate: "old" });
    writeFileSync(join(folder, "chat_template.jinja"), "new");
    const expected = { bosToken: "<s>", chatTemplate: "new" };
    expect((await loadDefinition(path)).config).toMatchObject(expected);
    expect((await loadDefinition(new URL(`file://${path}`))).config).toMatchObject(expected);
    writeFileSync(join(folder, "other.json"), json);
    expect((await loadDefinition(join(folder, "other.json"))).config).toBeUndefined();
    writeFileSync(join(folder, "tokenizer_config.json"), "{");
    expect(await text(loadDefinition(path))).toMatch(
      /^ERR_FORMAT expected JSON in .*tokenizer-hub-\w+\/tokenizer_config.json/,
    );
  });

  it("is completed by them on a server", async () => {
    const { config: read } = await loadDefinition(`${endpoint}/folder/tokenizer.json?v=1`);
    expect(read).toMatchObject({ bosToken: "<s>", chatTemplate: "old" });
    const asked = requests.map(({ url }) => url);
    expect(asked).toContain("/folder/chat_template.jinja?v=1");
    expect(asked).toContain("/folder/tokenizer_config.json?v=1");
  });

  it("asks for none beside a file of another name", async () => {
    await loadDefinition(`${endpoint}/storage/1`);
    expect(requests).toHaveLength(1);
  });
});

describe("other places", () => {
  it("are URLs, paths, folders, file URLs, bytes and blobs", async () => {
    const path = join(folder, "tokenizer.json");
    writeFileSync(path, json);
    const bytes = utf8(json);
    const sources = [
      `${endpoint}/storage/1`,
      path,
      folder,
      new URL(`file://${path}`),
      bytes,
      bytes.slice().buffer,
      new Blob([json]),
      small(),
    ];
    for (const source of sources) {
      expect(
        (await loadDefinition(source)).model.vocabulary.size,
        String(source).slice(0, 40),
      ).toBe(3);
    }
  });

  it("may be a GGUF file of any size, of which the beginning is read", async () => {
    const path = join(folder, "model.gguf");
    const head = ggml({ model: "gpt2", pre: "gpt-2", tokens: ["a", "b", "ab"], merges: ["a b"] });
    writeFileSync(path, head);
    truncateSync(path, 3 * 2 ** 30);
    expect((await loadDefinition(path)).model.vocabulary.size).toBe(3);
    expect((await loadDefinition(await openAsBlob(path))).model.vocabulary.size).toBe(3);
    const cut = head.slice(0, head.length - 5);
    expect(await text(loadDefinition(new Blob([cut])))).toMatch(/^ERR_FORMAT expected at least/);
  });

  it("know a rank file by its name or by what the caller says", async () => {
    const path = join(folder, "cl100k_base.tiktoken");
    writeFileSync(path, byteLines());
    expect((await loadDefinition(path)).addedTokens).toHaveLength(5);
    const bytes = utf8(byteLines());
    expect(await text(loadDefinition(bytes))).toMatch(/^ERR_ARGUMENT expected options.tiktoken/);
    expect((await loadDefinition(bytes, { tiktoken: { pattern: "." } })).addedTokens).toEqual([]);
  });

  it("are refused when they are nothing known", async () => {
    expect(await text(loadDefinition(utf8("hello")))).toMatch(/^ERR_FORMAT/);
    expect(await text(loadDefinition(new Uint8Array()))).toMatch(/^ERR_FORMAT/);
    expect(await text(loadDefinition(`${endpoint}/nothing`))).toMatch(/^ERR_LOAD .*404/);
    expect(await text(loadDefinition("/no/such/file"))).toMatch(/^ERR_LOAD/);
    expect(await text(loadDefinition(5 as unknown as string))).toMatch(/^ERR_ARGUMENT/);
    writeFileSync(join(folder, "tokenizer.json"), json);
    writeFileSync(join(folder, "tokenizer_config.json"), "{");
    expect(await text(loadDefinition(folder))).toMatch(
      /^ERR_FORMAT expected JSON in .*tokenizer_config.json/,
    );
  });
});
