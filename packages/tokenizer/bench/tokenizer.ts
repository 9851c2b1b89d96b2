// Ours beside the other tokenizers, one process each, one thread, CPU time.
//
//   npm run bench:tokenizer [-- --json --all --quick --rounds 5 --filter encode,load
//                               --vocabulary cl100k,qwen2.5]
//
// RYANSTREAM_PYTHON names an interpreter that has tiktoken, tokenizers and sentencepiece;
// RYANSTREAM_TOKENIZER_DATA a folder with gsm8k/ and tokenizers/unigram/. What is missing
// is left out with a line that says so. The texts are fetched once with npm.

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { Context } from "./context.js";
import { corpora } from "./corpora.js";
import { compileWorker, python } from "./processes.js";
import { type Line, printLines } from "./rows.js";
import { encode } from "./sections/encode.js";
import { load } from "./sections/load.js";
import { counting, numbers, streaming } from "./sections/own.js";
import { size } from "./sections/size.js";
import { chat, short } from "./sections/small.js";
import { worst } from "./sections/worst.js";
import { vocabularies } from "./vocabularies.js";

type Section = (context: Context) => Line[] | Promise<Line[]>;

const sections: Readonly<Record<string, Section>> = {
  size,
  load,
  encode,
  short,
  counting,
  streaming,
  worst,
  numbers,
  chat,
};

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    filter: { type: "string", default: Object.keys(sections).join() },
    vocabulary: { type: "string" },
  },
});

const chosen = values.filter.split(",");
for (const name of chosen) {
  if (!Object.hasOwn(sections, name)) {
    throw new Error(`--filter: no section ${name}; there are ${Object.keys(sections)}`);
  }
}
const judged = "cl100k,qwen2.5,mistral,gemma2,t5,unigram";
const wanted = values.vocabulary?.split(",") ?? (values.all ? undefined : judged.split(","));

const say = (text: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};
const header: Line[] = [{ note: `${cpus()[0]?.model}, Node ${process.version}, one thread` }];
const excerpts = corpora(300_000);
const gathered = values.quick ? excerpts : corpora();
for (const { name, bytes, sha256 } of gathered.found.values()) {
  header.push({ note: `${name}: ${bytes} bytes, SHA-256 ${sha256.slice(0, 16)}` });
}
for (const [name, why] of gathered.missing) header.push({ note: `${name}: left out: ${why}` });
const interpreter = python();
if (typeof interpreter !== "string") header.push({ note: `Python: left out: ${interpreter.why}` });
printLines(header, values.json);

await compileWorker();
const context: Context = {
  corpora: gathered,
  excerpts,
  vocabularies: vocabularies().filter(({ name }) => wanted?.includes(name) ?? true),
  rounds: Number(values.rounds ?? (values.quick ? 2 : 5)),
  quick: values.quick,
  all: values.all,
  say,
};
let missed = 0;
for (const name of chosen) {
  const lines = (await sections[name]?.(context)) ?? [];
  say("");
  if (!values.json) console.log(`\n${name}`);
  printLines(lines, values.json);
  missed += lines.filter((line) => "met" in line && line.met === false).length;
}
if (!values.json)
  console.log(`\n${missed === 0 ? "no target missed" : `${missed} targets missed`}`);
