// Links with letters: rearrangements, equations to solve, and the values that solve them.

import type { Expression } from "../expression/expression.js";
import type { Link } from "./chains.js";
import type { Facts, Finding } from "./facts.js";
import { identical, namesIn } from "./identity.js";
import type { Judgement } from "./judgement.js";
import { linearForm } from "./linear.js";
import { literal, type Side } from "./side.js";
import { dividesByZero, treeOf } from "./value.js";

export interface EquationContext {
  facts: Facts;
  /** The facts that hold after the line too. */
  lasting: Facts;
  /** The values of letters in the chain are only tried. */
  tries: boolean;
  /** Words that give letters a meaning introduce the chain. */
  defines: boolean;
  /** The line names alternatives: none of them is taken as a fact. */
  readonly alternatives: boolean;
  /** The line asks, supposes or denies. */
  readonly supposes: boolean;
  /** The line says that it expands, factors or simplifies. */
  readonly rearranges: boolean;
  /** An earlier link of the chain, or this one, goes on from an expression that was rewritten. */
  rewriting: boolean;
}

/** Judges one link and takes what it says into the context's facts. */
export function judgeEquation(link: Link, a: Side, b: Side, context: EquationContext): Judgement {
  const [left, right] = [treeOf(a), treeOf(b)];
  const doubted = context.supposes || (a.doubt ?? b.doubt) !== undefined;
  if (!doubted && (dividesByZero(left) || dividesByZero(right))) {
    return { kind: "equation", verdict: "false", reason: "it divides by zero" };
  }
  if (left === undefined || right === undefined || link.relation !== "=") {
    return { kind: "equation", verdict: "uncheckable", reason: "a side isn't read" };
  }
  const both = a.letters && b.letters;
  const same = both ? identical(left, right) : undefined;
  if (same === true) {
    context.rewriting = true;
    return { kind: "identity", verdict: "true", reason: "both sides are the same for all values" };
  }
  const doubt = a.doubt ?? b.doubt ?? doubtOf(link, a, b);
  if (doubt !== undefined) return { kind: "equation", verdict: "uncheckable", reason: doubt };
  if (same === false && isRewriting(link, left, right, context)) {
    return { kind: "identity", verdict: "false", reason: "the two sides differ for most values" };
  }
  if (both && left.kind !== "name" && right.kind !== "name" && (link.goesOn || !link.first)) {
    return {
      kind: "equation",
      verdict: "uncheckable",
      reason: "it may be an equation or a rearrangement",
    };
  }
  return judgeBesideFacts(left, right, context);
}

function doubtOf(link: Link, a: Side, b: Side): string | undefined {
  if (link.spoken) return "an equation in words";
  if (link.first && a.afterWord && literal(a) !== undefined)
    return "a number after a word may be its label";
  const measured = [...a.pieces, ...b.pieces].some(({ units }) =>
    units?.some(({ unit }) => unit.dimension !== "money"),
  );
  return measured ? "its numbers have units" : undefined;
}

/** `P + 3 + P + 6 = 2P + 9 = 95`: an equation to solve wouldn't go on. */
function evenNames(ours: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return ours.size === others.size;
}

function isRewriting(
  link: Link,
  left: Expression,
  right: Expression,
  context: EquationContext,
): boolean {
  if (context.supposes || context.defines) return false;
  if (left.kind === "name" || right.kind === "name") return false;
  const [ours, others] = [namesIn(left), namesIn(right)];
  if (![...others].every((name) => ours.has(name)) || others.has("i") || ours.has("pi"))
    return false;
  if (context.rewriting || (link.goesOn && evenNames(ours, others))) return true;
  const linear = linearForm(left) !== undefined && linearForm(right) !== undefined;
  return context.rearranges && !linear && context.facts.isEmpty;
}

function judgeBesideFacts(
  left: Expression,
  right: Expression,
  context: EquationContext,
): Judgement {
  const lone = left.kind === "name" ? left.name : undefined;
  const kind = lone !== undefined && right.kind !== "binary" ? "solution" : "equation";
  if (context.defines && context.facts.consider(left, right).says === "contradicts") {
    giveWay(left, right, lone, context);
  }
  const finding: Finding = context.facts.consider(left, right);
  switch (finding.says) {
    case "follows":
      return { kind, verdict: "true", reason: finding.reason };
    case "contradicts":
      if (context.supposes || context.defines || (context.alternatives && finding.linear)) {
        return { kind, verdict: "uncheckable", reason: "it may be supposed or denied" };
      }
      return { kind, verdict: "false", reason: finding.reason };
    case "new":
      if (!context.supposes && !context.alternatives)
        assert(left, right, finding.facts, context, lone !== undefined);
      return { kind, verdict: "uncheckable", reason: "nothing before it says so or denies it" };
    case "nothing":
      return { kind, verdict: "uncheckable", reason: "it isn't an equation that can be followed" };
    default:
      return finding satisfies never;
  }
}

/** What contradicts an equation that is introduced anew isn't meant any more. */
function giveWay(
  left: Expression,
  right: Expression,
  lone: string | undefined,
  context: EquationContext,
): void {
  const trial = lone !== undefined && context.tries;
  for (const name of lone === undefined ? namesIn(right, namesIn(left)) : [lone]) {
    context.facts = context.facts.forget(name, !trial);
    if (!trial) context.lasting = context.lasting.forget(name, true);
  }
}

function assert(
  left: Expression,
  right: Expression,
  facts: Facts,
  context: EquationContext,
  lone: boolean,
): void {
  const same = context.lasting === context.facts;
  context.facts = facts;
  if (lone && context.tries) return;
  const lasting = same ? undefined : context.lasting.consider(left, right);
  if (lasting === undefined) context.lasting = facts;
  else if (lasting.says === "new") context.lasting = lasting.facts;
}
