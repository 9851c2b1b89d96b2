import fc from "fast-check";
import { expect, test } from "vitest";
import type { TokenizerError } from "../../src/errors.js";
import { makeDfa } from "../../src/pattern/automaton.js";
import { findAllWithHost, makeHostExpression } from "../../src/pattern/host.js";
import { parsePattern } from "../../src/pattern/parse.js";
import { compilePattern } from "../../src/pattern/pattern.js";
import { makeProgram } from "../../src/pattern/program.js";
import { TextScanner } from "../../src/pattern/scan.js";
import type { PatternNode } from "../../src/pattern/syntax.js";
import golden from "../golden/patterns.json" with { type: "json" };
import { backtrack } from "./backtrack.js";

const SEED = { seed: 20260914 };
const CL100K = golden.patterns.find((p) => p.name === "cl100k")?.source as string;

/** Random patterns over a few characters, with all that an automaton can do. */
const pattern = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("a", "b", "é", "😀", " ", "[ab]", "[^a]", "\\s", "\\p{L}", ".", "[^\\s\\p{L}]"),
    fc.constantFrom(
      "(?!a)",
      "(?=b|$)",
      "(?!\\S)",
      "$",
      "\\z",
      "(?=[^ ]+)",
      "a++",
      "[ab]?+",
      "b{1,2}+",
    ),
    tie("node").map((n) => `(?:${n})`),
    tie("node").map((n) => `(${n})`),
    fc
      .tuple(
        tie("node"),
        fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?", "??", "{0,2}?"),
      )
      .map(([n, q]) => `(?:${n})${q}`),
  ),
  node: fc.oneof(
    { maxDepth: 3 },
    fc.array(tie("atom"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
    fc.array(tie("atom"), { minLength: 2, maxLength: 3 }).map((options) => options.join("|")),
  ),
})).node;
const text = fc
  .array(fc.constantFrom("a", "b", "a", "é", "😀", " ", "\n", "1"), { maxLength: 8 })
  .map((characters) => characters.join(""));

/** A random pattern as a tree, unless it repeats what can be empty. */
function parseOrSkip(source: string): PatternNode {
  try {
    return parsePattern(source, "rust");
  } catch (error) {
    expect((error as TokenizerError).code).toBe("ERR_UNSUPPORTED");
    return fc.pre(false) as never;
  }
}

test("an automaton finds what backtracking finds, from every place", () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 4 }), (source, texts) => {
      const node = parseOrSkip(source);
      const program = makeProgram(node);
      fc.pre(program !== undefined);
      const dfa = makeDfa(program);
      for (const t of texts) {
        const points = Array.from(t, (c) => c.codePointAt(0) as number);
        const offsets = [0];
        for (const c of t) offsets.push((offsets.at(-1) as number) + c.length);
        const scanner = new TextScanner(dfa, t);
        for (let i = 0; i <= points.length; i++) {
          const expected = backtrack(node, points, i);
          expect(scanner.match(offsets[i] as number), `${source} ${JSON.stringify(t)} ${i}`).toBe(
            expected < 0 ? -1 : offsets[expected],
          );
        }
      }
    }),
    { ...SEED, numRuns: 700 },
  );
});

test("an automaton finds what the host's own regular expressions find", () => {
  fc.assert(
    fc.property(pattern, text, (source, t) => {
      const host = makeHostExpression(parseOrSkip(source));
      const compiled = compilePattern(source, "rust");
      expect(Array.from(compiled.findAll(t)), source).toEqual(Array.from(findAllWithHost(host, t)));
    }),
    { ...SEED, numRuns: 400 },
  );
});

test("real patterns of the host's syntax split ordinary text as the host does", () => {
  const host = new RegExp(
    CL100K.replace(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
      "'(?:[sSſ]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL]{2}|[dD])",
    ),
    "gu",
  );
  const compiled = compilePattern(CL100K);
  const characters = fc.constantFrom(..."abcXYZé中文 \n\t'slt0123.,-$😀", "\r\n", "   ");
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 60 }), (parts) => {
      const t = parts.join("");
      const expected = [...t.matchAll(host)].flatMap((m) => [m.index, m.index + m[0].length]);
      expect(Array.from(compiled.findAll(t))).toEqual(expected);
    }),
    { ...SEED, numRuns: 500 },
  );
});

test("a match of bytes ends at the given end as at the end of the text", () => {
  const bytes = new TextEncoder().encode("a  b");
  const compiled = compilePattern("\\s+(?!\\S)|\\s+$|a\\z");
  expect(compiled.matchAt(bytes, 0, 4)).toBe(-1);
  expect(compiled.matchAt(bytes, 0, 1)).toBe(1);
  expect(compiled.matchAt(bytes, 1, 4)).toBe(2);
  expect(compiled.matchAt(bytes, 1, 3)).toBe(3);
  expect(compiled.matchAt(bytes, 4, 4)).toBe(-1);
});

test("a lone surrogate is taken for U+FFFD", () => {
  expect(Array.from(compilePattern("\\p{So}").findAll("a\ud800b\udc00😀"))).toEqual([
    1, 2, 3, 4, 4, 6,
  ]);
  expect(Array.from(compilePattern("(?<=a)\\p{So}").findAll("a\ud800b\udc00"))).toEqual([1, 2]);
});

test("empty matches come as find_iter gives them", () => {
  expect(Array.from(compilePattern("a*").findAll("baac"))).toEqual([0, 0, 1, 3, 4, 4]);
  expect(Array.from(compilePattern("(?=\\da)|x").findAll("1a😀x"))).toEqual([0, 0, 4, 5]);
  expect(Array.from(compilePattern("x*").findAll("😀"))).toEqual([0, 0, 2, 2]);
  expect(Array.from(compilePattern("").findAll(""))).toEqual([0, 0]);
});

function stepsForEachCharacter(source: string, text: string): number {
  const program = makeProgram(parsePattern(source, "oniguruma"));
  const scanner = new TextScanner(makeDfa(program as NonNullable<typeof program>), text);
  scanner.findAll();
  return scanner.steps / text.length;
}

const RUNS = ["a", " ", "1", "\n", "\n ", "'", "A", "é", "中", "a ", " \n", "Aa", "ab1 "];

test("unbroken runs take a bounded number of steps for each character", () => {
  const hard = ["a|a*b", "(?:a|ab)*c|\\s*x|\\n+y", "[a-z ]*1{3}|."];
  const sources = golden.patterns.filter((p) => !/^fallback|falcon3/.test(p.name)).slice(0, 25);
  for (const source of [...sources.map((p) => p.source), ...hard]) {
    for (const run of RUNS) {
      const text = `${run.repeat((1 << 13) / run.length)}x`;
      expect(stepsForEachCharacter(source, text), `${source} ${run}`).toBeLessThan(40);
    }
  }
});

test("that holds for runs of a mebibyte too", () => {
  for (const source of [CL100K, "\\s+$"]) {
    for (const run of ["a", " ", "\n ", "1"]) {
      const text = `${run.repeat((1 << 20) / run.length)}x`;
      expect(stepsForEachCharacter(source, text), `${source} ${run}`).toBeLessThan(40);
    }
  }
});

test("tables of the GPT-4 pattern are small", () => {
  const dfa = compilePattern(CL100K).dfa;
  expect(dfa?.transitions.length).toBeLessThan(1000);
  expect(dfa?.classes.length).toBeLessThan(40_000);
  expect(dfa?.asciiClasses.length).toBe(128);
});
