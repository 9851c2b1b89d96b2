import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { floorFaults } from "../checks/floors.mjs";
import { shapeFaults } from "../checks/shape.mjs";
import { env, root } from "../lib/steps.mjs";
import { packages } from "../lib/workspace.mjs";
import { newPackage } from "../new-package.mjs";
import { readmeExamples } from "../pack-install.mjs";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "ryanstream-new-"));
  for (const file of ["LICENSE", "tsconfig.base.json", "vitest.config.ts", "biome.json"]) {
    copyFileSync(join(root, file), join(base, file));
  }
  for (const file of ["tools/leak-gate.ts", "packages/tensor/src/leaks.ts"]) {
    mkdirSync(dirname(join(base, file)), { recursive: true });
    copyFileSync(join(root, file), join(base, file));
  }
  writeFileSync(join(base, ".gitignore"), "node_modules/\ndist/\n");
  symlinkSync(join(root, "node_modules"), join(base, "node_modules"));
});
afterEach(() => rmSync(base, { recursive: true }));

function run(command, args, cwd = base) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

it("writes a package that passes its test, the types, the lint and every check", () => {
  newPackage("sampler", "Picks tokens.", base);
  const all = packages(base);
  expect(all.map(({ name }) => name)).toEqual(["@ryanstream/sampler"]);
  expect(all.flatMap((subject) => shapeFaults(subject, base))).toEqual([]);
  expect(floorFaults(all, { vitest: "*", tsup: "*" })).toEqual([]);
  expect(run("git", ["init", "-q"]).status).toBe(0);

  const lint = run("biome", ["check", "packages"]);
  expect(lint.output).not.toContain("Found");
  expect(lint.status).toBe(0);
  expect(run("tsc", ["-p", "tsconfig.json"], all[0]?.path)).toEqual({ status: 0, output: "" });
  const test = run("vitest", ["run", "--project", "unit"]);
  expect(test.output).toMatch(/Tests.*1 passed/);
  expect(test.status).toBe(0);
});

it("writes a README with an example that is run", () => {
  newPackage("sampler", "Picks tokens.", base);
  const readme = readFileSync(join(base, "packages/sampler/README.md"), "utf8");
  expect(readmeExamples(readme)).toHaveLength(1);
});

it("refuses a bad name and a package that is there", () => {
  expect(() => newPackage("Bad Name", "x", base)).toThrow("kebab-case");
  newPackage("sampler", "Picks tokens.", base);
  expect(() => newPackage("sampler", "Again.", base)).toThrow("already there");
});
