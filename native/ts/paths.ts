// The names that a binary has: of its platform, and of the file that a build on
// this machine leaves.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

function isMusl(): boolean {
  try {
    // A script that names the C library in its first lines; the report below takes 20 ms.
    const ldd = readFileSync("/usr/bin/ldd", "latin1");
    if (ldd.includes("musl")) return true;
    if (/GLIBC|GNU C Library|GNU libc/.test(ldd)) return false;
  } catch {
    // no ldd here
  }
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report?.header?.glibcVersionRuntime === undefined;
}

/** This machine as the name of a prebuilt package ends, for example `linux-x64-gnu`. */
export function platformTriple(): string {
  const libc = process.platform === "linux" ? (isMusl() ? "-musl" : "-gnu") : "";
  return `${process.platform}-${process.arch}${libc}`;
}

/** Where `ryanstream-kernels build` leaves the binary that it compiled. */
export function sourceBuildPath(): string {
  const cache =
    process.env["RYANSTREAM_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "ryanstream");
  return join(cache, "kernels", `${version}-${platformTriple()}`, "kernels.node");
}
