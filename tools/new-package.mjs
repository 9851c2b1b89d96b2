#!/usr/bin/env node
// Writes a package in the shape that all packages here have, with a passing test:
// node tools/new-package.mjs NAME "What it is, in one line."

import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./lib/steps.mjs";

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** The files of a new package by their path. */
export function packageFiles(name, description) {
  const scoped = name === "ryanstream" ? name : `@ryanstream/${name}`;
  const folder = `packages/${name}`;
  const manifest = {
    name: scoped,
    version: "0.0.0",
    description,
    license: "MIT",
    type: "module",
    sideEffects: false,
    types: "./dist/index.d.ts",
    exports: {
      ".": {
        "@ryanstream/source": "./src/index.ts",
        types: "./dist/index.d.ts",
        default: "./dist/index.js",
      },
      "./package.json": "./package.json",
    },
    files: ["dist", "README.md", "LICENSE"],
    engines: { node: ">=20.19" },
    scripts: { build: "tsup", typecheck: "tsc -p tsconfig.json" },
    publishConfig: { access: "public" },
  };
  const readme = `# ${scoped}

${description}

    npm install ${scoped}

## Example

\`\`\`ts run
import { hello } from "${scoped}";

console.log(hello("world"));
\`\`\`

## API

| name | what it does |
| --- | --- |
| \`hello(name)\` | greets |

## Limits and errors

| code | when | what to do |
| --- | --- | --- |

MIT
`;
  return {
    [`${folder}/package.json`]: json(manifest),
    [`${folder}/README.md`]: readme,
    [`${folder}/tsconfig.json`]: json({
      extends: "../../tsconfig.base.json",
      include: ["src", "test", "tsup.config.ts"],
    }).replace(/\[\s+([^\]]+?)\s+\]/, (_, list) => `[${list.replace(/\s+/g, " ")}]`),
    [`${folder}/tsup.config.ts`]: `import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts"],
  format: ["esm"],
  dts: true,
  sourcemap: true,
  clean: true,
  target: "node20",
});
`,
    [`${folder}/src/index.ts`]: `export { hello } from "./hello.js";\n`,
    [`${folder}/src/hello.ts`]: `/** Greets: replace this with the package's first idea. */
export function hello(name: string): string {
  return \`Hello, \${name}\`;
}
`,
    [`${folder}/test/hello.test.ts`]: `import { expect, it } from "vitest";
import { hello } from "../src/index.js";

it("greets by name", () => {
  expect(hello("world")).toBe("Hello, world");
});
`,
    [`.changeset/add-${name}.md`]: `---
"${scoped}": minor
---

Add ${scoped}: ${description}
`,
  };
}

/** Writes the package below `base`; refuses to touch one that is there. */
export function newPackage(name, description, base = root) {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`${name}: expected a kebab-case name`);
  const folder = join(base, "packages", name);
  if (existsSync(folder)) throw new Error(`packages/${name} is already there`);
  for (const [file, text] of Object.entries(packageFiles(name, description))) {
    mkdirSync(dirname(join(base, file)), { recursive: true });
    writeFileSync(join(base, file), text);
  }
  copyFileSync(join(base, "LICENSE"), join(folder, "LICENSE"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, description] = process.argv.slice(2);
  if (!name || !description) {
    console.error('usage: node tools/new-package.mjs NAME "What it is, in one line."');
    process.exit(2);
  }
  try {
    newPackage(name, description);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
  console.log(`packages/${name} is written. Next:`);
  console.log("  npm run lock        so that the lockfile knows it");
  console.log(`  npm test -- ${name}`);
  console.log("  a floor in tools/checks/floors.mjs, if it has none yet");
  console.log("  a row in README.md");
}
