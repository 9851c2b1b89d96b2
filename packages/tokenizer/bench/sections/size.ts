// What someone downloads: the core, bundled, minified and compressed, and the whole
// package as npm packs it.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { bundler } from "../processes.js";
import { below, type Line } from "../rows.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A program that loads a tokenizer, encodes and decodes, and nothing else. */
const CORE = `import { Tokenizer } from "./src/index.ts";
const tokenizer = await Tokenizer.load(globalThis.source);
globalThis.result = tokenizer.decode(tokenizer.encode(globalThis.text).ids);`;

async function bundled(contents: string): Promise<Uint8Array> {
  const { outputFiles } = await bundler().build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    external: ["node:*"],
    target: "es2022",
    logLevel: "silent",
  });
  return outputFiles?.[0]?.contents ?? new Uint8Array();
}

export async function size(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const [name, source, limit] of [
    ["core", CORE, 40],
    ["everything", `export * from "./src/index.ts";`, undefined],
  ] as const) {
    try {
      const bytes = await bundled(source);
      const gzip = gzipSync(bytes, { level: 9 }).length / 1000;
      const label = `${name}, minified and gzipped`;
      lines.push(
        limit === undefined
          ? { name: label, ours: gzip, unit: "kB" }
          : below(label, "kB", gzip, limit),
        {
          name: `${name}, minified and brotli`,
          ours: brotliCompressSync(bytes).length / 1000,
          unit: "kB",
        },
      );
    } catch (error) {
      const first = error instanceof Error ? error.message.split("\n").at(-1) : `${error}`;
      lines.push({ note: `${name}: no bundle: ${first}` });
    }
  }
  lines.push(tarball(), peerSize());
  return lines;
}

/** As npm would upload it; of the last build. */
function tarball(): Line {
  if (!existsSync(`${root}dist/index.js`)) return { note: "tarball: not built" };
  const shell = process.platform === "win32";
  const text = execFileSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: root,
    encoding: "utf8",
    shell,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ size: bytes } = { size: Number.NaN }] = JSON.parse(text) as { size: number }[];
  return below("tarball", "kB", bytes / 1000, 150);
}

/** The only peer that reads the same files from script alone. */
function peerSize(): Line {
  const file = `${root}node_modules/@huggingface/tokenizers/dist/tokenizers.min.mjs`;
  if (!existsSync(file)) return { note: "@huggingface/tokenizers: not installed" };
  const bytes = gzipSync(readFileSync(file), { level: 9 }).length / 1000;
  return {
    name: "core, minified and gzipped",
    peer: bytes,
    peerName: "@huggingface/tokenizers",
    unit: "kB",
  };
}
