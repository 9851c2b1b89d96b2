import { describe, expect, it } from "vitest";
import { compileGrammar, Vocabulary } from "../../src/index.js";

const vocabulary = new Vocabulary({ tokens: [undefined], endTokens: [0] });
const gbnf = (source: string) => compileGrammar({ type: "gbnf", source }, vocabulary);

describe("GBNF", () => {
  it.each([
    [
      "rules, strings, classes and repetition",
      `# An expression a line.
root  ::= (expr "=" ws term "\\n")+
expr  ::= term ([-+*/] term)*
term  ::= ident | num | "(" ws expr ")" ws
ident ::= [a-z] [a-z0-9_]* ws
num   ::= [0-9]+ ws
ws    ::= [ \\t\\n]*`,
      ["a=1\n", "(1 +x_2)*3 = 42\n7=7\n"],
      ["a=1", "=1\n", "a b=1\n"],
    ],
    [
      "left recursion",
      `root ::= root "+" num | num\nnum ::= [0-9]`,
      ["1", "1+2+3"],
      ["", "1+", "+1"],
    ],
    [
      "left recursion by way of other rules and of empty ones",
      `root ::= a "x" | "r"\na ::= opt b "y"\nb ::= root | "b"\nopt ::= "o"?`,
      ["r", "byx", "ryx", "obyxyx", "oobyxyx"],
      ["b", "oyx"],
    ],
    ["nesting", `root ::= "(" root* ")"`, ["()", "(()(()))"], ["(", "())", ""]],
    [
      "counts",
      `root ::= "a"{2} "b"{1,2} "c"{,2} "d"{1,}`,
      ["aabd", "aabbccddd"],
      ["abd", "aabbbd", "aabcccd", "aab"],
    ],
    [
      "escapes",
      String.raw`root ::= "\x41\u00e9\U0001F600\"\\" [\]\-\n]`,
      ['Aé😀"\\]', 'Aé😀"\\-'],
      ["A"],
    ],
    [
      "a class that leaves characters out, and any character",
      'root ::= [^"\\\\] .',
      ["é\n", "😀x"],
      ['"x', "\\x", "x"],
    ],
    [
      "rules over several lines",
      'root ::=\n  "a" |\n  other\n  "c"\nother ::= "b"',
      ["a", "bc"],
      ["b", "ac"],
    ],
    ["the empty text", 'root ::= "" | "a" root', ["", "aaa"], ["b"]],
  ])("has %s", async (_, source, match, others) => {
    const grammar = await gbnf(source);
    for (const text of match) expect([text, grammar.matches(text)]).toEqual([text, true]);
    for (const text of others) expect([text, grammar.matches(text)]).toEqual([text, false]);
  });

  it.each([
    ['root ::= "a', "ERR_GRAMMAR", '1:12: expected "'],
    ['root ::= "a"\nroot ::= "b"', "ERR_GRAMMAR", "root is defined twice"],
    ["root ::= nothing", "ERR_GRAMMAR", "nothing isn't defined"],
    ['other ::= "a"', "ERR_GRAMMAR", "there is no rule root"],
    ['root ::= "a" )', "ERR_GRAMMAR", "unmatched )"],
    ['root ::= ("a"', "ERR_GRAMMAR", "expected )"],
    ["root ::= [z-a]", "ERR_GRAMMAR", "out of order"],
    ['root ::= "a"{2,1}', "ERR_GRAMMAR", "out of order"],
    ['root ::= "\\q"', "ERR_GRAMMAR", "no escape"],
    ["root ::= <think>", "ERR_UNSUPPORTED", "token ids"],
    ['root ::= root "a"', "ERR_GRAMMAR", "matches nothing"],
  ])("refuses %s", async (source, code, message) => {
    const error = await gbnf(source).then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(message);
  });
});
