// Installs each package alone into an empty project, as a stranger would: from its
// tarball, with npm, without install scripts. Then imports it, requires it, checks
// its types and runs the examples of its README.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import { capture, root, timed } from "./lib/steps.mjs";

const ADDON = "@ryanstream/native-kernels";

/** The TypeScript examples of a README, in order. */
export function readmeExamples(markdown) {
  return [...markdown.matchAll(/^```ts run\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
}

/** What of a package can be imported: `name` and `name/sub`, but not its package.json. */
function entryPoints({ name, exports = {} }) {
  return Object.keys(exports)
    .filter((subpath) => !subpath.endsWith(".json") && !subpath.includes("*"))
    .map((subpath) => name + subpath.slice(1));
}

/** A temporary project, and commands that run in it. */
class Project {
  constructor(path, registry) {
    this.path = path;
    this.registry = registry;
    mkdirSync(path, { recursive: true });
    this.write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
  }

  write(file, text) {
    writeFileSync(join(this.path, file), text);
    return file;
  }

  async run(name, command, args, expectation = () => undefined) {
    // As outside of this repository: no source condition and no override may help.
    const env = { NODE_OPTIONS: "", RYANSTREAM_KERNELS_PATH: "", RYANSTREAM_CACHE: this.path };
    const outcome = await capture(command, args, { cwd: this.path, env });
    const fault =
      outcome.status === 0 ? expectation(outcome.stdout) : outcome.stdout + outcome.stderr;
    return { name, ok: fault === undefined, detail: fault };
  }

  install(name, ...flags) {
    const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    const from = ["--registry", this.registry, "--cache", join(this.path, "..", "npm-cache")];
    return this.run("installs", "npm", ["install", name, ...quiet, ...from, ...flags]);
  }

  node(name, code, kind, expectation) {
    const file = this.write(`check-${kind}.${kind === "cjs" ? "cjs" : "mjs"}`, code);
    return this.run(name, process.execPath, [file], expectation);
  }

  /** Checks the types as strictly as a consumer can: the declarations themselves too. */
  types(name, files) {
    this.write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: {
          target: "ES2022",
          lib: ["ES2023", "ESNext.Disposable"],
          module: "NodeNext",
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
          noEmit: true,
          typeRoots: [join(root, "node_modules/@types")],
          types: ["node"],
        },
        files,
      }),
    );
    return this.run(name, "tsc", ["-p", ".", "--pretty", "false"]);
  }
}

async function checkBinary(project, name) {
  return [
    await project.node(
      "its addon loads",
      `const addon = (await import("node:module")).createRequire(import.meta.url)("${name}");
       if (typeof addon.info !== "function") throw new Error("no info()");`,
      "mjs",
    ),
  ];
}

async function checkAddon(project) {
  const command = join(project.path, "node_modules/.bin/ryanstream-kernels");
  const prebuilt = `${ADDON}-`;
  return [
    await project.run("takes the prebuilt binary", command, ["info"], (stdout) => {
      const { from } = JSON.parse(stdout);
      return from.startsWith(prebuilt) ? undefined : `it loaded ${from}`;
    }),
  ];
}

/** Without its optional binary the package must still import, and say what is missing when used. */
async function checkWithoutBinary(project) {
  const code = `
    const { native } = await import("${ADDON}");
    try { native(); } catch (error) { console.log(error.code); console.log(error.message); }`;
  return [
    await project.install(ADDON, "--omit=optional"),
    await project.node("says what is missing without its binary", code, "mjs", (stdout) =>
      stdout.startsWith("ERR_RYANSTREAM_KERNELS_UNAVAILABLE\n") &&
      stdout.includes("npx ryanstream-kernels build")
        ? undefined
        : stdout,
    ),
  ];
}

/** Whether a package says what browsers get in place of what is of Node. */
const runsInBrowsers = ({ imports = {} }) =>
  Object.values(imports).some((target) => typeof target === "object" && "browser" in target);

/** As those do who write pages: nothing may be left that only Node has. */
async function checkBundle(project, entry) {
  const name = "bundles for browsers";
  const entryPoints = [join(project.path, entry)];
  try {
    const options = { bundle: true, platform: "browser", format: "esm", splitting: true };
    const outdir = join(project.path, "bundle");
    await build({ entryPoints, ...options, outdir, write: false, logLevel: "silent" });
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, detail: error.message };
  }
}

async function checkModule(project, { manifest }) {
  const entries = entryPoints(manifest);
  const checks = [];
  const say = (load) =>
    `for (const [name, exports] of [${entries.map((entry) => `["${entry}", ${load(entry)}]`)}])
       if (Object.keys(exports).length === 0) throw new Error(name + " exports nothing");`;
  checks.push(
    await project.node(
      "imports",
      say((entry) => `await import("${entry}")`),
      "mjs",
    ),
  );
  checks.push(
    await project.node(
      "can be required",
      say((entry) => `require("${entry}")`),
      "cjs",
    ),
  );

  const readme = join(project.path, "node_modules", manifest.name, "README.md");
  const examples = existsSync(readme) ? readmeExamples(readFileSync(readme, "utf8")) : [];
  const files = examples.map((code, index) => project.write(`example-${index + 1}.ts`, code));
  const consumer = entries.map(
    (entry, index) =>
      `import * as entry${index} from "${entry}";\nexport const names${index} = Object.keys(entry${index});\n`,
  );
  files.push(project.write("consumer.ts", consumer.join("")));
  checks.push(await project.types("is well typed", files));
  if (runsInBrowsers(manifest)) checks.push(await checkBundle(project, "consumer.ts"));
  for (const [index, code] of examples.entries()) {
    const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    const { outputText } = ts.transpileModule(code, { compilerOptions: options });
    checks.push(await project.node(`README example ${index + 1} runs`, outputText, `mjs-${index}`));
  }
  return checks;
}

/**
 * @param {import("./lib/pack.mjs").Tarball} tarball
 * @param {string} folder    an empty folder for its projects
 * @param {string} registry
 * @returns {Promise<import("./lib/results.mjs").Check[]>}
 */
export function checkAlone(tarball, folder, registry) {
  const { name } = tarball.manifest;
  return timed(`${name} alone in an empty project`, async () => {
    const project = new Project(join(folder, "consumer"), registry);
    const installed = await project.install(name);
    const checks = [installed];
    if (installed.ok) {
      if (tarball.subject.binary) checks.push(...(await checkBinary(project, name)));
      else checks.push(...(await checkModule(project, tarball)));
      if (name === ADDON) {
        checks.push(...(await checkAddon(project)));
        checks.push(...(await checkWithoutBinary(new Project(join(folder, "bare"), registry))));
      }
    }
    return checks.map((check) => ({ ...check, name: `${name} ${check.name}` }));
  });
}
