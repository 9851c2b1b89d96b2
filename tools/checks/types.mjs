// `npm run types`: the type check of the repository's own files and of each package.

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
    const { status, stdout } = await timed(`types of ${name}`, () =>
      capture("tsc", ["-p", "tsconfig.json", "--pretty", "false"], { cwd: path }),
    );
    checks.push({ name: `types of ${name}`, ok: status === 0, detail: stdout });
  }
  return record("types", checks);
}
