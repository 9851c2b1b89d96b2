import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sampleTable } from "./support/sample-table.js";

it("shows in its README the problems that the generator gives", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  expect(readme).toContain(sampleTable());
});
