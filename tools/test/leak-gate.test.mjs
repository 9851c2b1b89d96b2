// A leaked handle fails the file that leaks it, by name, though all its tests pass.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { env, root } from "../lib/steps.mjs";

it("a test file that forgets a parameter fails and names it", () => {
  const config = "tools/test/fixtures/vitest.config.ts";
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), "run", "--config", config],
    { cwd: root, env: { ...env, NO_COLOR: "1" }, encoding: "utf8" },
  );
  expect(stdout).toMatch(/Tests +2 passed/);
  expect(stderr).toContain("this file leaves behind: 1 of buffers, 0 of programs");
  expect(stderr).toContain('not disposed of: Parameter "kept"');
  expect(stderr).not.toContain("scratch");
  expect(status).toBe(1);
});
