// The packages of this repository, as the folders say: nothing is listed by hand.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./steps.mjs";

/**
 * @typedef {object} Package
 * @property {string} name
 * @property {string} folder   relative to the repository, with forward slashes
 * @property {string} path     absolute
 * @property {Record<string, any>} manifest
 * @property {boolean} binary  a platform's prebuilt binary and nothing else
 */

const folders = (base, parent) =>
  existsSync(join(base, parent))
    ? readdirSync(join(base, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${parent}/${entry.name}`)
        .sort()
    : [];

/**
 * Every published package below `base`.
 * @returns {Package[]}
 */
export function packages(base = root) {
  return ["native", ...folders(base, "native/npm"), ...folders(base, "packages")].flatMap(
    (folder) => {
      const path = join(base, folder);
      const file = join(path, "package.json");
      if (!existsSync(file)) return [];
      const manifest = JSON.parse(readFileSync(file, "utf8"));
      if (manifest.private) return [];
      const binary = folder.startsWith("native/npm/");
      return [{ name: manifest.name, folder, path, manifest, binary }];
    },
  );
}

/** All names that a manifest lets the published code import. */
export function runtimeDependencies(manifest) {
  return {
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  };
}

/** The files that a value of `exports` can resolve to. */
export function exportTargets(value) {
  if (typeof value === "string") return [value];
  return Object.values(value ?? {}).flatMap(exportTargets);
}
