// Small templates, each for a few rules of Jinja2, against what Jinja2 itself makes of them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/chat/json.js";
import { ChatTemplate } from "../../src/chat/template.js";
import type { TokenizerError } from "../../src/errors.js";

interface Case {
  readonly template: string;
  readonly text?: string;
  readonly error?: string;
  readonly kind?: string;
  /** In code points. */
  readonly spans?: readonly (readonly [number, number])[];
}
const source = readFileSync(new URL("../golden/chat-conformance.json", import.meta.url), "utf8");
const { cases } = JSON.parse(source) as { cases: readonly Case[] };
const variables = Object.fromEntries(
  (parseJson(source) as Map<string, Map<string, unknown>>).get("variables") ?? [],
);
const { messages, ...others } = variables;
const date = new Date(2024, 6, 26, 15, 4, 5);

/** Exceptions whose messages users see and match; what else Python says is said in this package's words. */
const sameWords = ["UndefinedError", "TemplateError", "SecurityError", "TemplateRuntimeError"];

describe("a template renders as Jinja2 renders it", () => {
  it.each(cases.map((c, i) => [i + 1, c.template, c] as const))("%i: %s", (_, template, wanted) => {
    const run = () =>
      new ChatTemplate(template).renderWithMask(messages as never, { date, variables: others });
    if (wanted.error === undefined) {
      const { text, generated } = run();
      expect(text).toBe(wanted.text);
      const points = (end: number) => Array.from(text.slice(0, end)).length;
      expect(generated.map((span) => span.map(points))).toEqual(wanted.spans ?? []);
      return;
    }
    let error: TokenizerError | undefined;
    try {
      run();
    } catch (e) {
      error = e as TokenizerError;
    }
    expect(error?.code, `${wanted.kind}: ${wanted.error}`).toMatch(/^ERR_(TEMPLATE|UNSUPPORTED)$/);
    expect(error?.message).toMatch(/line \d+/);
    if (sameWords.includes(wanted.kind ?? "")) expect(error?.message).toContain(wanted.error);
  });
});
