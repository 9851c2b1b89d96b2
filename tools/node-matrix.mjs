// Runs the tests on other versions of Node, with the addon that is built: one
// binary must serve them all. Node comes from npm, since each version is a package.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { clearResults, finish } from "./lib/results.mjs";
import { attempt, root } from "./lib/steps.mjs";
import { vitest } from "./tasks.mjs";

const VERSIONS = ["22.23.3", "24.21.0", "26.10.0"];

/** The binary of a Node version, installed when it isn't there; undefined when it can't be. */
function nodeBinary(version) {
  const prefix = join(root, "build", "node", version);
  const name = `node-${process.platform}-${process.arch}`;
  const binary = join(prefix, "node_modules", name, "bin", "node");
  if (existsSync(binary)) return binary;
  mkdirSync(prefix, { recursive: true });
  const flags = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const status = attempt("npm", ["install", "--prefix", prefix, ...flags, `${name}@${version}`]);
  return status === 0 && existsSync(binary) ? binary : undefined;
}

/**
 * @param {string[]} only  versions, or major versions; all of them when empty
 * @returns {boolean} whether every version that could be had passed.
 */
export function nodeMatrix(only) {
  const versions = VERSIONS.filter(
    (version) => only.length === 0 || only.some((want) => `${version}.`.startsWith(`${want}.`)),
  );
  clearResults();
  for (const version of versions) {
    const node = nodeBinary(version);
    if (node) vitest(`node-${version}`, [], { node });
    else
      console.log(`skipped: no Node ${version} for ${process.platform}-${process.arch} from npm`);
  }
  return finish();
}
