import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tarballFaults } from "../checks/tarball.mjs";
import { readTarball } from "../lib/pack.mjs";
import { serve } from "../lib/registry.mjs";

const manifest = {
  name: "@ryanstream/x",
  exports: { ".": { "@ryanstream/source": "./src/index.ts", default: "./dist/index.js" } },
};
const files = (...more) =>
  new Map(["package.json", "README.md", "LICENSE", "dist/index.js", ...more].map((f) => [f, ""]));

describe("a tarball", () => {
  it("is right with its promises kept and no source", () => {
    expect(tarballFaults({ entries: files("dist/index.d.ts"), manifest })).toEqual([]);
  });

  it.each([
    ["src/index.ts", "TypeScript source"],
    ["test/a.js", "tests"],
    ["dist/a.test.js", "a test"],
    ["tsconfig.json", "a development file"],
    ["build/x", "build output"],
    ["kernels.node", "belongs in a platform package"],
    ["binding.gyp", "compile on install"],
  ])("may not hold %s", (file, reason) => {
    expect(tarballFaults({ entries: files(file), manifest })).toEqual([
      expect.stringContaining(reason),
    ]);
  });

  it("must hold what exports and bin name, a README and a licence", () => {
    const entries = new Map([["package.json", ""]]);
    const bin = { tool: "./bin/tool.mjs" };
    expect(tarballFaults({ entries, manifest: { ...manifest, bin } })).toEqual(
      ["README.md", "LICENSE", "dist/index.js", "bin/tool.mjs"].map((file) => `${file} is missing`),
    );
  });

  it("may not run anything on install, nor want the workspace", () => {
    const bad = {
      ...manifest,
      scripts: { postinstall: "node x.js" },
      dependencies: { "@ryanstream/y": "workspace:^" },
    };
    expect(tarballFaults({ entries: files(), manifest: bad })).toEqual([
      'package.json has a script "postinstall"',
      "@ryanstream/y is wanted as workspace:^",
    ]);
  });
});

describe("packing and serving", () => {
  let base = "";
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "ryanstream-tar-"));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  function makeTarball() {
    mkdirSync(join(base, "package", "deep"), { recursive: true });
    const packed = { name: "@ryanstream/x", version: "1.2.3" };
    writeFileSync(join(base, "package/package.json"), JSON.stringify(packed));
    writeFileSync(join(base, "package/deep/empty"), "");
    writeFileSync(join(base, "package/deep/file"), "x".repeat(1000));
    const file = join(base, "x-1.2.3.tgz");
    execFileSync("tar", ["-czf", file, "-C", base, "package"]);
    return { file, manifest: packed };
  }

  it("reads every file of a tarball, folders left out", () => {
    const entries = readTarball(makeTarball().file);
    expect([...entries.keys()].sort()).toEqual(["deep/empty", "deep/file", "package.json"]);
    expect(entries.get("deep/file")?.toString()).toBe("x".repeat(1000));
  });

  it("serves a package by its scoped name, and sends on what it doesn't know", async () => {
    const registry = await serve([makeTarball()], "https://upstream.invalid/");
    const get = (path, init) => fetch(registry.url + path, { redirect: "manual", ...init });
    const packument = await (await get("@ryanstream%2fx")).json();
    expect(packument["dist-tags"].latest).toBe("1.2.3");
    const { tarball } = packument.versions["1.2.3"].dist;
    expect((await (await fetch(tarball)).arrayBuffer()).byteLength).toBeGreaterThan(100);
    const other = await get("left-pad");
    expect(other.status).toBe(302);
    expect(other.headers.get("location")).toBe("https://upstream.invalid/left-pad");
    expect((await get("@ryanstream%2fx", { method: "PUT" })).status).toBe(405);
    await registry.close();
  });
});
