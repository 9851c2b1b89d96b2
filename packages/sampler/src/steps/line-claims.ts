// All claims of one line.

import { annotationClaims } from "./annotation.js";
import { type Chain, findChains, type Link } from "./chains.js";
import type { Claim } from "./claim.js";
import { judgeComparison } from "./comparison.js";
import { correctionOf } from "./correction.js";
import { divisibilityClaims } from "./divisibility.js";
import { judgeEquality } from "./equality.js";
import { type EquationContext, judgeEquation } from "./equation.js";
import type { Facts } from "./facts.js";
import type { Judgement, Surroundings } from "./judgement.js";
import { bulletMinus, skipPrefix } from "./prefix.js";
import { ratioClaims } from "./ratio.js";
import { judgeRemainder } from "./remainder.js";
import { scan } from "./scan.js";
import type { Side } from "./side.js";
import type { Token } from "./tokens.js";
import {
  betweenDefinition,
  defines,
  denies,
  otherArithmetic,
  rearranges,
  rounds,
  startsAnew,
  supposes,
  tries,
} from "./words.js";

/** Words before and after a letter that get a meaning. */
const names = new Set("let lets let's let’s call denote define".split(" "));
const isNamed = new Set("be represent represents denote denotes stand stands".split(" "));

/** More claims of one line aren't looked for. */
const maxClaims = 256;

const notSo = /\bnot (?:true|equal|correct|right)\b/i;

export interface LineContext {
  readonly facts: Facts;
  /** The side that a line may go on from, with an equals sign at its beginning. */
  readonly open: Side | undefined;
}

export interface LineClaims {
  readonly claims: readonly Claim[];
  readonly context: LineContext;
  /** Whether the line holds a relation or an annotation. */
  readonly relations: boolean;
}

/** `question`: its equations are given, whatever words stand beside them. */
export function lineClaims(
  line: string,
  before: LineContext,
  noFacts: Facts,
  question = false,
): LineClaims {
  const tokens = scan(line, skipPrefix(line));
  const words = new Set<string>();
  for (const { kind, text } of tokens) {
    if (kind === "word" || kind === "percent" || kind === "money" || kind === "odd")
      words.add(text);
  }
  const has = (set: ReadonlySet<string>): boolean => {
    for (const word of words) if (set.has(word)) return true;
    return false;
  };
  const asks = tokens[tokens.length - 1]?.text === "?";
  const around: Surroundings = {
    rounds: has(rounds),
    supposes: asks || has(supposes),
    asks,
    denies: has(denies) || (words.has("not") && notSo.test(line)),
    other: has(otherArithmetic),
    tokens,
    words,
  };
  const startsOver =
    tokens[0]?.kind === "word" &&
    startsAnew.has(tokens[0].text) &&
    !/^solution$/.test(tokens[0].text);
  const known = meanings(tokens, startsOver ? noFacts : before.facts);
  const equations: EquationContext = {
    facts: known,
    lasting: known,
    tries: false,
    defines: false,
    supposes: !question && around.supposes,
    alternatives: !question && (words.has("or") || words.has("either")),
    rearranges: has(rearranges),
    rewriting: false,
  };
  const chains = findChains(tokens);
  const claims: Claim[] = [];
  for (const chain of chains) {
    if (claims.length >= maxClaims) break;
    const introduced = question ? undefined : introduction(tokens, chain.before);
    equations.defines = introduced !== undefined;
    equations.tries = introduced !== undefined && tries.has(introduced);
    claims.push(...chainClaims(line, chain, before, equations, around, tokens));
  }
  for (let at = 0; at < tokens.length && claims.length < maxClaims; at++) {
    if (tokens[at]?.kind === "annotation")
      claims.push(...annotationClaims(line, tokens, at, around));
  }
  claims.push(...ratioClaims(line), ...divisibilityClaims(line, words));
  claims.sort((a, b) => a.start - b.start || a.end - b.end);
  const relations = chains.length > 0 || claims.length > 0;
  const open = openSide(chains, tokens);
  return { claims, context: { facts: equations.lasting, open }, relations };
}

/** The facts without those of letters that get a meaning here, and with those open whose equations aren't read. */
function meanings(tokens: readonly Token[], facts: Facts): Facts {
  let known = facts;
  tokens.forEach(({ kind, text }, at) => {
    if (kind !== "letter") return;
    const [before, after] = [tokens[at - 1]?.text ?? "", tokens[at + 1]?.text ?? ""];
    if (names.has(before) || isNamed.has(after)) known = known.forget(text, true);
  });
  const unread = tokens.some(({ kind }) => kind === "odd");
  if (!unread || !tokens.some(({ kind }) => kind === "relation")) return known;
  return known.opened(tokens.flatMap(({ kind, text }) => (kind === "letter" ? [text] : [])));
}

/** The word that introduces the chain after token `before`, as "let" or "when" does; past other equations of a list. */
function introduction(tokens: readonly Token[], before: number): string | undefined {
  for (let at = before; at >= 0; at--) {
    const { kind, text } = tokens[at] as Token;
    if (kind === "stop" || kind === "colon") return undefined;
    if (kind !== "word" || betweenDefinition.has(text)) continue;
    return defines.has(text) ? text : undefined;
  }
  return undefined;
}

function chainClaims(
  line: string,
  chain: Chain,
  before: LineContext,
  equations: EquationContext,
  around: Surroundings,
  tokens: readonly Token[],
): Claim[] {
  const claims: Claim[] = [];
  const goesOn =
    chain.before < 0 && chain.links[0]?.left === undefined && before.open !== undefined;
  equations.rewriting = goesOn && before.open?.letters === true;
  for (const link of chain.links) {
    const left = link.first && goesOn ? before.open : link.left;
    const { right } = link;
    if (left === undefined || right === undefined) {
      continue;
    }
    const judged =
      left.letters || right.letters
        ? judgeEquation(link, left, right, equations)
        : (judgeRemainder(line, link, left, right) ??
          judgeNumbers(line, link, left, right, around));
    if (judged === undefined) continue;
    const start = link.first && goesOn ? (tokens[0]?.start ?? 0) : left.start;
    const claim = withBullet(line, left, start, judged);
    const isWrongResult = claim.verdict === "false" && claim.kind === "equality";
    const correction = isWrongResult ? correctionOf(line, left, right) : undefined;
    claims.push({
      kind: claim.kind,
      verdict: claim.verdict,
      start,
      end: right.end,
      reason: claim.reason,
      flags: claim.flags ?? [],
      ...(correction === undefined ? {} : { correction }),
    });
  }
  return claims;
}

function judgeNumbers(
  line: string,
  link: Link,
  left: Side,
  right: Side,
  around: Surroundings,
): Judgement | undefined {
  if (link.relation === "≡") return undefined;
  if (link.relation === "=" || link.relation === "≈") {
    return judgeEquality(link, left, right, around);
  }
  return judgeComparison(link, left, right, line, around);
}

/** A bullet that was skipped may be a minus after all. */
function withBullet(line: string, left: Side, start: number, judged: Judgement): Judgement {
  if (judged.verdict !== "false") return judged;
  const minus = bulletMinus(line);
  if (minus === -1 || line.slice(minus + 1, start).trim() !== "" || left.letters) return judged;
  return { ...judged, verdict: "uncheckable", reason: "its bullet may be a minus" };
}

function openSide(chains: readonly Chain[], tokens: readonly Token[]): Side | undefined {
  const chain = chains[chains.length - 1];
  const link = chain?.links[chain.links.length - 1];
  if (chain === undefined || link?.right === undefined || link.relation !== "=") return undefined;
  const rest = tokens.slice(chain.after);
  return rest.every((token) => token.kind === "stop" || token.kind === "money")
    ? link.right
    : undefined;
}
