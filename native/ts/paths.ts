import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

function isMusl(): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report?.header?.glibcVersionRuntime === undefined;
}

/** This machine as the name of a prebuilt package ends, for example `linux-x64-gnu`. */
export function platformTriple(): string {
  const libc = process.platform === "linux" ? (isMusl() ? "-musl" : "-gnu") : "";
  return `${process.platform}-${process.arch}${libc}`;
}

/** Where `ryanstream-kernels build` leaves a binary that it compiled. */
export function sourceBuildPath(): string {
  const cache =
    process.env["RYANSTREAM_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "ryanstream");
  return join(cache, "kernels", `${version}-${platformTriple()}`, "kernels.node");
}
