#!/usr/bin/env node
// Builds the tokenizer's page: one HTML file with its style and scripts inside, which works
// from a disk. usage: node tools/tokenizer-page.mjs [OUT]

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { root } from "./lib/steps.mjs";

const folder = join(root, "packages", "tokenizer", "page");
const out = resolve(process.argv[2] ?? join(root, "packages/tokenizer/build/page/index.html"));

// The esbuild that tsup brings.
const ofTsup = createRequire(createRequire(import.meta.url).resolve("tsup"));
const { build } = ofTsup("esbuild");

async function script(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    conditions: ["@ryanstream/source"],
    loader: { ".txt": "text" },
    logLevel: "warning",
  });
  // Either would end or change the element that the script is in. Both stand in strings and
  // regular expressions only, where the escape means the same.
  return outputFiles[0].text.trim().replace(/<(?=\/script|!--)/gi, "\\x3c");
}

async function style() {
  const entryPoints = [join(folder, "style.css")];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, write: false });
  return outputFiles[0].text.trim();
}

let page = readFileSync(join(folder, "index.html"), "utf8");
for (const [place, text] of [
  ["/* style.css */", await style()],
  ["/* engine.ts */", await script("engine.ts")],
  ["/* page.ts */", await script("page.ts")],
]) {
  page = page.replace(place, () => text);
}

mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, page);
console.log(`${out}: ${(Buffer.byteLength(page) / 1024).toFixed(0)} KiB`);
