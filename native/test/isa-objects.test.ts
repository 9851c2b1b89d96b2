// An inline function in an object built for AVX-512 can be the copy that the
// linker keeps for the whole addon, and then the portable path dies on an old
// CPU. So these objects may define nothing that is weak or unique.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const native = fileURLToPath(new URL("..", import.meta.url));
const build = join(native, "build");

/** Objects of the build whose source is still there, by instruction set. */
function objects(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(build, { recursive: true }) as string[]) {
    const match = /rs_isa_(\w+)\.dir[\\/](.+)\.o(?:bj)?$/.exec(file);
    if (!match?.[1] || !match[2] || !existsSync(join(native, match[2]))) continue;
    found.set(match[1], [...(found.get(match[1]) ?? []), join(build, file)]);
  }
  return found;
}

describe.runIf(process.platform === "linux")("the objects of each instruction set", () => {
  const byIsa = objects();

  it("are there for every set, each from the same sources", () => {
    const isas = process.arch === "x64" ? ["avx2", "avx512", "portable"] : ["portable"];
    expect([...byIsa.keys()].sort()).toEqual(isas);
    const counts = new Set([...byIsa.values()].map((files) => files.length));
    expect(counts.size).toBe(1);
  });

  it.each([...byIsa.keys()])("define no weak or unique symbol: %s", (isa) => {
    const files = byIsa.get(isa) ?? [];
    const symbols = execFileSync("nm", ["--defined-only", "--demangle", ...files], {
      encoding: "utf8",
    });
    expect(symbols).toMatch(/ [DRT] rs::/i);
    expect(symbols.match(/^.* [WVu] .*$/gm) ?? []).toEqual([]);
  });
});
