import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hashFile, hashFor } from "../../src/hub/checksum.js";
import { bytesOf, useWorkplace } from "./support/workplace.js";

const place = useWorkplace();

describe("a checksum", () => {
  // As `git hash-object` gives them.
  it.each([
    ["", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"],
    ["hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"],
  ])("of %j is git's hash of a blob where the etag is as long as that", (text, etag) => {
    expect(hashFor(etag, text.length)?.update(text).digest("hex")).toBe(etag);
  });

  it("is SHA-256 where the etag is as long as that", () => {
    const etag = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    expect(hashFor(etag, 5)?.update("hello").digest("hex")).toBe(etag);
  });

  it.each(["", "abc-5", "E69DE29BB2D1D6434B8B29AE775AD8C2E48C5391"])("isn't %j", (etag) => {
    expect(hashFor(etag, 0)).toBeUndefined();
  });

  it.each([0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1])("takes all of %d bytes", async (length) => {
    const path = join(place.cacheDir, "file");
    const bytes = bytesOf(length);
    await writeFile(path, bytes);
    const hash = createHash("sha256");
    await hashFile(hash, path);
    expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("stops with the signal's reason", async () => {
    const path = join(place.cacheDir, "file");
    await writeFile(path, "x");
    const reason = new Error("enough");
    const call = hashFile(createHash("sha256"), path, AbortSignal.abort(reason));
    await expect(call).rejects.toBe(reason);
  });
});
