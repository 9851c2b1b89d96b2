// What someone downloads: the core, bundled, minified and compressed, and the whole
// package as npm packs it.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { bundler } from "../processes.js";
import { below, type Line } from "../rows.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Programs that load a tokenizer, encode and decode, and nothing else. */
const program = (entry: string) => `import { Tokenizer } from "./src/${entry}.ts";
const tokenizer = await Tokenizer.load(globalThis.source);
globalThis.result = tokenizer.decode(tokenizer.encode(globalThis.text).ids);`;

interface Output {
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

/** What must be there before a program starts, and with it the files that it loads when they are needed. */
async function bundled(contents: string): Promise<{ start: Uint8Array; all: Uint8Array }> {
  const { outputFiles = [], metafile } = await bundler().build({
    stdin: { contents, resolveDir: root, loader: "ts", sourcefile: "program.ts" },
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    outdir: root,
    absWorkingDir: root,
    format: "esm",
    platform: "browser",
    conditions: ["@ryanstream/source"],
    target: "es2022",
    logLevel: "silent",
  });
  const outputs = (metafile?.outputs ?? {}) as Record<string, Output>;
  const content = new Map(outputFiles.map((file) => [relative(root, file.path), file.contents]));
  const needed = new Set<string>(Object.keys(outputs).filter((path) => path.startsWith("stdin")));
  for (const path of needed) {
    for (const { path: other, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && content.has(other)) needed.add(other);
    }
  }
  const join = (paths: Iterable<string>) =>
    Buffer.concat([...paths].map((path) => content.get(path) ?? new Uint8Array()));
  return { start: join(needed), all: join(content.keys()) };
}

export async function size(): Promise<Line[]> {
  const lines: Line[] = [];
  const kB = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 }).length / 1000;
  try {
    const core = await bundled(program("core"));
    const whole = await bundled(program("index"));
    lines.push(
      below("core, minified and gzipped", "kB", kB(core.start), 40),
      {
        name: "core, minified and brotli",
        ours: brotliCompressSync(core.start).length / 1000,
        unit: "kB",
      },
      { name: "core with all that it can load", ours: kB(core.all), unit: "kB" },
      { name: "Tokenizer, minified and gzipped", ours: kB(whole.start), unit: "kB" },
      { name: "Tokenizer with all that it can load", ours: kB(whole.all), unit: "kB" },
    );
  } catch (error) {
    const first = error instanceof Error ? error.message.split("\n").at(-1) : `${error}`;
    lines.push({ note: `core: no bundle: ${first}` });
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
