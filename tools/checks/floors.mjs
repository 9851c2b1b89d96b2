// The house has floors: a package imports only from floors below its own. This
// reads every import and every manifest and names what breaks the rule.

import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative, resolve, sep } from "node:path";
import ts from "typescript";
import { runtimeDependencies } from "../lib/workspace.mjs";

/** The only place where the floors are written down for a machine. */
export const FLOORS = {
  ryanstream: 5,
  "@ryanstream/scheduler": 4,
  "@ryanstream/speculative": 4,
  "@ryanstream/bridge": 4,
  "@ryanstream/monitor": 4,
  "@ryanstream/models": 3,
  "@ryanstream/quant": 3,
  "@ryanstream/cache": 3,
  "@ryanstream/optimizer": 3,
  "@ryanstream/checkpoint": 3,
  "@ryanstream/parallel": 3,
  "@ryanstream/pipeline": 3,
  "@ryanstream/kernels": 2,
  "@ryanstream/format": 2,
  "@ryanstream/tensor": 1,
  "@ryanstream/native-kernels": 0,
  "@ryanstream/tokenizer": 0,
  "@ryanstream/sampler": 0,
  "@ryanstream/problems": 0,
  "@ryanstream/model-abacus": 0,
};

const PUBLISHED = ["src", "ts", "bin"];
const SKIPPED = new Set(["node_modules", "dist", "build", "npm"]);
const isSource = (file) => /\.[mc]?[jt]s$/.test(file) && !file.endsWith(".d.ts");

/** `@scope/name/sub/path` as its package and its subpath (`.` or `./sub/path`). */
export function splitSpecifier(specifier) {
  const parts = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  const rest = parts.slice(length).join("/");
  return { name: parts.slice(0, length).join("/"), subpath: rest ? `./${rest}` : "." };
}

/** Every module that a source text names, types included. */
export function importsOf(text) {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function sources(folder, inside = "") {
  return readdirSync(join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const file = inside ? `${inside}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sources(folder, file);
    return isSource(entry.name) ? [file] : [];
  });
}

/** Whether `from` may use `to`, as a sentence when it may not. */
function floorFault(from, to) {
  const [own, other] = [FLOORS[from], FLOORS[to]];
  if (own === undefined) return `${from} has no floor: add it to tools/checks/floors.mjs`;
  if (other === undefined) return `${to} has no floor: add it to tools/checks/floors.mjs`;
  if (other < own) return undefined;
  return `${from} (floor ${own}) uses ${to} (floor ${other}): only lower floors are allowed`;
}

/**
 * A relative import that leaves the package. Only tests and benchmarks may, and
 * only for the repository's tools and for the test support of lower floors.
 */
function outsideFault(owner, target, specifier, published, all) {
  const outside = `reaches out of the package with ${specifier}`;
  if (published) return outside;
  const base = owner.path.slice(0, -owner.folder.length);
  const place = relative(base, target).split(sep).join("/");
  if (place.startsWith("tools/")) return undefined;
  const other = all.find(({ folder }) => place.startsWith(`${folder}/test/support/`));
  return other === undefined ? outside : floorFault(owner.name, other.name);
}

function importFault(owner, file, specifier, all, rootDependencies) {
  const published = PUBLISHED.includes(file.split("/")[0] ?? "");
  if (specifier.startsWith(".")) {
    const target = resolve(owner.path, file, "..", specifier);
    if (relative(owner.path, target).split(sep)[0] !== "..") return undefined;
    return outsideFault(owner, target, specifier, published, all);
  }
  if (isBuiltin(specifier)) {
    return specifier.startsWith("node:") ? undefined : `${specifier}: write node:${specifier}`;
  }
  if (specifier.startsWith("#")) {
    // A name of the package's own; what it stands for lies in the package, by Node's rules.
    const isNamed = Object.hasOwn(owner.manifest.imports ?? {}, specifier);
    return isNamed ? undefined : `imports ${specifier}, which ${owner.folder}/package.json lacks`;
  }
  const { name, subpath } = splitSpecifier(specifier);
  const own = owner.manifest;
  const declared = {
    ...runtimeDependencies(own),
    ...(published ? {} : { ...own.devDependencies, ...rootDependencies }),
    [owner.name]: "itself",
  };
  if (declared[name] === undefined) {
    return `imports ${name}, which ${owner.folder}/package.json does not declare`;
  }
  const other = all.find((candidate) => candidate.name === name);
  if (other === undefined) return undefined;
  if (subpath !== "." && !Object.hasOwn(other.manifest.exports ?? {}, subpath)) {
    return `imports ${specifier}, which ${name} does not export`;
  }
  return name === owner.name || other.binary ? undefined : floorFault(owner.name, name);
}

/**
 * @param {import("../lib/workspace.mjs").Package[]} all
 * @param {Record<string, string>} [rootDependencies]  what tests and benchmarks may use besides
 * @returns {string[]} one sentence for each fault.
 */
export function floorFaults(all, rootDependencies = {}) {
  const faults = [];
  for (const owner of all) {
    if (owner.binary) continue;
    if (FLOORS[owner.name] === undefined) {
      faults.push(`${owner.name} has no floor: add it to tools/checks/floors.mjs`);
      continue;
    }
    const dependencies = {
      ...runtimeDependencies(owner.manifest),
      ...owner.manifest.devDependencies,
    };
    for (const name of Object.keys(dependencies)) {
      const other = all.find((candidate) => candidate.name === name);
      if (other === undefined || other.binary) continue;
      const fault = floorFault(owner.name, name);
      if (fault) faults.push(`${owner.folder}/package.json: ${fault}`);
    }
    for (const file of sources(owner.path)) {
      for (const specifier of importsOf(readFileSync(join(owner.path, file), "utf8"))) {
        const fault = importFault(owner, file, specifier, all, rootDependencies);
        if (fault) faults.push(`${owner.folder}/${file}: ${fault}`);
      }
    }
  }
  return faults;
}
