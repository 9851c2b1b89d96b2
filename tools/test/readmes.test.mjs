// Every example in a README that is marked as runnable runs, against the sources.
// `npm run check` runs those of packages again, against the packed package.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { env, root } from "../lib/steps.mjs";
import { packages } from "../lib/workspace.mjs";
import { readmeExamples } from "../pack-install.mjs";

let folder = ""; // below the repository, where the packages can be found
beforeAll(() => {
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  folder = mkdtempSync(join(root, "node_modules/.cache/readme-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const owners = packages().filter(({ binary }) => !binary);
const readmes = ["README.md", ...owners.map((owner) => `${owner.folder}/README.md`)];

describe.each(readmes)("%s", (readme) => {
  const examples = readmeExamples(readFileSync(join(root, readme), "utf8"));

  it("has an example that is marked as runnable", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples.map((code, i) => [i + 1, code]))("example %i runs", (i, code) => {
    const file = join(folder, `${readme.replaceAll("/", "-")}-${i}.mts`);
    writeFileSync(file, code);
    const args = ["--conditions=@ryanstream/source", "--import", "tsx", file];
    const options = { cwd: root, env: { ...env, NODE_OPTIONS: "" }, encoding: "utf8" };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    expect(status, stderr).toBe(0);
    expect(stderr).not.toContain("RYANSTREAM_LEAK");
    expect(stdout).not.toBe("");
  });
});

/** The codes of the errors that a folder of sources throws or expects. */
function codesIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".ts"));
  const text = files.map((file) => readFileSync(join(folder, file), "utf8")).join("");
  return [...new Set(text.match(/(?<=")ERR_[A-Z_]+(?=")/g))].sort();
}

describe.each(owners.filter(({ folder }) => folder.startsWith("packages/")))(
  "the README of $name",
  ({ path }) => {
    it("lists the code of every error", () => {
      const text = readFileSync(join(path, "README.md"), "utf8");
      expect(codesIn(join(path, "src")).filter((code) => !text.includes(`\`${code}\``))).toEqual(
        [],
      );
    });
  },
);
