import { describe, expect, it } from "vitest";
import { compileGrammar, Vocabulary } from "../../src/index.js";

const vocabulary = new Vocabulary({ tokens: [undefined], endTokens: [0] });
const lark = (source: string) => compileGrammar({ type: "lark", source }, vocabulary);

describe("Lark", () => {
  it.each([
    [
      "a calculator",
      `?start: sum
?sum: product | sum "+" product -> add | sum "-" product -> sub
?product: atom
        | product "*" atom  -> mul
?atom: NUMBER -> number | "-" atom -> neg | "(" sum ")"
%import common.NUMBER
%import common.WS_INLINE
%ignore WS_INLINE`,
      ["1+2*3", " ( 1.5 - -2 ) * 3 ", "7"],
      ["1+", "()", "1\n+2"],
    ],
    [
      "JSON",
      `start: value
value: dict | list | ESCAPED_STRING | SIGNED_NUMBER | "true" | "false" | "null"
list : "[" [value ("," value)*] "]"
dict : "{" [pair ("," pair)*] "}"
pair : ESCAPED_STRING ":" value
%import common (ESCAPED_STRING, SIGNED_NUMBER, WS)
%ignore WS`,
      ['{"a": [1, -2.5e3, true, {}], "b\\"": null}', "[]"],
      ['{"a"}', '"a"b"', "[1,]"],
    ],
    [
      "terminals, ranges, counts and cases",
      `start: HEAD TAIL~2..3 "End"i? // not more
HEAD: "a".."c" | /x+/i
TAIL: DIGIT DIGIT
%import common.DIGIT`,
      ["a1122", "XXx112233eND"],
      ["d1122", "a11", "a11223344"],
    ],
    ["imports under other names", "start: N\n%import common.INT -> N", ["12"], ["x"]],
    [
      "ignored comments",
      'start: "a" "b"\n%ignore /#[^\\n]*\\n/\n%ignore " "',
      ["a #c\n b ", "ab"],
      ["a#b"],
    ],
  ])("has %s", async (_, source, match, others) => {
    const grammar = await lark(source);
    for (const text of match) expect([text, grammar.matches(text)]).toEqual([text, true]);
    for (const text of others) expect([text, grammar.matches(text)]).toEqual([text, false]);
  });

  it.each([
    ['start.2: "a"', "ERR_UNSUPPORTED", "priorities"],
    ['start: pair{"a"}\npair{x}: x x', "ERR_UNSUPPORTED", "templates"],
    ["%import python.NAME\nstart: NAME", "ERR_UNSUPPORTED", "only common"],
    ["%import common.NOTHING\nstart: NOTHING", "ERR_UNSUPPORTED", "common.NOTHING"],
    ["%declare X\nstart: X", "ERR_UNSUPPORTED", "%declare"],
    ["start: /a/x", "ERR_UNSUPPORTED", "flags"],
    ["start: /(?=a)/", "ERR_UNSUPPORTED", "lookahead"],
    ['start: "a', "ERR_GRAMMAR", "1:10"],
    ["start: other", "ERR_GRAMMAR", "other isn't defined"],
    ['begin: "a"', "ERR_GRAMMAR", "there is no rule start"],
    ['start: A\nA: start "a"', "ERR_GRAMMAR", "a terminal can't name the rule start"],
  ])("refuses %s", async (source, code, message) => {
    const error = await lark(source).then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(message);
  });
});
