// Lists the benchmarks: the `bench:*` scripts of package.json, each described by
// the first sentence of the file that it runs.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, root } from "./lib/steps.mjs";

/** The first sentence of a file's head comment. */
export function headSentence(text) {
  const lines = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("#!")) continue;
    const comment = /^\/\/\s?(.*)$/.exec(line);
    if (!comment) break;
    lines.push(comment[1]);
  }
  const head = lines.join(" ").trim();
  return /^.*?[.:](?=\s|$)/.exec(head)?.[0].replace(/:$/, ".") ?? head;
}

/** @returns {{ name: string, about: string }[]} */
export function benchmarks(base = root) {
  const { scripts } = JSON.parse(readFileSync(join(base, "package.json"), "utf8"));
  return Object.entries(scripts)
    .filter(([name]) => name.startsWith("bench:"))
    .map(([name, command]) => {
      const file = command
        .split(/\s+/)
        .findLast((word) => /\.[mc]?[jt]s$/.test(word) && existsSync(join(base, word)));
      return { name, about: file ? headSentence(readFileSync(join(base, file), "utf8")) : command };
    });
}

export function bench([only, ...args]) {
  const all = benchmarks();
  if (only !== undefined) {
    const found = all.find(({ name }) => name === only || name === `bench:${only}`);
    if (found) return attempt("npm", ["run", found.name, "--", ...args], { stdio: "inherit" });
    console.error(`no benchmark ${only}\n`);
  }
  const width = Math.max(0, ...all.map(({ name }) => name.length));
  for (const { name, about } of all) console.log(`npm run ${name.padEnd(width)}  ${about}`);
  if (all.length === 0) console.log("no benchmark yet: name a script `bench:…` in package.json");
  return only === undefined ? 0 : 2;
}
