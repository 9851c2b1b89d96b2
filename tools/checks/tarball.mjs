// What a published tarball holds and must not hold.

import { exportTargets, runtimeDependencies } from "../lib/workspace.mjs";

const UNWANTED = [
  [/(^|\/)node_modules\//, "installed packages"],
  [/(^|\/)(test|tests|bench|coverage)\//, "tests or benchmarks"],
  [/\.test\.|\.bench\./, "a test or a benchmark"],
  [/(^|\/)(tsconfig.*\.json|tsup\.config\.|vitest\.config\.)/, "a development file"],
  [/(^|\/)(build|\.cache)\//, "build output"],
  [/(?<!\.d)\.[mc]?tsx?$/, "TypeScript source"],
  [/\.(o|a|so)$/, "an object file"],
];
const LIFECYCLE = ["preinstall", "install", "postinstall", "prepare"];

/** The targets that `exports` and `bin` promise; `@ryanstream/source` is for the repository only. */
function promised(manifest) {
  const published = Object.values(manifest.exports ?? {}).flatMap((value) =>
    typeof value === "string"
      ? [value]
      : Object.entries(value)
          .filter(([condition]) => condition !== "@ryanstream/source")
          .flatMap(([, target]) => exportTargets(target)),
  );
  return [...published, ...exportTargets(manifest.bin)].map((path) => path.replace(/^\.\//, ""));
}

/**
 * @param {Pick<import("../lib/pack.mjs").Tarball, "entries" | "manifest"> & { binary?: boolean }} tarball
 * @returns {string[]} one sentence for each fault.
 */
export function tarballFaults({ entries, manifest, binary = false }) {
  const faults = [];
  for (const file of ["package.json", "README.md", "LICENSE", ...promised(manifest)]) {
    if (!file.includes("*") && !entries.has(file)) faults.push(`${file} is missing`);
  }
  for (const file of entries.keys()) {
    const unwanted = UNWANTED.find(([pattern]) => pattern.test(file));
    if (unwanted) faults.push(`${file} is ${unwanted[1]}`);
    if (file.endsWith(".node") && !binary) faults.push(`${file} belongs in a platform package`);
    if (file === "binding.gyp") faults.push("binding.gyp makes npm compile on install");
  }
  for (const script of LIFECYCLE) {
    if (manifest.scripts?.[script]) faults.push(`package.json has a script "${script}"`);
  }
  for (const [name, range] of Object.entries(runtimeDependencies(manifest))) {
    if (/^(workspace|file|link|catalog):/.test(range)) faults.push(`${name} is wanted as ${range}`);
  }
  return faults;
}
