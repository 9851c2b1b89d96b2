import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { GOOD_TOKEN } from "../support/hub-server.js";
import { COMMIT, FILES, failure, fetchAll, REPOSITORY, useWorkplace } from "./support/workplace.js";

vi.mock("../../src/hub/pause.js", () => import("./support/pauses.js"));

const place = useWorkplace();
const need = (needs: "token" | "access") =>
  place.server.add(REPOSITORY, { commit: COMMIT, files: FILES, needs });

describe("a refusal", () => {
  it("for want of a repository says to check the id, or to log in", async () => {
    const error = await failure(fetchAll(place, {}, "org/absent"));
    expect(error.code).toBe("ERR_NOT_FOUND");
    expect(error.message).toMatch(/org\/absent@main.*check the id.*HF_TOKEN/);
    const known = await failure(fetchAll(place, { token: GOOD_TOKEN }, "org/absent"));
    expect(known.code).toBe("ERR_NOT_FOUND");
    expect(known.message).toMatch(/a token that may read it/);
  });

  it("for want of a revision says where they are", async () => {
    const error = await failure(fetchAll(place, { revision: "v9" }));
    expect(error.code).toBe("ERR_NOT_FOUND");
    expect(error.message).toMatch(/org\/tiny@v9.*\/org\/tiny\/tree\/main/);
  });

  it("for want of a file that was listed names it", async () => {
    place.server.fail(/resolve/, {
      kind: "status",
      status: 404,
      headers: { "x-error-code": "EntryNotFound" },
    });
    const error = await failure(fetchAll(place, { files: () => ["config.json"] }));
    expect(error.code).toBe("ERR_NOT_FOUND");
    expect(error.message).toContain(`config.json of ${REPOSITORY}@${COMMIT}`);
  });

  it("of a gated repository says where to ask for access", async () => {
    need("access");
    for (const token of [false, GOOD_TOKEN] as const) {
      const error = await failure(fetchAll(place, { token }));
      expect(error.code).toBe("ERR_GATED");
      expect(error.message).toContain(`ask for access at ${place.server.url}/${REPOSITORY}`);
      expect(error.message.includes("HF_TOKEN")).toBe(token === false);
    }
  });

  it("of a bad token says to make another", async () => {
    const error = await failure(fetchAll(place, { token: "hf_bad" }));
    expect(error.code).toBe("ERR_UNAUTHORIZED");
    expect(error.message).toMatch(/make a new token/);
    expect(error.message).not.toContain("hf_bad");
  });

  it.each([
    [401, "ERR_UNAUTHORIZED"],
    [403, "ERR_UNAUTHORIZED"],
    [404, "ERR_NOT_FOUND"],
    [400, "ERR_RESPONSE"],
    [304, "ERR_RESPONSE"],
  ])("with status %s alone is %s", async (status, code) => {
    place.server.fail(/api/, { kind: "status", status });
    expect((await failure(fetchAll(place))).code).toBe(code);
  });

  it("is not tried again", async () => {
    await failure(fetchAll(place, {}, "org/absent"));
    expect(place.server.seen).toHaveLength(1);
  });
});

describe("the token", () => {
  it("goes to the hub, and not to where it redirects", async () => {
    need("token");
    await fetchAll(place, { token: GOOD_TOKEN });
    const sent = (on: string) =>
      new Set(place.server.seen.filter((seen) => seen.on === on).map((seen) => seen.authorization));
    expect(sent("hub")).toEqual(new Set([`Bearer ${GOOD_TOKEN}`]));
    expect(sent("storage")).toEqual(new Set([undefined]));
  });

  it("isn't sent any more when another host redirects back", async () => {
    place.server.fail(/hub GET .*resolve/, {
      kind: "redirect",
      location: `${place.server.storageUrl}/detour`,
    });
    const back = `${place.server.url}/${REPOSITORY}/resolve/${COMMIT}/config.json`;
    place.server.fail(/detour/, { kind: "redirect", location: back });
    await fetchAll(place, { token: GOOD_TOKEN, files: () => ["config.json"] });
    expect(place.server.seen.slice(-2).map(({ authorization }) => authorization)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("is the given one, else HF_TOKEN, else the one in a file, else none", async () => {
    const sent = async (options = {}) => {
      place.server.forget();
      await fetchAll(place, { files: () => [], ...options }).catch(() => {});
      return place.server.seen[0]?.authorization;
    };
    expect(await sent()).toBeUndefined();
    const home = join(place.cacheDir, "home");
    await mkdir(home);
    await writeFile(join(home, "token"), "hf_file\n");
    expect(await sent()).toBe("Bearer hf_file");
    await writeFile(join(home, "other"), "hf_other");
    vi.stubEnv("HF_TOKEN_PATH", "$HF_HOME/other");
    expect(await sent()).toBe("Bearer hf_other");
    vi.stubEnv("HUGGING_FACE_HUB_TOKEN", "hf_old");
    expect(await sent()).toBe("Bearer hf_old");
    vi.stubEnv("HF_TOKEN", " hf_variable\r\n");
    expect(await sent()).toBe("Bearer hf_variable");
    expect(await sent({ token: "hf_given" })).toBe("Bearer hf_given");
    expect(await sent({ token: false })).toBeUndefined();
    vi.stubEnv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    expect(await sent()).toBeUndefined();
    expect(await sent({ token: "hf_given" })).toBe("Bearer hf_given");
  });

  it("that can't be in a header is refused before it's sent, and not shown", async () => {
    const error = await failure(fetchAll(place, { token: "hf_ü" }));
    expect(error.code).toBe("ERR_ARGUMENT");
    expect(error.message).not.toContain("ü");
  });
});

describe("an answer that no hub gives", () => {
  it.each([
    ["no JSON", "<html>"],
    ["null", "null"],
    ["no commit", '{"sha":"main","siblings":[]}'],
    ["no list", `{"sha":"${COMMIT}","siblings":{}}`],
    ["a file without a name", `{"sha":"${COMMIT}","siblings":[{"size":1}]}`],
    ["an empty entry", `{"sha":"${COMMIT}","siblings":[null]}`],
  ])("with %s is refused", async (_, text) => {
    place.server.fail(/api/, { kind: "body", text });
    const error = await failure(fetchAll(place));
    expect(error.code).toBe("ERR_RESPONSE");
    expect(error.message).toMatch(/HF_ENDPOINT/);
  });

  it("of more than 32 MiB is cut off", async () => {
    place.server.fail(/api/, { kind: "body", text: " ".repeat(32 * 2 ** 20 + 1) });
    expect((await failure(fetchAll(place))).code).toBe("ERR_LIMIT");
  });

  it("that redirects without end is refused", async () => {
    const location = `/api/models/${REPOSITORY}/revision/main?blobs=true`;
    place.server.fail(/api/, ...Array(11).fill({ kind: "redirect", location }));
    expect((await failure(fetchAll(place))).code).toBe("ERR_LIMIT");
    expect(place.server.seen).toHaveLength(11);
  });

  it.each(["file:///etc/passwd", "http://", "data:,x"])("redirects to %s", async (location) => {
    place.server.fail(/api/, { kind: "redirect", location });
    expect((await failure(fetchAll(place))).code).toBe("ERR_RESPONSE");
  });

  it("lets https be followed by http", async () => {
    const request = async () =>
      new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } });
    const endpoint = "https://hub.invalid";
    expect((await failure(fetchAll(place, { endpoint, fetch: request }))).code).toBe(
      "ERR_RESPONSE",
    );
  });

  it("doesn't say what a file holds", async () => {
    place.server.add(REPOSITORY, { commit: COMMIT, files: FILES, bare: true });
    for (const etag of ["", '"../x"', '"."', `"${"a".repeat(200)}"`]) {
      place.server.fail(/HEAD .*config.json.*\?etag/, { kind: "headers", headers: { etag } });
      const error = await failure(fetchAll(place, { files: () => ["config.json"] }));
      expect(error.code).toBe("ERR_RESPONSE");
    }
  });

  it("has a file that no disk has room for", async () => {
    const siblings = [{ rfilename: "big", size: 2 ** 52, blobId: COMMIT }];
    place.server.fail(/api/, { kind: "body", text: JSON.stringify({ sha: COMMIT, siblings }) });
    const error = await failure(fetchAll(place));
    expect(error.code).toBe("ERR_DISK");
    expect(error.message).toMatch(/4503599\.627 GB of free space.*HF_HUB_CACHE/);
    expect(place.server.seen).toHaveLength(1);
  });
});

describe("a cache that can't be written", () => {
  it("is named", async () => {
    const cacheDir = join(place.cacheDir, "file");
    await writeFile(cacheDir, "");
    const error = await failure(fetchAll(place, { cacheDir }));
    expect(error.code).toBe("ERR_DISK");
    expect(error.message).toMatch(/file.*HF_HUB_CACHE/);
  });
});
