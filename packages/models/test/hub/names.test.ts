import { mkdir, writeFile } from "node:fs/promises";
import { join, posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HubError } from "../../src/hub/errors.js";
import { checkFileName, checkRepository, checkRevision } from "../../src/hub/names.js";
import { commitOf } from "../support/hub-server.js";
import { COMMIT, failure, fetchAll, REPOSITORY, tree, useWorkplace } from "./support/workplace.js";

const place = useWorkplace();

const accepts = (check: () => void): boolean => {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof HubError) return false;
    throw error;
  }
};

describe("a repository's id", () => {
  it.each(["gpt2", "Qwen/Qwen2.5-0.5B", "a/b", "_x/y_", "Foo-BAR_foo.bar123", "a".repeat(96)])(
    "may be %s",
    (id) => expect(accepts(() => checkRepository(id))).toBe(true),
  );

  it.each([
    ...["", "/", "a/", "/a", "a/b/c", "../a", "a/..", ".", "-a", "a-", ".a", "a.", "a b", "a\\b"],
    ...["foo--bar", "a..b", "foo.git", "a".repeat(97), "é", "a?b", "a#b", "a%2fb", "a/b\n"],
  ])("may not be %j", (id) => expect(accepts(() => checkRepository(id))).toBe(false));

  it("may not be something else than text", () => {
    for (const id of [undefined, null, 5, ["a"]]) {
      expect(accepts(() => checkRepository(id as unknown as string))).toBe(false);
    }
  });
});

describe("a revision", () => {
  it.each(["main", "v1.0", "refs/pr/1", "feature/x+y@2", "abc1234", commitOf("x")])(
    "may be %s",
    (revision) => expect(accepts(() => checkRevision(revision))).toBe(true),
  );

  it.each([
    "",
    "..",
    "a/../b",
    "/a",
    "a/",
    "a//b",
    "a b",
    "a:b",
    "c:",
    "a\\b",
    "a\0",
    "x".repeat(256),
  ])("may not be %j", (revision) => expect(accepts(() => checkRevision(revision))).toBe(false));
});

/** Segments of which paths are made that lead out of a folder, on one system or another. */
const segment = fc.oneof(
  fc.constantFrom(
    "..",
    ".",
    "",
    "...",
    ".. ",
    "C:",
    "c:x",
    "\\\\host\\share",
    "..\\..",
    "a",
    "b.c",
  ),
  fc.string({ maxLength: 4 }),
);

describe("a file's name", () => {
  it.each(["config.json", "a/b/c.d", ".gitattributes", "a b", "été", "a..b", "epoch:1"])(
    "may be %s",
    (name) => expect(accepts(() => checkFileName(name, REPOSITORY))).toBe(true),
  );

  it("that is accepted stays below the folder, on every system", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (segments) => {
        const name = segments.join("/");
        if (!accepts(() => checkFileName(name, REPOSITORY))) return;
        accepted++;
        for (const [path, root] of [
          [posix, "/cache/snapshot"],
          [win32, "D:\\cache\\snapshot"],
        ] as const) {
          const place = path.resolve(path.join(root, ...name.split("/")));
          expect(place.startsWith(root + path.sep)).toBe(true);
        }
      }),
      { seed: 11, numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  it.each([
    ...["../out", "a/../../out", "/etc/out", "C:\\out", "C:out", "a\\..\\..\\out", "..", "a//b"],
    ...["\\\\host\\share\\out", "a/.. /b", "out\0", "a/", `${"a/".repeat(600)}b`],
  ])("%j from the server is refused before anything is fetched", async (name) => {
    place.server.add(REPOSITORY, { commit: COMMIT, files: { [name]: new Uint8Array(1) } });
    const error = await failure(fetchAll(place));
    expect(error.code).toBe("ERR_RESPONSE");
    expect(place.server.seen).toHaveLength(1);
    expect(await tree(place.cacheDir)).toEqual([]);
  });

  it("that isn't chosen does no harm", async () => {
    const files = { "../out": new Uint8Array(1), in: new Uint8Array(1) };
    place.server.add(REPOSITORY, { commit: COMMIT, files });
    const { path } = await fetchAll(place, { files: () => ["in"] });
    expect(await tree(path)).toEqual(["in"]);
  });

  it("in a listing on disk is not trusted either", async () => {
    await fetchAll(place, { files: () => ["config.json"] });
    const file = join(place.cacheDir, "models--org--tiny/trees", `${COMMIT}.json`);
    await mkdir(join(file, ".."), { recursive: true });
    const files = { "../../../../out": { size: 1, blob_id: COMMIT } };
    await writeFile(file, JSON.stringify({ format_version: 1, files }));
    expect((await failure(fetchAll(place, { offline: true }))).code).toBe("ERR_RESPONSE");
  });
});

describe("an option", () => {
  it.each([
    { retries: -1 },
    { retries: 1.5 },
    { timeout: 0 },
    { concurrency: 0 },
    { concurrency: Number.NaN },
    { endpoint: "ftp://x" },
    { endpoint: "huggingface.co" },
    { endpoint: "https://x/?a" },
    { revision: "../x" },
    { files: ["config.json"] as unknown as () => string[] },
  ])("%j is refused before anything is asked", async (options) => {
    expect((await failure(fetchAll(place, options))).code).toBe("ERR_ARGUMENT");
    expect(place.server.seen).toEqual([]);
  });
});
