// Ours against the reference tokenizers of Python on generated hostile texts: ids,
// offsets and decoded text. Each mismatch is made as short as it gets.
//
//   node tools/run.mjs script packages/tokenizer/bench/fuzz.ts --vocabulary qwen2.5
//     [--library tokenizers] [--cases 100000] [--seed 1] [--show 10] [--subject ours] [--ordinary]
//
// RYANSTREAM_PYTHON names the interpreter. A subject other than ours is a peer of peers.ts,
// which shows what the generator finds in others; `--ordinary` keeps added tokens out of
// the texts, since some refuse them.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { unitStarts } from "../test/support/oracle.js";
import { anyText, hostileText } from "../test/support/texts.js";
import { type Library, PythonOracle, type Said } from "./oracle.js";
import { loadOurs, offsetsOf } from "./ours.js";
import { peers } from "./peers.js";
import { python } from "./processes.js";
import { type VocabularyFiles, vocabulary } from "./vocabularies.js";

/** What is under test says the same things as the oracle, offsets in UTF-16 units. */
type Subject = (text: string) => Said | Promise<Said>;

async function subject(name: string, files: VocabularyFiles): Promise<Subject> {
  if (name === "ours") {
    const tokenizer = await loadOurs(files.ours);
    return (text) => {
      const encoding = tokenizer.encode(text, { addSpecialTokens: false });
      const ids = Array.from(encoding.ids);
      return { ids, offsets: offsetsOf(encoding), decoded: tokenizer.decode(ids) };
    };
  }
  const peer = await peers[name]?.load(files);
  if (peer === undefined) throw new Error(`no peer ${name}: ${Object.keys(peers)}`);
  return async (text) => {
    const ids = await peer.encode(text);
    return { ids: Array.from(ids), decoded: await peer.decode(ids) };
  };
}

/** The first difference as a sentence, or undefined. */
function difference(text: string, ours: Said, theirs: Said): string | undefined {
  if (theirs.error !== undefined) return undefined; // a fault of its own, seen in the Rust library
  if (ours.error !== undefined) return ours.error;
  if (`${ours.ids}` !== `${theirs.ids}`) return `ids ${brief(ours.ids)} != ${brief(theirs.ids)}`;
  if (ours.decoded !== theirs.decoded) {
    return `decoded ${JSON.stringify(ours.decoded)} != ${JSON.stringify(theirs.decoded)}`;
  }
  if (ours.offsets === undefined || theirs.offsets === undefined) return undefined;
  const units = unitStarts(text);
  const expected = theirs.offsets.map((point) => units[point] as number);
  if (`${ours.offsets}` === `${expected}`) return undefined;
  return `offsets ${brief(ours.offsets)} != ${brief(expected)} for ids ${brief(ours.ids)}`;
}

const brief = (list: readonly number[]) =>
  list.length > 24 ? `[${list.slice(0, 24)},… ${list.length}]` : `[${list}]`;

/** Contents of added tokens, special or not, and some that differ in their flags. */
function addedTokens({ json }: VocabularyFiles): string[] {
  if (json === undefined) return ["<|endoftext|>", "<s>", "</s>"];
  const { added_tokens } = JSON.parse(readFileSync(json, "utf8")) as {
    added_tokens: { content: string; [flag: string]: unknown }[];
  };
  const kinds = new Map<string, string[]>();
  for (const { content, id: _, ...flags } of added_tokens) {
    const kind = JSON.stringify(flags);
    kinds.set(kind, [...(kinds.get(kind) ?? []), content]);
  }
  return [...kinds.values()].flatMap((contents) => [
    ...contents.slice(0, 6),
    ...contents.slice(-2),
  ]);
}

const { values } = parseArgs({
  options: {
    vocabulary: { type: "string", default: "cl100k" },
    library: { type: "string" },
    cases: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    show: { type: "string", default: "10" },
    subject: { type: "string", default: "ours" },
    ordinary: { type: "boolean", default: false },
  },
});

const named = vocabulary(values.vocabulary);
const library = (values.library ?? (named.json ? "tokenizers" : "sentencepiece")) as Library;
// Both read one file: those of one vocabulary can differ in their added tokens.
const files = { ...named, ours: named[library === "tokenizers" ? "json" : library] ?? named.ours };
const interpreter = python();
if (typeof interpreter !== "string") throw new Error(interpreter.why);
const oracle = await PythonOracle.start(interpreter, library, files);
const tested = await subject(values.subject, files);

const guarded = async (text: string): Promise<Said> => {
  try {
    return await tested(text);
  } catch (error) {
    return { ids: [], decoded: "", error: `${error}` };
  }
};

async function differs(text: string): Promise<string | undefined> {
  const [theirs] = await oracle.ask([text]);
  return difference(text, await guarded(text), theirs as Said);
}

/** Takes parts out, half the text to one unit, for as long as it still differs. */
async function minimise(text: string): Promise<string> {
  let shortest = text;
  for (let size = shortest.length >> 1; size >= 1; ) {
    let progress = false;
    for (let at = 0; at + size <= shortest.length; ) {
      const without = shortest.slice(0, at) + shortest.slice(at + size);
      if (without.length > 0 && (await differs(without))) {
        shortest = without;
        progress = true;
      } else at += size;
    }
    if (!progress || size > 1) size >>= 1;
  }
  return shortest;
}

const special = values.ordinary ? [] : addedTokens(files);
const texts = fc.oneof(
  { weight: 4, arbitrary: hostileText({ special, fragments: 16 }) },
  { weight: 1, arbitrary: anyText(80) },
);
const BATCH = 500;
let [cases, wrong] = [0, 0];
const total = Number(values.cases);
for (let batch = 0; cases < total; batch++) {
  const numRuns = Math.min(BATCH, total - cases);
  const sample = fc.sample(texts, { numRuns, seed: Number(values.seed) * 1_000_003 + batch });
  const said = await oracle.ask(sample);
  for (const [i, text] of sample.entries()) {
    const found = difference(text, await guarded(text), said[i] as Said);
    if (found === undefined) continue;
    if (wrong++ >= Number(values.show)) continue;
    const short = await minimise(text);
    console.log(`${JSON.stringify(short)}\n  ${await differs(short)}`);
  }
  cases += sample.length;
}
oracle.stop();
console.log(
  `${files.name}: ${values.subject} against ${oracle.title}: ${wrong} of ${cases} texts differ (seed ${values.seed})`,
);
if (wrong > 0) process.exitCode = 1;
