// Packs every package as it would be published. pnpm does it, since npm leaves
// `workspace:` ranges in the manifest. A binary package gets the addon that was
// just built, in a copy of its folder, so that no binary comes near a commit.

import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { capture, root } from "./steps.mjs";

/**
 * @typedef {object} Tarball
 * @property {import("./workspace.mjs").Package} subject
 * @property {string} file
 * @property {number} bytes
 * @property {Map<string, Buffer>} entries   the packed files by their path in the package
 * @property {Record<string, any>} manifest  the package.json as published
 */

const BLOCK = 512;

/** The files of an npm tarball; its entries all lie below `package/`. */
export function readTarball(file) {
  const data = gunzipSync(readFileSync(file));
  const entries = new Map();
  const text = (start, length) =>
    data.toString("utf8", start, start + length).replace(/\0.*$/s, "");
  for (let at = 0; at + BLOCK <= data.length && data[at] !== 0; ) {
    const prefix = text(at + 345, 155);
    const name = prefix ? `${prefix}/${text(at, 100)}` : text(at, 100);
    const size = Number.parseInt(text(at + 124, 12), 8);
    const type = text(at + 156, 1);
    const body = at + BLOCK;
    if (type === "0" || type === "") {
      entries.set(name.replace(/^package\//, ""), data.subarray(body, body + size));
    }
    at = body + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

/** The platform package that the addon built here belongs to. */
const isHost = ({ manifest }) =>
  manifest.os?.includes(process.platform) && manifest.cpu?.includes(process.arch);

async function pack(subject, folder) {
  let source = subject.path;
  if (subject.binary) {
    source = join(folder, basename(subject.path));
    cpSync(subject.path, source, { recursive: true });
    copyFileSync(join(root, "native/build/Release/kernels.node"), join(source, "kernels.node"));
  }
  const command = subject.binary ? "npm" : "pnpm";
  const args = ["pack", "--json", "--pack-destination", folder];
  const { status, stdout, stderr } = await capture(command, args, { cwd: source });
  if (status !== 0) throw new Error(`${subject.name} could not be packed:\n${stdout}${stderr}`);
  const answer = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
  const { filename } = Array.isArray(answer) ? answer[0] : answer;
  const file = join(folder, basename(filename));
  const entries = readTarball(file);
  const manifest = JSON.parse(entries.get("package.json").toString("utf8"));
  return { subject, file, bytes: statSync(file).size, entries, manifest };
}

/**
 * Packs what can be packed on this machine: all but the binaries of other platforms.
 * @param {import("./workspace.mjs").Package[]} all
 * @param {string} folder  where the tarballs go
 * @returns {Promise<Tarball[]>}
 */
export async function packAll(all, folder) {
  mkdirSync(folder, { recursive: true });
  const tarballs = [];
  for (const subject of all) {
    if (subject.binary && !isHost(subject)) continue;
    if (!subject.binary && !existsSync(join(subject.path, "dist"))) {
      throw new Error(`${subject.name} has no dist: run \`npm run build\` first`);
    }
    tarballs.push(await pack(subject, folder));
  }
  return tarballs;
}
