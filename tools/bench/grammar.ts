// What masks and compiling cost with Qwen2.5's vocabulary of 151,665 tokens.
//
//   npm run bench:grammar [-- --json]
//
// Grammars are compiled anew, so every first visit of a state is measured; the code itself was run before. Walks go
// over the tokens of real solutions, and over random allowed tokens, which leave no state out. User time of the
// process, which includes the garbage collector's, is given where a busy machine would hide what a maximum is.

import { parseArgs } from "node:util";
import { problems } from "@ryanstream/problems";
import { compileGrammar, type GrammarSource, type Matcher, Vocabulary } from "@ryanstream/sampler";
import { Tokenizer } from "@ryanstream/tokenizer";
import { vocabulary as vocabularyFiles } from "../../packages/tokenizer/bench/vocabularies.js";
import { printRows, quantile, type Row } from "./rows.js";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const COMPILES = 50;
const RANDOM_WALKS = 20;
const RANDOM_LENGTH = 200;

const ARITHMETIC = String.raw`
root   ::= line+
line   ::= expr " = " number "\n"
expr   ::= term (" " [+-] " " term)*
term   ::= factor (" " [*/] " " factor)*
factor ::= number | "(" expr ")"
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)?
`;

const BOXED = `
root  ::= group
group ::= (text | "{" group)* "}"
text  ::= [^{}]
`;

const solved = [...problems({ seed: 1, split: "test", count: 40 })];
const steps = solved.map(({ solution }) => [...solution]);
const answers = solved.map(({ answer }) => answer.text);
const nested = solved.map((_, i) => ({
  id: i,
  ok: i % 2 === 0,
  none: null,
  values: [1, -2.5, 3e10, [["deep"], [[["deeper"]]]]],
  about: { steps: steps[i], "the answer": { text: answers[i], more: { and: { more: [] } } } },
}));

interface Case {
  readonly name: string;
  readonly source: GrammarSource;
  readonly texts: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "JSON Schema, steps and answer",
    source: {
      type: "json-schema",
      schema: {
        type: "object",
        properties: {
          steps: { type: "array", items: { type: "string" } },
          final_answer: { type: "string" },
        },
        required: ["steps", "final_answer"],
        additionalProperties: false,
      },
    },
    texts: steps.map((s, i) => JSON.stringify({ steps: s, final_answer: answers[i] }, null, i % 2)),
  },
  {
    name: "JSON Schema, lengths, pattern, enum",
    source: {
      type: "json-schema",
      schema: {
        type: "object",
        properties: {
          kind: { enum: ["sum", "product", "word problem"] },
          title: { type: "string", minLength: 1, maxLength: 80 },
          due: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
          score: { type: "integer", minimum: 0, maximum: 100 },
          tags: { type: "array", items: { type: "string", maxLength: 20 }, maxItems: 5 },
        },
        required: ["kind", "title", "due", "score"],
        additionalProperties: false,
      },
    },
    texts: solved.map((p, i) =>
      JSON.stringify({
        kind: "word problem",
        title: p.question.slice(0, 80),
        due: "2026-03-14",
        score: i,
        tags: ["from a test", "made up"],
      }),
    ),
  },
  {
    name: "JSON",
    source: { type: "json-schema", schema: true },
    texts: nested.map((value, i) => JSON.stringify(value, null, i % 3)),
  },
  {
    name: "EBNF, arithmetic",
    source: { type: "gbnf", source: ARITHMETIC },
    texts: steps.map((_, i) => `(${i} + 12) * 3 / (4 - ${i}.5) = ${i * 17}\n1 + ((2)) = -3\n`),
  },
  {
    name: "free text, then \\boxed{…}",
    source: { type: "trigger", triggers: ["\\boxed{"], grammar: { type: "gbnf", source: BOXED } },
    texts: steps.map(
      (s, i) => `${s.join("\n")}\nSo the answer is $\\boxed{\\frac{${answers[i]}}{1}}$. Done.`,
    ),
  },
];

const tokenizer = await Tokenizer.load(vocabularyFiles("qwen2.5").ours);
const tokens = Array.from({ length: tokenizer.size }, (_, id) =>
  tokenizer.isSpecial(id) ? undefined : tokenizer.tokenBytes(id),
);
const endTokens = [tokenizer.tokenToId("<|im_end|>") as number];
const before = performance.now();
const cpuBefore = cpuMs();
let vocabulary = new Vocabulary({ tokens, endTokens });
const rows: Row[] = [];
limit("vocabulary, made once", performance.now() - before, "ms", 1000);
limit("vocabulary, CPU time", cpuMs() - cpuBefore, "ms", 1000);

const microseconds = (start: number) => 1000 * (performance.now() - start);
for (const { source, texts } of cases) await walkAll(source, texts);

for (const { name, source, texts } of cases) {
  const compiles: number[] = [];
  const compileCpu: number[] = [];
  for (let i = 0; i < COMPILES; i++) {
    const start = performance.now();
    const before = cpuMs();
    await compileGrammar(source, vocabulary);
    compiles.push(performance.now() - start);
    compileCpu.push(cpuMs() - before);
  }
  // A new vocabulary, so that nothing of earlier walks is left.
  vocabulary = new Vocabulary({ tokens, endTokens });
  const { masks, cpu, first, accepts, rollbacks } = await walkAll(source, texts);
  limit(`${name}: compile, p50`, quantile(compiles, 0.5), "ms", 5);
  limit(`${name}: compile, mean CPU time`, mean(compileCpu), "ms", 5);
  limit(`${name}: first mask`, first, "us", 10_000);
  limit(`${name}: mask, p50 of ${masks.length}`, quantile(masks, 0.5), "us", 20);
  limit(`${name}: mask, p99`, quantile(masks, 0.99), "us", 500);
  limit(`${name}: mask, max`, Math.max(...masks), "us", 10_000);
  limit(`${name}: mask, max CPU time`, Math.max(...cpu), "us", 10_000);
  const cold = await walkEach(source, texts);
  limit(`${name}: mask with a grammar of each text, p50`, quantile(cold, 0.5), "us", 20);
  limit(`${name}: mask with a grammar of each text, p99`, quantile(cold, 0.99), "us", 500);
  limit(`${name}: accept a token, p50`, quantile(accepts, 0.5), "us");
  limit(`${name}: roll back 10 tokens, p99`, quantile(rollbacks, 0.99), "us", 10);
}

printRows(rows, values.json);

/** User time of the process, which a busy machine doesn't lengthen. */
function cpuMs(): number {
  return process.cpuUsage().user / 1000;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function limit(name: string, ours: number, unit: string, most?: number): void {
  if (most === undefined) rows.push({ name, ours, unit });
  else {
    rows.push({
      name,
      ours,
      peer: most,
      peerName: "at most",
      unit,
      ratio: most / ours,
      target: 1,
      met: ours <= most,
    });
  }
}

async function walkAll(source: GrammarSource, texts: readonly string[]) {
  const grammar = await compileGrammar(source, vocabulary);
  const masks: number[] = [];
  const cpu: number[] = [];
  const accepts: number[] = [];
  const rollbacks: number[] = [];
  const step = (matcher: Matcher, choose: (mask: Uint32Array | undefined) => number): boolean => {
    const before = cpuMs();
    const start = performance.now();
    const mask = matcher.mask();
    masks.push(microseconds(start));
    cpu.push(1000 * (cpuMs() - before));
    const token = choose(mask);
    if (token < 0) return false;
    const at = performance.now();
    const accepted = matcher.accept(token);
    accepts.push(microseconds(at));
    return accepted;
  };
  const rollBack = (matcher: Matcher) => {
    const mark = matcher.mark();
    for (let i = 0; i < 50; i++) {
      matcher.reset(mark);
      const start = performance.now();
      matcher.rollback(Math.min(10, matcher.length));
      rollbacks.push(microseconds(start));
    }
  };
  for (const text of texts) {
    const matcher = grammar.start();
    for (const token of tokenizer.encodeIds(text)) {
      const went = step(matcher, (mask) => {
        if (mask !== undefined && (((mask[token >>> 5] as number) >>> (token & 31)) & 1) === 0) {
          throw new Error(`${JSON.stringify(tokenizer.decode([token]))} isn't allowed in ${text}`);
        }
        return token;
      });
      if (!went) throw new Error(`not accepted: ${text}`);
    }
    if (!matcher.isComplete) throw new Error(`not complete: ${text}`);
    rollBack(matcher);
  }
  const random = randomNumbers(7);
  for (let i = 0; i < RANDOM_WALKS; i++) {
    const matcher = grammar.start();
    for (let n = 0; n < RANDOM_LENGTH; n++) {
      if (!step(matcher, (mask) => pick(mask, random))) break;
    }
    rollBack(matcher);
  }
  return { masks, cpu, first: masks[0] as number, accepts, rollbacks };
}

/** Masks where every text has a grammar compiled for it, so that each state is new to it. */
async function walkEach(source: GrammarSource, texts: readonly string[]): Promise<number[]> {
  const masks: number[] = [];
  for (const text of texts) {
    const matcher = (await compileGrammar(source, vocabulary)).start();
    for (const token of tokenizer.encodeIds(text)) {
      const start = performance.now();
      matcher.mask();
      masks.push(microseconds(start));
      matcher.accept(token);
    }
  }
  return masks;
}

/** A token that is allowed and doesn't end the text, the next from a random place; -1 if there is none. */
function pick(mask: Uint32Array | undefined, random: () => number): number {
  const start = Math.floor(random() * tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    const token = (start + i) % tokens.length;
    if (mask === undefined || (((mask[token >>> 5] as number) >>> (token & 31)) & 1) === 1) {
      if (tokens[token] !== undefined && token !== endTokens[0]) return token;
    }
  }
  return -1;
}

/** A linear congruential generator (Numerical Recipes). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
