// What no tracked file may hold: a path of the machine it was written on. And
// which sources have grown past the length at which a file holds two ideas.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lib/steps.mjs";

const MOST_LINES = 400;

// Top-level folders that exist on one machine and not on the next. Put together
// here, so that this file passes its own check.
const FOLDERS = ["work", "home", "root", "tmp", "Users"];
const MACHINE_PATH = new RegExp(`(?<![\\w.~)}\\]*-])/(?:${FOLDERS.join("|")})/`);

/** The files that git knows or would add. */
export function trackedFiles(base = root) {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  return [
    ...new Set(execFileSync("git", list, { cwd: base, encoding: "utf8" }).split("\0")),
  ].filter(Boolean);
}

/** Why a line may not be committed, or undefined. */
export function lineFault(line) {
  const found = MACHINE_PATH.exec(line);
  return found ? `names a path of one machine (${found[0]})` : undefined;
}

function readText(file) {
  try {
    const text = readFileSync(file, "utf8");
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined; // deleted, or a link to nowhere
  }
}

/** @returns {string[]} one sentence for each forbidden line. */
export function wordFaults(base = root, files = trackedFiles(base)) {
  return files.flatMap((file) => {
    const lines = readText(join(base, file))?.split("\n") ?? [];
    return lines.flatMap((line, index) => {
      const fault = lineFault(line);
      return fault ? [`${file}:${index + 1}: ${fault}`] : [];
    });
  });
}

/** Sources longer than they should be, longest first. */
export function longFiles(base = root, files = trackedFiles(base)) {
  return files
    .filter((file) => /\.([mc]?[jt]s|[ch]pp|cmake)$/.test(file))
    .map((file) => ({ file, lines: (readText(join(base, file)) ?? "").split("\n").length - 1 }))
    .filter(({ lines }) => lines > MOST_LINES)
    .sort((a, b) => b.lines - a.lines);
}
