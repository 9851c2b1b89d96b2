// From a grammar as people write it to one that runs over a vocabulary.

import { ensure, SamplerError } from "../errors.js";
import { parseGbnf } from "./gbnf/parse.js";
import { Grammar } from "./grammar.js";
import { type JsonSchemaOptions, jsonSchemaRules } from "./json-schema/rules.js";
import { parseLark } from "./lark/parse.js";
import { Budget, type GrammarLimits } from "./limits.js";
import { build } from "./network/build.js";
import { link } from "./network/link.js";
import { regexExpression } from "./regex/expression.js";
import { parseRegex, type RegexOptions } from "./regex/parse.js";
import { type Expression, type Rules, rule } from "./rules/expression.js";
import { triggered } from "./trigger.js";
import type { Vocabulary } from "./vocabulary/vocabulary.js";

export type GrammarSource =
  /** Values of a JSON Schema, draft 2020-12. `true` is any JSON value. */
  | ({ readonly type: "json-schema"; readonly schema: unknown } & JsonSchemaOptions)
  /** Texts that a regular expression matches as a whole. */
  | ({ readonly type: "regex"; readonly pattern: string } & RegexOptions)
  /** llama.cpp's form of EBNF. */
  | { readonly type: "gbnf"; readonly source: string }
  /** Lark's grammar language. */
  | { readonly type: "lark"; readonly source: string }
  /** Free text in which every trigger is followed by something of a grammar. */
  | {
      readonly type: "trigger";
      readonly triggers: readonly string[];
      readonly grammar: GrammarSource;
      /** `"free"`: more free text may follow; `"end"`: the text ends with the grammar. Default: `"free"`. */
      readonly after?: "free" | "end";
    };

export interface CompileOptions {
  readonly limits?: GrammarLimits;
  readonly signal?: AbortSignal;
}

/**
 * Compiles a grammar.
 *
 * @throws SamplerError `ERR_GRAMMAR` for what is wrong, `ERR_UNSUPPORTED` for what isn't supported, with its
 *   place, and `ERR_LIMIT` for what takes more than `limits` allow
 */
export async function compileGrammar(
  source: GrammarSource,
  vocabulary: Vocabulary,
  { limits, signal }: CompileOptions = {},
): Promise<Grammar> {
  const budget = new Budget(limits, signal);
  const rules = await compileRules(source, budget);
  const network = link(await build(rules, budget), budget);
  return new Grammar(network, vocabulary, budget.limits.maskBytes);
}

async function compileRules(source: GrammarSource, budget: Budget): Promise<Rules> {
  switch (source.type) {
    case "json-schema":
      return jsonSchemaRules(source.schema, budget, source);
    case "regex":
      return oneRule(regexExpression(parseRegex(source.pattern, budget, source)));
    case "gbnf":
      return parseGbnf(source.source, budget);
    case "lark":
      return parseLark(source.source, budget);
    case "trigger": {
      const { triggers, grammar, after = "free" } = source;
      ensure(
        triggers.length > 0 && triggers.every((text) => text.length > 0),
        "ERR_ARGUMENT",
        () => "triggers: expected at least one text, none of them empty",
      );
      ensure(
        grammar.type !== "trigger",
        "ERR_ARGUMENT",
        () => "grammar: a trigger's grammar can't have triggers",
      );
      for (const text of triggers) budget.checkSource(text.length);
      const { rules, start } = await compileRules(grammar, budget);
      return { rules: [...rules, triggered(triggers, rule(start), after)], start: rules.length };
    }
    default:
      throw new SamplerError(
        "ERR_ARGUMENT",
        `type: expected json-schema, regex, gbnf, lark or trigger, found ${(source as { type: unknown }).type}`,
      );
  }
}

function oneRule(expression: Expression): Rules {
  return { rules: [expression], start: 0 };
}
