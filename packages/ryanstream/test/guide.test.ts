// The guide and the README as a reader would follow them, with a tiny model in the hub's
// cache under the names that they use.

import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useCli } from "./support/cli.js";
import { writeTinyFolder, writeTinyGguf } from "./support/tiny-model.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const documents = ["docs/run-a-model.md", "packages/ryanstream/README.md"];
const text = Object.fromEntries(
  await Promise.all(
    documents.map(async (name) => [name, await readFile(join(root, name), "utf8")]),
  ),
) as Record<string, string>;

const blocksOf = (document: string, language: string): string[] => {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms");
  return [...(text[document] ?? "").matchAll(fence)].map(([, code = ""]) => code);
};
const named = (language: string): [string, number, string][] =>
  documents.flatMap((name) =>
    blocksOf(name, language).map((code, i): [string, number, string] => [name, i + 1, code]),
  );

const execute = promisify(execFile);
const cli = useCli();
let place = "";
let environment: NodeJS.ProcessEnv = {};

async function cache(repository: string, write: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(place, "hub", `models--${repository.replace("/", "--")}`);
  const commit = "0123456789abcdef0123456789abcdef01234567";
  await mkdir(join(folder, "refs"), { recursive: true });
  await mkdir(join(folder, "snapshots", commit), { recursive: true });
  await writeFile(join(folder, "refs/main"), commit);
  await write(join(folder, "snapshots", commit));
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "ryanstream-guide-"));
  await cache("Qwen/Qwen2.5-0.5B-Instruct", writeTinyFolder);
  await cache("Qwen/Qwen2.5-0.5B-Instruct-GGUF", (folder) =>
    writeTinyGguf(join(folder, "qwen2.5-0.5b-instruct-q8_0.gguf")),
  );
  const bin = join(place, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "npm"), "#!/bin/sh\n");
  await writeFile(
    join(bin, "npx"),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${cli.entry}" "$@"\n`,
  );
  for (const name of ["npm", "npx"]) await chmod(join(bin, name), 0o755);
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  environment = {
    RYANSTREAM_KERNELS_PATH: join(root, "native/build/Release/kernels.node"),
    ...inherited,
    HF_HUB_CACHE: join(place, "hub"),
    HF_HUB_OFFLINE: "1",
    PATH: `${bin}:${process.env["PATH"]}`,
  };
});
afterAll(() => rm(place, { recursive: true, force: true }));

describe.concurrent("commands", () => {
  it.each(named("sh"))("of %s, block %i, run", async (_, __, code) => {
    const { stdout, stderr } = await execute("sh", ["-euc", code], {
      cwd: place,
      env: environment,
    });
    expect(stderr).not.toContain("error");
    if (!code.includes(">")) expect(stdout).not.toBe("");
  });
});

describe("programs", () => {
  it.each(named("ts"))("of %s, block %i, run", async (_, i, code) => {
    const outdir = join(place, `program-${i}`);
    await build({
      stdin: { contents: code, loader: "ts", resolveDir: join(root, "packages/ryanstream/test") },
      outfile: join(outdir, "dist/program.mjs"),
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: ["@ryanstream/source"],
      logLevel: "error",
    });
    await cp(join(root, "packages/ryanstream/package.json"), join(outdir, "package.json"));
    const program = join(outdir, "dist/program.mjs");
    const { stdout, stderr } = await execute(process.execPath, [program], {
      env: environment,
    });
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
  });

  it("are well typed", () => {
    const folder = join(root, "packages/ryanstream/test");
    const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const sources = new Map(
      named("ts").map(([, , code], i) => [join(folder, `guide-${i}.ts`), code]),
    );
    const host = ts.createCompilerHost(options);
    const { readFile: read, fileExists: exists, getSourceFile } = host;
    host.readFile = (name) => sources.get(name) ?? read(name);
    host.fileExists = (name) => sources.has(name) || exists(name);
    host.getSourceFile = (name, ...rest) => {
      const code = sources.get(name);
      return code === undefined
        ? getSourceFile(name, ...rest)
        : ts.createSourceFile(name, code, options.target ?? ts.ScriptTarget.ES2022);
    };
    const program = ts.createProgram([...sources.keys()], options, host);
    const faults = [...sources.keys()].flatMap((name) => {
      const file = program.getSourceFile(name);
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    });
    expect(
      faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    ).toEqual([]);
  });
});

it("has blocks to test", () => {
  expect(named("sh").length).toBeGreaterThan(5);
  expect(named("ts").length).toBeGreaterThan(3);
});

describe("the README", () => {
  it("names every command and every code that the guide does", async () => {
    const { commands } = await import("../src/cli/commands.js");
    const readme = text["packages/ryanstream/README.md"] ?? "";
    for (const { name } of commands) expect(readme).toContain(`| \`${name} `);
    const codes = new Set(text["docs/run-a-model.md"]?.match(/ERR_[A-Z_]+/g));
    for (const code of codes) expect(readme).toContain(`\`${code}\``);
  });
});
