// Compares this package's chat templates, and @huggingface/jinja's, with what
// tokenizer-chat.py wrote: how many of its results are equal, and which are not.
//
//     node tools/run.mjs script tools/golden/tokenizer-chat.ts MATRIX.json CONVERSATIONS.json [--peer]

import { readFileSync } from "node:fs";
import { Template } from "../../packages/tokenizer/node_modules/@huggingface/jinja/dist/index.js";
import { parseJson } from "../../packages/tokenizer/src/chat/json.js";
import { ChatTemplate } from "../../packages/tokenizer/src/chat/template.js";

interface Result {
  readonly text?: string;
  readonly error?: string;
  readonly kind?: string;
  readonly spans?: readonly (readonly [number, number])[];
}
interface Entry {
  readonly path: string;
  readonly name: string;
  readonly source: string;
  readonly tokens: Record<string, string>;
  readonly results: Record<string, Result>;
}

const DATE = new Date(2024, 6, 26, 15, 4, 5);
const [matrixPath, conversationsPath, flag] = process.argv.slice(2) as [string, string, string?];
const matrix = JSON.parse(readFileSync(matrixPath, "utf8")) as Entry[];
const text = readFileSync(conversationsPath, "utf8");
const exact = parseJson(text) as Map<string, Map<string, unknown>>;
const plain = JSON.parse(text) as Record<string, Record<string, unknown>>;

const ours = (entry: Entry, key: string): string => {
  const { messages, tools, documents, add_generation_prompt, ...variables } = Object.fromEntries(
    exact.get(key) as Map<string, unknown>,
  );
  return new ChatTemplate(entry.source).render(messages as never, {
    tools: tools as never,
    documents: documents as never,
    addGenerationPrompt: add_generation_prompt as boolean,
    date: DATE,
    variables: { ...entry.tokens, ...variables },
  });
};
const peer = (entry: Entry, key: string): string =>
  new Template(entry.source).render({
    tools: null,
    documents: null,
    add_generation_prompt: false,
    ...entry.tokens,
    ...plain[key],
  });

const counts = { equal: 0, bothFail: 0, messageDiffers: 0, differ: 0 };
const total = matrix.reduce((n, entry) => n + Object.keys(entry.results).length, 0);
for (const entry of matrix) {
  for (const [key, wanted] of Object.entries(entry.results)) {
    let got: string | undefined;
    let error = "";
    try {
      got = (flag === "--peer" ? peer : ours)(entry, key);
    } catch (e) {
      error = (e as Error).message;
    }
    if (got !== undefined && got === wanted.text) counts.equal++;
    else if (got === undefined && wanted.error !== undefined) {
      counts.bothFail++;
      if (!error.includes(wanted.error)) {
        counts.messageDiffers++;
        if (process.env.VERBOSE) console.log(`${entry.path} ${key}\n   ${wanted.kind}: ${wanted.error}\n   ${error}`);
      }
    } else {
      counts.differ++;
      if (flag === "--peer") continue;
      console.log(`${entry.path} ${entry.name} ${key}`);
      console.log("  wanted", JSON.stringify(wanted).slice(0, 300));
      console.log("  got   ", JSON.stringify(got ?? error).slice(0, 300));
      if (got !== undefined && wanted.text !== undefined) {
        let i = 0;
        while (got[i] === wanted.text[i]) i++;
        console.log("  at", i, JSON.stringify(wanted.text.slice(i - 20, i + 40)), JSON.stringify(got.slice(i - 20, i + 40)));
      }
    }
  }
}
console.log(`${matrix.length} templates, ${total} renders:`, counts);
