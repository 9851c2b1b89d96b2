import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { KernelsUnavailableError } from "../ts/errors.js";
import { candidates, explain, loadBinding } from "../ts/load.js";
import { sourceBuildPath } from "../ts/paths.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ryanstream-load-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

function failure(run: () => unknown): KernelsUnavailableError {
  try {
    run();
  } catch (error) {
    return error as KernelsUnavailableError;
  }
  throw new Error("expected a failure");
}

const place = (path: string, load: () => unknown) => ({ path, load });
const fail = (message: string, code?: string) => () => {
  throw Object.assign(new Error(message), { code });
};

describe("the places that are tried", () => {
  it("are the checkout, the platform's package and the source build, in this order", () => {
    const paths = candidates().map(({ path }) => path);
    expect(paths[0]).toMatch(/native.build.Release.kernels\.node$/);
    expect(paths.at(-1)).toBe(sourceBuildPath());
  });

  it("name the package of every platform that has one", () => {
    const platforms = readdirSync(new URL("../npm", import.meta.url));
    expect(platforms.length).toBeGreaterThan(0);
    for (const platform of platforms) {
      const paths = candidates(platform).map(({ path }) => path);
      expect(paths[1]).toBe(`@ryanstream/native-kernels-${platform}`);
    }
    expect(candidates("plan9-mips")).toHaveLength(2);
  });

  it("are only the named file when RYANSTREAM_KERNELS_PATH is set", () => {
    vi.stubEnv("RYANSTREAM_KERNELS_PATH", join(folder, "absent.node"));
    const error = failure(() => loadBinding());
    expect(error.code).toBe("ERR_RYANSTREAM_KERNELS_UNAVAILABLE");
    expect(error.attempts).toEqual([{ path: join(folder, "absent.node"), reason: "no such file" }]);
    expect(error.message).toContain("unset it");
  });

  it("put the source build below RYANSTREAM_CACHE", () => {
    vi.stubEnv("RYANSTREAM_CACHE", folder);
    expect(sourceBuildPath().startsWith(folder)).toBe(true);
  });
});

describe("loading", () => {
  it("takes the first place that works", () => {
    const binding = {};
    const places = [
      place("/absent.node", fail("nothing there")),
      place("second", () => binding),
      place("third", fail("must not be reached")),
    ];
    const loaded = loadBinding(places);
    expect(loaded.from).toBe("second");
    expect(loaded.binding).toBe(binding);
  });

  it("says that a file is no binary", () => {
    const path = join(folder, "text.node");
    writeFileSync(path, "this is no shared object");
    vi.stubEnv("RYANSTREAM_KERNELS_PATH", path);
    const error = failure(() => loadBinding());
    expect(error.attempts[0]?.reason).toMatch(/not a binary for this platform/);
    expect((error.cause as Error).message).toContain("text.node");
  });

  it("names the missing package and the command that compiles", () => {
    const name = "@ryanstream/native-kernels-linux-x64-gnu";
    const error = failure(() =>
      loadBinding([place(name, fail(`Cannot find module '${name}'`, "MODULE_NOT_FOUND"))]),
    );
    expect(error.message).toContain(`Install ${name}`);
    expect(error.message).toContain("npx ryanstream-kernels build");
    expect(error.message).toContain(`${name}: not installed`);
  });

  it("passes on what the addon itself says, such as a CPU that is too old", () => {
    const error = failure(() =>
      loadBinding([place("x", fail("this CPU offers at most avx2", "ERR_ISA"))]),
    );
    expect(error.message).toBe("this CPU offers at most avx2");
  });
});

describe("reasons", () => {
  const reason = (message: string, code = "ERR_DLOPEN_FAILED") =>
    explain(process.execPath, Object.assign(new Error(message), { code }));

  it("name the C library's version", () => {
    expect(reason("libc.so.6: version `GLIBC_2.36' not found (required by k.node)")).toBe(
      "made for a newer C library: it needs GLIBC_2.36",
    );
  });

  it("name another Node's interface", () => {
    expect(reason("k.node: undefined symbol: napi_create_thing")).toMatch(/^made for another Node/);
    expect(
      reason("The module was compiled against NODE_MODULE_VERSION 93.\nThis Node needs 115."),
    ).toMatch(/^made for another Node/);
  });

  it("are the first line of anything else", () => {
    expect(reason("odd\nand long")).toBe("odd");
  });
});
