import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { benchmarks, headSentence } from "../bench.mjs";
import { printTally, vitestResult } from "../lib/results.mjs";
import { missingForCompiling } from "../lib/setup.mjs";
import { root } from "../lib/steps.mjs";
import { staleness } from "../native-build.mjs";
import { readmeExamples } from "../pack-install.mjs";

let base = "";
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "ryanstream-tools-")));
});
afterEach(() => rmSync(base, { recursive: true }));

describe("a CMake cache", () => {
  const entries = {
    CMAKE_GENERATOR: "Ninja",
    CMAKE_CXX_COMPILER: process.execPath,
  };
  function cache(more = {}) {
    const all = {
      CMAKE_HOME_DIRECTORY: base,
      CMAKE_CACHEFILE_DIR: join(base, "build"),
      ...entries,
      ...more,
    };
    mkdirSync(join(base, "build"), { recursive: true });
    writeFileSync(join(base, "build/build.ninja"), "");
    const text = Object.entries(all).map(([name, value]) => `${name}:INTERNAL=${value}\n`);
    writeFileSync(join(base, "build/CMakeCache.txt"), text.join(""));
    return staleness(join(base, "build"), base);
  }

  it("is used while it fits, and when there is none", () => {
    expect(staleness(join(base, "build"), base)).toBeUndefined();
    expect(cache()).toBeUndefined();
  });

  it.each([
    ["another folder's sources", { CMAKE_HOME_DIRECTORY: tmpdir() }, "made for another folder"],
    ["a folder that is gone", { CMAKE_HOME_DIRECTORY: "/nowhere" }, "made for another folder"],
    ["a moved build", { CMAKE_CACHEFILE_DIR: "/nowhere" }, "moved from another folder"],
    ["an uninstalled Ninja", { CMAKE_MAKE_PROGRAM: "/nowhere/ninja" }, "/nowhere/ninja is gone"],
    ["a half-done configure", { CMAKE_GENERATOR: "Unix Makefiles" }, "configuring did not finish"],
  ])("is dropped for %s", (_, more, reason) => {
    expect(cache(more)).toBe(reason);
  });
});

it("a machine that can't compile is told the first thing that it lacks", () => {
  const lacking = (...names) => missingForCompiling((command) => !names.includes(command));
  expect(lacking()).toBeUndefined();
  expect(lacking("make")).toBeUndefined();
  expect(lacking("ninja")).toBeUndefined();
  expect(lacking("cmake", "make", "ninja")).toMatch(/^CMake is needed/);
  expect(lacking("make", "ninja")).toMatch(/^Ninja or make is needed/);
  expect(lacking(process.env.CXX, "c++", "g++", "clang++")).toMatch(/^A C\+\+20 compiler/);
});

describe("benchmarks", () => {
  it("are the bench: scripts, each with the first sentence of its file", () => {
    writeFileSync(
      join(base, "matmul.mjs"),
      "#!/usr/bin/env node\n// Times the\n// product. More.\n",
    );
    const scripts = {
      "bench:matmul": "node run.mjs script matmul.mjs",
      test: "x",
      "bench:odd": "y",
    };
    writeFileSync(join(base, "package.json"), JSON.stringify({ scripts }));
    expect(benchmarks(base)).toEqual([
      { name: "bench:matmul", about: "Times the product." },
      { name: "bench:odd", about: "y" },
    ]);
  });

  it("end their sentence at a colon too", () => {
    expect(headSentence("// Lists them: all of them.\n")).toBe("Lists them.");
    expect(headSentence("code")).toBe("");
  });
});

describe("the tally", () => {
  const row = { step: "a", passed: 2, failed: 0, skipped: 1, failures: [] };
  const printed = (results) => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    const ok = printTally(results);
    const lines = log.mock.calls.map(([line]) => line);
    log.mockRestore();
    return { ok, last: lines.at(-1), lines };
  };

  it("adds the steps up on a line of its own", () => {
    const { ok, last } = printed([row, { ...row, step: "b", passed: 3 }]);
    expect(last).toBe("5 passed, 0 failed");
    expect(ok).toBe(true);
  });

  it("fails when a check failed, and names it", () => {
    const { ok, last, lines } = printed([{ ...row, failed: 1, failures: ["the one"] }]);
    expect(last).toBe("2 passed, 1 failed");
    expect(lines).toContain("  FAILED the one");
    expect(ok).toBe(false);
  });

  it("fails when nothing ran", () => {
    expect(printed([]).ok).toBe(false);
  });
});

it("a README's runnable examples are those marked so", () => {
  const text = "```ts\nno;\n```\n\n```ts run\none;\n```\n\n```ts run\ntwo;\nthree;\n```\n";
  expect(readmeExamples(text)).toEqual(["one;\n", "two;\nthree;\n"]);
});

describe("vitest's report", () => {
  const report = (testResults, numPassedTests = 2) => ({
    testResults,
    numPassedTests,
    numPendingTests: 1,
    numTodoTests: 0,
  });
  const file = (status, ...tests) => ({ name: "a.test.ts", status, assertionResults: tests });

  it("counts what passed, failed and was skipped", () => {
    const tests = [
      { status: "failed", fullName: "one" },
      { status: "passed", fullName: "two" },
    ];
    expect(vitestResult("v", 1, report([file("failed", ...tests)]))).toEqual({
      step: "v",
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: ["one"],
    });
  });

  it("counts a file that could not be loaded, an unhandled error, and no report at all", () => {
    expect(vitestResult("v", 1, report([file("failed")])).failures).toEqual(["a.test.ts"]);
    expect(vitestResult("v", 1, report([file("passed")])).failed).toBe(1);
    expect(vitestResult("v", 0, report([file("passed")])).failed).toBe(0);
    expect(vitestResult("v", 0, undefined).failed).toBe(1);
  });
});

it("a platform package without its binary refuses to be published", () => {
  const publish = () =>
    spawnSync(process.execPath, [join(root, "tools/check-prebuilt.mjs")], {
      cwd: base,
      encoding: "utf8",
    });
  writeFileSync(join(base, "package.json"), JSON.stringify({ name: "p", main: "./kernels.node" }));
  expect(publish().stderr).toContain("p: ./kernels.node is missing");
  writeFileSync(join(base, "kernels.node"), "");
  expect(publish().status).toBe(1);
  writeFileSync(join(base, "kernels.node"), "binary");
  expect(publish().status).toBe(0);
});

it("CI runs the test command that the README names", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const ci = readFileSync(join(root, ".ci/run"), "utf8");
  expect(readme).toMatch(/^ {4}npm test\b/m);
  expect(ci).toMatch(/^npm test\b/m);
});
