// The command line as a child process, from a bundle of the sources that is made once for
// each test file: as it is published, and quick to start.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { afterAll, beforeAll } from "vitest";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const kernels = join(root, "native/build/Release/kernels.node");

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onStart?: (child: ChildProcessWithoutNullStreams) => void;
  /** Called with each part of stdout. */
  readonly onOutput?: (child: ChildProcessWithoutNullStreams, stdout: string) => void;
}

export class Cli {
  entry = "";
  meta: Metafile | undefined;

  async run(words: readonly string[], options: RunOptions = {}): Promise<Result> {
    const { NO_COLOR: _, FORCE_COLOR: __, NODE_OPTIONS: ___, ...inherited } = process.env;
    const env = { RYANSTREAM_KERNELS_PATH: kernels, ...inherited, ...options.env };
    const child = spawn(process.execPath, [this.entry, ...words], { env, cwd: root });
    options.onStart?.(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      stdout += part;
      options.onOutput?.(child, stdout);
    });
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      stderr += part;
    });
    child.stdin.on("error", () => {}); // a command need not read it
    child.stdin.end(options.input ?? "");
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  /** The sources that a module of `src` needs before its first line runs, relative to the repository. */
  staticInputs(module: string): string[] {
    const outputs = this.meta?.outputs ?? {};
    const of = (name: string) =>
      Object.keys(outputs).find((file) =>
        Object.keys(outputs[file]?.inputs ?? {}).some((input) => input.endsWith(name)),
      );
    const first = of(`packages/ryanstream/src/${module}`);
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { path, kind } of outputs[file]?.imports ?? []) {
        if (kind === "import-statement" && outputs[path] !== undefined) visit(path);
      }
    };
    if (first !== undefined) visit(first);
    return [...seen].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
  }
}

/** Builds the command line before the file's tests, and removes it after them. */
export function useCli(): Cli {
  const cli = new Cli();
  let folder = "";
  beforeAll(async () => {
    const cache = join(root, "packages/ryanstream/node_modules/.cache");
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, "cli-"));
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: {
        cli: join(root, "packages/ryanstream/src/cli.ts"),
        // A thread begins at a file of its own.
        "batch-thread": join(root, "packages/pipeline/src/batches/batch-thread.ts"),
      },
      outdir: join(relative(root, folder), "dist"),
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: ["@ryanstream/source"],
      metafile: true,
      logLevel: "error",
    });
    // Packages read the manifest above the folder that they are in.
    await copyFile(join(root, "packages/ryanstream/package.json"), join(folder, "package.json"));
    // The embedded models are looked for beside the folder of the code that names them.
    for (const name of ["abacus", "draft"]) {
      await symlink(join(root, "packages/model-abacus", name), join(folder, name));
    }
    await writeFile(join(folder, "dist/batch-thread.js"), 'import "./batch-thread.mjs";\n');
    cli.entry = join(folder, "dist/cli.mjs");
    cli.meta = metafile;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return cli;
}

/** The values of JSON lines. */
export const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
