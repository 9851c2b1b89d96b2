import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lineFault, longFiles, trackedFiles, wordFaults } from "../checks/text.mjs";

// Written in pieces, or this file would fail the check that it tests.
const path = (...parts) => `/${parts.join("/")}`;

describe("a machine's own path", () => {
  it.each([
    ["at the start", path("home", "me", "x")],
    ["in a string", `const a = "${path("work", "main")}";`],
    ["after an option", `-I ${path("root", "include")}`],
    ["of another system", path("Users", "me")],
  ])("is found %s", (_, line) => {
    expect(lineFault(line)).toMatch(/names a path of one machine/);
  });

  it.each([
    "https://example.org/home/page",
    "src/work/queue.ts",
    "$HOME/tmp/file",
    "a path such as ../tmp/file",
    "/usr/bin/env node",
    "homework / rooted",
  ])("is not seen in %s", (line) => {
    expect(lineFault(line)).toBeUndefined();
  });
});

describe("a repository", () => {
  let base = "";
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "ryanstream-text-"));
    execFileSync("git", ["init", "-q"], { cwd: base });
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it("is read file by file, new ones too, ignored and binary ones not", () => {
    const bad = `one\n${path("home", "me", "")}\n`;
    writeFileSync(join(base, "new.md"), bad);
    writeFileSync(join(base, "ignored.md"), bad);
    writeFileSync(join(base, "binary"), `\0${bad}`);
    writeFileSync(join(base, ".gitignore"), "ignored.md\n");
    expect(trackedFiles(base).sort()).toEqual([".gitignore", "binary", "new.md"]);
    expect(wordFaults(base)).toEqual([
      `new.md:2: names a path of one machine (${path("home", "")})`,
    ]);
  });

  it("has its sources measured, longest first", () => {
    writeFileSync(join(base, "a.ts"), "x\n".repeat(401));
    writeFileSync(join(base, "b.cpp"), "x\n".repeat(500));
    writeFileSync(join(base, "c.ts"), "x\n".repeat(400));
    writeFileSync(join(base, "d.json"), "x\n".repeat(900));
    expect(longFiles(base)).toEqual([
      { file: "b.cpp", lines: 500 },
      { file: "a.ts", lines: 401 },
    ]);
  });
});
