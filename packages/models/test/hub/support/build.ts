// The sources as one file that a process of its own can run.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export async function buildSnapshot(folder: string): Promise<string> {
  const outfile = join(folder, "snapshot.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../../../src/hub/snapshot.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
  });
  return outfile;
}
