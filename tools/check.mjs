// `npm run check`: everything about the repository that isn't a test of its code.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { lint } from "./checks/lint.mjs";
import { tarballFaults } from "./checks/tarball.mjs";
import { checkTypes } from "./checks/types.mjs";
import { packAll } from "./lib/pack.mjs";
import { serve } from "./lib/registry.mjs";
import { finish, record } from "./lib/results.mjs";
import { attempt, capture, timed } from "./lib/steps.mjs";
import { packages } from "./lib/workspace.mjs";
import { checkAlone } from "./pack-install.mjs";

/** Bytes of a download, where we promise a limit. */
const LIMITS = { "@ryanstream/tokenizer": 150 * 1024 };

/** publint, are-the-types-wrong and the file list, all on the tarball itself. */
async function checkTarball(tarball) {
  const { file, manifest, subject, bytes, entries } = tarball;
  const faults = tarballFaults({ entries, manifest, binary: subject.binary });
  const checks = [{ name: "files", ok: faults.length === 0, detail: faults.join("\n") }];
  const most = LIMITS[manifest.name] ?? Number.POSITIVE_INFINITY;
  checks.push({
    name: "size",
    ok: bytes <= most,
    detail: `expected at most ${most} bytes, found ${bytes}`,
  });
  const tool = async (name, ...args) => {
    const { status, stdout, stderr } = await capture(name, args);
    checks.push({ name, ok: status === 0, detail: stdout + stderr });
  };
  await timed(`publint and attw of ${manifest.name}`, async () => {
    await tool("publint", "run", file, "--strict");
    if (!subject.binary) await tool("attw", file, "--profile", "esm-only", "--format", "ascii");
  });
  console.log(`${manifest.name}: ${(bytes / 1024).toFixed(1)} KB packed, ${entries.size} files`);
  return checks.map((check) => ({ ...check, name: `${manifest.name} ${check.name}` }));
}

async function checkPackages() {
  const folder = mkdtempSync(join(tmpdir(), "ryanstream-pack-"));
  try {
    const tarballs = await timed("pack", () => packAll(packages(), join(folder, "tarballs")));
    const checks = [];
    for (const tarball of tarballs) checks.push(...(await checkTarball(tarball)));
    record("packages", checks);

    const upstream = (await capture("npm", ["config", "get", "registry"])).stdout.trim();
    const registry = await serve(tarballs, upstream);
    const alone = [];
    for (const tarball of tarballs) {
      const place = join(folder, basename(tarball.file, ".tgz"));
      alone.push(...(await checkAlone(tarball, place, registry.url)));
    }
    await registry.close();
    record("pack-install", alone);
  } catch (error) {
    record("packages", [{ name: "packing", ok: false, detail: error.message }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns {Promise<boolean>} whether everything passed. */
export async function check() {
  await checkTypes();
  lint();
  const built = attempt("pnpm", ["-r", "--sort", "run", "build"]) === 0;
  record("build", [{ name: "every package builds", ok: built }]);
  if (built) await checkPackages();
  return finish();
}
