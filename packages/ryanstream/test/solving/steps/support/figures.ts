// How often the checker is right, on solutions that are right and on ones with one mistake.

import { type Problem, problems, verify } from "@ryanstream/problems";
import { StepChecker } from "@ryanstream/sampler";
import { arithmeticChain } from "./arithmetic-chains.js";
import { type Corruption, corruptions, corruptLine, type Place } from "./corrupt.js";
import { pick, seeded } from "./random.js";

export interface Share {
  of: number;
  is: number;
}

const share = (): Share => ({ of: 0, is: 0 });

/** The first line that is called false, or -1. */
export function firstFalse(lines: readonly string[], question?: string): number {
  const checker = new StepChecker(question === undefined ? {} : { question });
  return lines.findIndex((line) => checker.check(line).verdict === "false");
}

export interface RightFigures {
  readonly problems: number;
  readonly alarms: string[];
  /** Lines with an equation, and how many of them were checked. */
  readonly covered: Share;
}

export function rightSolutions(count: number, seed = 1): RightFigures {
  const alarms: string[] = [];
  const covered = share();
  for (const { question, solution } of problems({ seed, split: "train", count })) {
    const checker = new StepChecker({ question });
    for (const line of solution) {
      const { verdict } = checker.check(line);
      if (verdict === "false") alarms.push(line);
      if (!line.includes("=")) continue;
      covered.of++;
      if (verdict === "true") covered.is++;
    }
  }
  return { problems: count, alarms, covered };
}

/** Found at exactly the line of the mistake, by place and kind of mistake. */
export type Recall = Map<`${Place} ${Corruption}`, Share>;

export function corruptedSolutions(count: number, seed = 2): { recall: Recall; missed: string[] } {
  const random = seeded(seed);
  const recall: Recall = new Map();
  const missed: string[] = [];
  for (const problem of problems({ seed, split: "dev", count })) {
    const lines = problem.solution.flatMap((line, at) => (line.includes("=") ? [at] : []));
    const at = pick(random, lines);
    const place = pick(random, ["result", "operand"] as const);
    const kind = pick(random, corruptions);
    const line = corruptLine(problem.solution[at] ?? "", place, kind, random);
    if (line === undefined) continue;
    const solution = problem.solution.with(at, line);
    // What is still true, 0 * 3 = 0 say, is no mistake.
    if (!isWrongAt(problem, solution, at)) continue;
    const found = firstFalse(solution, problem.question) === at;
    const figure = recall.get(`${place} ${kind}`) ?? share();
    recall.set(`${place} ${kind}`, figure);
    figure.of++;
    if (found) figure.is++;
    else missed.push(`${problem.question} | ${solution.join(" ; ")} | ${line}`);
  }
  return { recall, missed };
}

function isWrongAt(problem: Problem, solution: readonly string[], at: number): boolean {
  return verify({ ...problem, solution }).some(({ where }) => where === at);
}

export interface ChainFigures {
  /** Chains with a mistake that were found at exactly its step. */
  readonly exact: Share;
  /** Right chains that were flagged. */
  readonly alarms: Share;
}

export function arithmeticChains(count: number, seed = 3): ChainFigures {
  const random = seeded(seed);
  const [exact, alarms] = [share(), share()];
  for (let i = 0; i < count; i++) {
    const { steps, mistake } = arithmeticChain(random, i % 2 === 0);
    const found = firstFalse(steps);
    const figure = mistake === undefined ? alarms : exact;
    figure.of++;
    if (mistake === undefined ? found !== -1 : found === mistake) figure.is++;
  }
  return { exact, alarms };
}

/** Corrupts one calculator annotation, or the number copied after it, of each solution. */
export function corruptedAnnotations(
  answers: readonly string[],
  seed = 4,
): { recall: Map<string, Share>; missed: string[] } {
  const random = seeded(seed);
  const recall = new Map<string, Share>();
  const missed: string[] = [];
  for (const answer of answers) {
    const lines = answer.split("\n");
    if (firstFalse(lines) !== -1) continue;
    const annotations = lines.flatMap((line, at) =>
      [...line.matchAll(/<<([^>]*[-+*/][^>]*)>>([\d,]*\d(?:\.\d+)?)?/g)].map((match) => ({
        at,
        match,
      })),
    );
    if (annotations.length === 0) continue;
    const { at, match } = pick(random, annotations);
    const line = lines[at] ?? "";
    const kind = pick(random, corruptions);
    const what = pick(random, ["result", "operand", "copy"] as const);
    const inner = match.index + 2;
    const end = inner + (match[1]?.length ?? 0);
    let made: string | undefined;
    if (what === "copy") {
      const copied = match[2] ?? "";
      if (copied === "" || copied.includes(",")) continue;
      made = corruptLine(`=${copied}`, "result", kind, random)?.slice(1);
      if (made !== undefined)
        made = line.slice(0, end + 2) + made + line.slice(end + 2 + copied.length);
    } else made = corruptLine(line, what, kind, random, inner, end);
    if (made === undefined || stillTrue(made, inner, what)) continue;
    const found = firstFalse(lines.with(at, made)) === at;
    const figure = recall.get(`${what} ${kind}`) ?? share();
    recall.set(`${what} ${kind}`, figure);
    figure.of++;
    if (found) figure.is++;
    else missed.push(made);
  }
  return { recall, missed };
}

/** Whether the annotation holds in doubles, as `0*5=0` does. */
function stillTrue(line: string, inner: number, what: string): boolean {
  if (what === "copy") return false;
  const [left = "", right = ""] = line.slice(inner, line.indexOf(">>", inner)).split("=");
  if (!/^[-+*/().\d\s]+$/.test(left)) return false;
  try {
    return Math.abs(Number(new Function(`return ${left}`)()) - Number(right)) < 1e-9;
  } catch {
    return false;
  }
}

export const percentOf = ({ of, is }: Share): number => (of === 0 ? Number.NaN : (100 * is) / of);

export function total(shares: Iterable<Share>): Share {
  const sum = share();
  for (const { of, is } of shares) {
    sum.of += of;
    sum.is += is;
  }
  return sum;
}
