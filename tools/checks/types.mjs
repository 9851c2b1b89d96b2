// `npm run types`: the type check of the repository's own files and of each package.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { record } from "../lib/results.mjs";
import { capture, root, timed } from "../lib/steps.mjs";
import { packages } from "../lib/workspace.mjs";

/** @returns {Promise<boolean>} whether all is well typed. */
export async function checkTypes() {
  const projects = [
    { name: "the repository", path: root },
    ...packages().filter(({ binary }) => !binary),
  ];
  const checks = [];
  for (const { name, path } of projects) {
    // What runs in a browser page has other globals, so it is a project of its own.
    for (const config of ["tsconfig.json", "page/tsconfig.json"]) {
      if (!existsSync(join(path, config))) continue;
      const subject = `types of ${name}${config.startsWith("page") ? "'s page" : ""}`;
      const { status, stdout } = await timed(subject, () =>
        capture("tsc", ["-p", config, "--pretty", "false"], { cwd: path }),
      );
      checks.push({ name: subject, ok: status === 0, detail: stdout });
    }
  }
  return record("types", checks);
}
