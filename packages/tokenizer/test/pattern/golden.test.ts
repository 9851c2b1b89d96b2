import { expect, test } from "vitest";
import { compilePattern } from "../../src/pattern/pattern.js";
import type { PatternDialect } from "../../src/pattern/syntax.js";
import golden from "../golden/patterns.json" with { type: "json" };

function pack(spans: Int32Array): string {
  let text = "";
  for (let i = 0; i < spans.length; i += 2) {
    const start = spans[i] as number;
    const end = spans[i + 1] as number;
    if (end > start) text += start.toString(36) + end.toString(36);
  }
  return text;
}

for (const { name, dialect, source, matches } of golden.patterns) {
  test(`${name} (${dialect}) finds what the reference finds`, () => {
    const pattern = compilePattern(source, dialect as PatternDialect);
    expect(pattern.dfa === undefined).toBe(name.startsWith("fallback"));
    for (const [i, text] of golden.texts.entries()) {
      expect(pack(pattern.findAll(text)), JSON.stringify(text)).toBe(matches[i]);
    }
  });

  test(`${name} (${dialect}) matches bytes at a place as it matches text`, () => {
    const pattern = compilePattern(source, dialect as PatternDialect);
    const encoder = new TextEncoder();
    for (const text of golden.texts.slice(0, 60)) {
      const spans = pattern.findAll(text);
      const bytes = encoder.encode(text);
      for (let i = 0; i < spans.length; i += 2) {
        const start = encoder.encode(text.slice(0, spans[i])).length;
        const end = encoder.encode(text.slice(0, spans[i + 1])).length;
        expect(pattern.matchAt(bytes, start, bytes.length), JSON.stringify(text)).toBe(end);
      }
    }
  });
}
