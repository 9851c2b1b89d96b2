// Every published package has the same shape: this names where one differs.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LIFECYCLE = ["preinstall", "install", "postinstall", "prepare"];

/**
 * @param {import("../lib/workspace.mjs").Package} subject
 * @param {string} base  the repository
 * @returns {string[]} one sentence for each fault.
 */
export function shapeFaults({ folder, path, manifest, binary }, base) {
  const faults = [];
  const expect = (right, message) => {
    if (!right) faults.push(`${folder}: ${message}`);
  };
  const text = (file) => {
    const at = join(path, file);
    return existsSync(at) ? readFileSync(at, "utf8") : undefined;
  };
  const license = readFileSync(join(base, "LICENSE"), "utf8");
  expect(text("LICENSE") === license, "LICENSE must be a copy of the repository's");
  expect((text("README.md")?.length ?? 0) > 200, "README.md is missing or says next to nothing");
  expect(manifest.license === "MIT", 'package.json: "license" must be "MIT"');
  expect(manifest.description, 'package.json: "description" is missing');
  expect(manifest.engines?.node === ">=20.19", 'package.json: "engines.node" must be ">=20.19"');
  expect(manifest.files?.length > 0, 'package.json: "files" must say what is published');
  expect(
    manifest.publishConfig?.access === "public",
    'package.json: "publishConfig.access" must be "public"',
  );
  for (const script of LIFECYCLE) {
    expect(!manifest.scripts?.[script], `package.json: no "${script}" script in what we publish`);
  }
  expect(!existsSync(join(path, "binding.gyp")), "binding.gyp makes npm compile on install");
  if (binary) return faults;

  expect(manifest.type === "module", 'package.json: "type" must be "module"');
  expect(manifest.exports?.["./package.json"], 'package.json: export "./package.json"');
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === "string") continue;
    expect(
      Object.keys(target).join() === "@ryanstream/source,types,default",
      `package.json: export "${subpath}" must have @ryanstream/source, types and default, in this order`,
    );
    const source = target["@ryanstream/source"];
    expect(source && existsSync(join(path, source)), `package.json: ${source} does not exist`);
  }
  for (const script of ["build", "typecheck"]) {
    expect(manifest.scripts?.[script], `package.json: script "${script}" is missing`);
  }
  expect(existsSync(join(path, "test")), "there is no test folder");
  for (const file of ["tsconfig.json", "tsup.config.ts"]) {
    expect(existsSync(join(path, file)), `${file} is missing`);
  }
  return faults;
}
