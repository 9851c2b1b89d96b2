// Parts of files where they are: the same bytes, few requests, and nothing taken for what it isn't.

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { connectionOf } from "../../src/hub/connection.js";
import { RemoteFile } from "../../src/hub/remote-file.js";
import { bytesOf, COMMIT, FILES, failure, REPOSITORY, useWorkplace } from "./support/workplace.js";

vi.mock("../../src/hub/pause.js", () => import("./support/pauses.js"));
const workplace = useWorkplace();
const LARGE = bytesOf(1_000_000, 3);

async function open(file = "model.safetensors", more: Record<string, unknown> = {}) {
  const connection = await connectionOf({ endpoint: workplace.server.url, retries: 2, ...more });
  return RemoteFile.open({ connection, repository: REPOSITORY, commit: COMMIT, file });
}

async function readAll(file: RemoteFile, position: number, length: number): Promise<Uint8Array> {
  const into = new Uint8Array(length + 2);
  let at = 0;
  for (;;) {
    const { bytesRead } = await file.read(into, 1 + at, length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  expect([into[0], into[length + 1]]).toEqual([0, 0]);
  return into.subarray(1, 1 + at);
}

const withLarge = () =>
  workplace.server.add(REPOSITORY, {
    commit: COMMIT,
    files: { ...FILES, "model.safetensors": LARGE },
  });

describe("a remote file", () => {
  it("gives the bytes of any part", async () => {
    withLarge();
    const file = await open();
    expect(file.byteLength).toBe(LARGE.length);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(LARGE.length + 10),
        fc.oneof(fc.nat(100), fc.nat(400_000)),
        async (position, length) => {
          const expected = LARGE.subarray(position, position + length);
          expect(Buffer.compare(await readAll(file, position, length), expected)).toBe(0);
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  it("asks once for many small parts, and for no more than a little", async () => {
    withLarge();
    const file = await open();
    for (let at = 0; at < 5000; at += 50) await readAll(file, at, 50);
    expect(workplace.server.downloads.map(({ range }) => range)).toEqual(["bytes=0-262143"]);
  });

  it("may be small, empty, not in LFS, and of any name", async () => {
    for (const [name, bytes] of Object.entries(FILES)) {
      const file = await open(name);
      expect(file.byteLength).toBe(bytes.length);
      expect(await readAll(file, 0, bytes.length + 5)).toEqual(Uint8Array.from(bytes));
    }
  });

  it("goes on after what passes", async () => {
    withLarge();
    const { server } = workplace;
    server.fail(/storage GET/, { kind: "status", status: 503 }, { kind: "drop", after: 1000 });
    const file = await open();
    server.fail(/storage GET/, { kind: "cut", after: 100 }, { kind: "reset" });
    expect(await readAll(file, 500_000, 10)).toEqual(LARGE.slice(500_000, 500_010));
  });
});

describe("what is no part", () => {
  it("is refused: the whole file, of which nothing more is read", async () => {
    withLarge();
    workplace.server.fail(/storage GET/, { kind: "ignoreRange" });
    const error = await failure(open());
    expect(error.code).toBe("ERR_RESPONSE");
    expect(error.message).toMatch(/bytes 0 to 262143 of model.safetensors .*found the whole file/);
  });

  it.each([
    ["another range", { "content-range": "bytes 1-262144/1000000" }],
    ["no length", { "content-range": "bytes 0-262143/*" }],
    ["an absurd length", { "content-range": `bytes 0-262143/${"9".repeat(20)}` }],
    ["a coding", { "content-encoding": "gzip" }],
  ])("is refused: %s", async (_, headers) => {
    withLarge();
    // fetch itself would undo a coding.
    const fetching = async (...args: Parameters<typeof fetch>) => {
      const response = await fetch(...args);
      if (response.status !== 206) return response;
      const all = { ...Object.fromEntries(response.headers), ...headers };
      return new Response(response.body, { status: 206, headers: all });
    };
    expect((await failure(open("model.safetensors", { fetch: fetching }))).code).toBe(
      "ERR_RESPONSE",
    );
  });

  it.each(["bytes 500000-49/50", "bytes 500000-499999/500000"])(
    "is refused: a part that ends before it begins, %s",
    async (range) => {
      withLarge();
      const fetching = async (...args: Parameters<typeof fetch>) => {
        const response = await fetch(...args);
        const asked = new Headers(args[1]?.headers).get("range") ?? "";
        if (!asked.startsWith("bytes=500000-")) return response;
        await response.body?.cancel();
        return new Response("", { status: 206, headers: { "content-range": range } });
      };
      const file = await open("model.safetensors", { fetch: fetching });
      expect((await failure(readAll(file, 500_000, 10))).code).toBe("ERR_RESPONSE");
    },
  );

  it("is refused: a part of a file of another length than before", async () => {
    withLarge();
    const file = await open();
    const files = { ...FILES, "model.safetensors": LARGE.subarray(0, 900_000) };
    workplace.server.add(REPOSITORY, { commit: COMMIT, files });
    const error = await failure(readAll(file, 500_000, 10));
    expect(error.message).toContain("expected 1000000 bytes as model.safetensors");
  });

  it("is told as the hub tells it", async () => {
    expect((await failure(open("none.gguf"))).code).toBe("ERR_NOT_FOUND");
    workplace.server.fail(/hub GET/, ...Array(3).fill({ kind: "status", status: 500 }));
    const error = await failure(open());
    expect(error.code).toBe("ERR_NETWORK");
    expect(error.message).not.toContain("kept");
  });
});
