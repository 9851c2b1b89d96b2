import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("the tokenizer says the same in the runtimes at hand as in Node", () => {
  const args = ["tools/tokenizer-runtimes.mjs"];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^Node, worker thread: \d+ ids and the rest the same/m);
  expect(stdout).not.toContain("failed");
  expect(status).toBe(0);
});
