// `npm run lint`: what can be judged by reading files.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { record } from "../lib/results.mjs";
import { attempt, root } from "../lib/steps.mjs";
import { packages } from "../lib/workspace.mjs";
import { floorFaults } from "./floors.mjs";
import { shapeFaults } from "./shape.mjs";
import { longFiles, trackedFiles, wordFaults } from "./text.mjs";

const check = (name, faults) => ({ name, ok: faults.length === 0, detail: faults.join("\n") });

/** @returns {boolean} whether nothing was found. */
export function lint() {
  const all = packages();
  const files = trackedFiles();
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const { file, lines } of longFiles(root, files)) {
    console.warn(`warning: ${file} has ${lines} lines`);
  }
  return record("lint", [
    { name: "biome", ok: attempt("biome", ["check", "--error-on-warnings", "."]) === 0 },
    check("floors", floorFaults(all, devDependencies)),
    check("machine paths", wordFaults(root, files)),
    ...all.map((subject) => check(`shape of ${subject.name}`, shapeFaults(subject, root))),
  ]);
}
