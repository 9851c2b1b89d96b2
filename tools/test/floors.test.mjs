import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FLOORS, floorFaults, importsOf, splitSpecifier } from "../checks/floors.mjs";
import { packages } from "../lib/workspace.mjs";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "ryanstream-floors-"));
});
afterEach(() => rmSync(base, { recursive: true }));

function write(file, content) {
  mkdirSync(dirname(join(base, file)), { recursive: true });
  writeFileSync(join(base, file), typeof content === "string" ? content : JSON.stringify(content));
}

/** Writes a package that imports what it is told to, and declares all of it. */
function writePackage(name, { imports = [], manifest = {} } = {}) {
  const dependencies = Object.fromEntries(
    imports
      .filter((specifier) => specifier.startsWith("@"))
      .map((s) => [splitSpecifier(s).name, "*"]),
  );
  const exports = { ".": {}, "./sub": {} };
  write(`packages/${name}/package.json`, {
    name: `@ryanstream/${name}`,
    dependencies,
    exports,
    ...manifest,
  });
  write(`packages/${name}/src/index.ts`, imports.map((s) => `import "${s}";\n`).join(""));
}

const faults = (rootDependencies) => floorFaults(packages(base), rootDependencies);

describe("imports", () => {
  it("are found in every form, types included", () => {
    const text = `
      import a from "a"; import type { B } from "b"; export * from "c"; export type { D } from "d";
      const e = await import("e"); type F = import("f").F;
      const notAnImport = 'import "g"'; // import "h"`;
    expect(importsOf(text).sort()).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("are split into package and subpath", () => {
    expect(splitSpecifier("@s/n/a/b")).toEqual({ name: "@s/n", subpath: "./a/b" });
    expect(splitSpecifier("n")).toEqual({ name: "n", subpath: "." });
  });
});

describe("floors", () => {
  it("let a package use those below it", () => {
    writePackage("tensor");
    writePackage("kernels", {
      imports: ["@ryanstream/tensor", "@ryanstream/tensor/sub", "node:fs"],
    });
    expect(faults()).toEqual([]);
  });

  it("keep a package from those above it", () => {
    writePackage("kernels");
    writePackage("tensor", { imports: ["@ryanstream/kernels"] });
    expect(faults()).toEqual([
      expect.stringMatching(/package\.json: .*tensor \(floor 1\) uses .*kernels \(floor 2\)/),
      expect.stringMatching(/src\/index\.ts: .*only lower floors/),
    ]);
  });

  it("keep neighbours on one floor apart", () => {
    writePackage("cache");
    writePackage("quant", { imports: ["@ryanstream/cache"] });
    expect(faults()).toHaveLength(2);
  });

  it("hold for tests too", () => {
    writePackage("tensor", { manifest: { devDependencies: { "@ryanstream/kernels": "*" } } });
    writePackage("kernels");
    write("packages/tensor/test/a.test.ts", 'import "@ryanstream/kernels";');
    expect(faults()).toHaveLength(2);
  });

  it("must be known for each package", () => {
    writePackage("attic");
    expect(faults()).toEqual(["@ryanstream/attic has no floor: add it to tools/checks/floors.mjs"]);
  });
});

describe("what a file may import", () => {
  it("must be declared, in dependencies where it is published", () => {
    writePackage("tensor", { manifest: { devDependencies: { "fast-check": "*" } } });
    write("packages/tensor/src/a.ts", 'import "fast-check";');
    write("packages/tensor/test/a.test.ts", 'import "fast-check"; import "vitest";');
    expect(faults({ vitest: "*" })).toEqual([
      "packages/tensor/src/a.ts: imports fast-check, which packages/tensor/package.json does not declare",
    ]);
  });

  it("lies inside the package or is exported by another", () => {
    writePackage("tensor");
    writePackage("kernels", {
      imports: ["../../tensor/src/index.js", "../package.json", "@ryanstream/tensor/src/index.js"],
    });
    expect(faults()).toEqual([
      expect.stringContaining("reaches out of the package"),
      expect.stringContaining("which @ryanstream/tensor does not export"),
    ]);
  });

  it("may be the tools or a lower floor's test support, in a test only", () => {
    const imports = (...files) => files.map((file) => `import "../../${file}.js";`).join("");
    writePackage("tensor");
    writePackage("kernels");
    write("packages/kernels/test/a.ts", imports("tensor/test/support/random", "../tools/golden/w"));
    expect(faults()).toEqual([]);
    write("packages/kernels/src/a.ts", imports("tensor/test/support/random"));
    write("packages/kernels/test/b.ts", imports("tensor/src/symbol"));
    write("packages/tensor/test/a.ts", imports("kernels/test/support/random"));
    expect(faults()).toEqual([
      expect.stringMatching(/^packages.kernels.src.a\.ts: reaches out/),
      expect.stringMatching(/^packages.kernels.test.b\.ts: reaches out/),
      expect.stringMatching(/^packages.tensor.test.a\.ts: .*only lower floors/),
    ]);
  });

  it("may be names of the package's own", () => {
    const manifest = { imports: { "#node": "./dist/node.js" } };
    writePackage("tensor", { imports: ["#node"], manifest });
    expect(faults()).toEqual([]);
    writePackage("tensor", { imports: ["#node", "#other"], manifest });
    expect(faults()).toEqual([
      "packages/tensor/src/index.ts: imports #other, which packages/tensor/package.json lacks",
    ]);
  });

  it("names Node's own modules as such", () => {
    writePackage("tensor", { imports: ["fs"] });
    expect(faults()).toEqual(["packages/tensor/src/index.ts: fs: write node:fs"]);
  });
});

it("the table has a floor for every package of this repository", () => {
  const names = packages()
    .filter(({ binary }) => !binary)
    .map(({ name }) => name);
  expect(names).toContain("@ryanstream/native-kernels");
  expect(names.filter((name) => FLOORS[name] === undefined)).toEqual([]);
});
