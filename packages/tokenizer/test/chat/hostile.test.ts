// Templates that mean harm: they end with an error that has a code and a line, in bounded
// time and memory, and reach nothing of the host.

import { describe, expect, it } from "vitest";
import { ChatTemplate } from "../../src/chat/template.js";
import { TokenizerError } from "../../src/errors.js";

const render = (template: string, limits = {}) =>
  new ChatTemplate(template, { limits: { steps: 200_000, length: 1 << 20, ...limits } }).render([
    { role: "user", content: "hi" },
  ]);

function errorOf(run: () => unknown): TokenizerError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(TokenizerError);
    return error as TokenizerError;
  }
  throw new Error("expected an error");
}

describe("a template that costs too much", () => {
  it.each([
    [
      "nested loops",
      "\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    ],
    ["a range past the sandbox's", "{% set r = range(10 ** 9) %}"],
    ["a string repeated", "{{ 'a' * 10 ** 9 }}"],
    [
      "a string doubled",
      "{% set ns = namespace(x='aa') %}{% for i in range(999) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    ],
    [
      "a string added to itself",
      "{% set ns = namespace(x='aa') %}{% for i in range(999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    ],
    ["a list repeated", "{{ [1] * 10 ** 9 }}"],
    [
      "a list doubled",
      "{% set ns = namespace(x=[1]) %}{% for i in range(999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    ],
    [
      "a list of itself",
      "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    ],
    [
      "deep JSON",
      "{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}",
    ],
    [
      "deep lists compared",
      "{% set a = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set a.x = [a.x, a.x] %}{% set a.y = [a.y, a.y] %}{% endfor %}{{ a.x == a.y }}",
    ],
    ["a namespace in itself", "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}"],
    ["padding", "{{ 'a'.center(10 ** 9) }}"],
    ["filling with zeros", "{{ '1'.zfill(10 ** 9) }}"],
    ["tabs", "{{ '\t'.expandtabs(10 ** 9) }}"],
    ["a width", "{{ '%999999999d' % 1 }}"],
    ["a format's width", "{{ '{:999999999}'.format(1) }}"],
    ["indentation", "{{ 'a\nb' | indent(10 ** 9) }}"],
    ["JSON's indentation", "{{ [1] | tojson(indent=10 ** 9) }}"],
    ["growth by replacing", "{{ ('a' * 9999).replace('a', 'b' * 9999) }}"],
    ["growth by joining", "{{ (['a' * 99999] * 9999) | join }}"],
    ["large powers", "{{ 10 ** (10 ** 10) }}"],
    [
      "squares of squares",
      "{% set ns = namespace(x=9) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
    ],
    ["batches", "{{ [1] | batch(10 ** 9, 0) | list }}"],
    ["slices", "{{ [1] | slice(10 ** 9) | list }}"],
    ["output", "{% for i in range(99999) %}{{ 'a' * 999 }}{% endfor %}"],
    ["a macro without end", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"],
    [
      "macros that call each other twice",
      "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(99) }}",
    ],
    ["a recursive loop without end", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"],
    [
      "sorting what never ends",
      "{% for i in range(9999) %}{{ range(9999) | sort | length }}{% endfor %}",
    ],
  ])("is stopped: %s", (_, template) => {
    const start = process.cpuUsage();
    const error = errorOf(() => render(template));
    const { user, system } = process.cpuUsage(start);
    expect(error.code).toMatch(/^ERR_(LIMIT|TEMPLATE)$/);
    expect(error.message).toMatch(/line \d/);
    expect(user + system).toBeLessThan(2_000_000);
  });

  it("names the line", () => {
    const error = errorOf(() => render("a\nb\n{{ 'x' * 10 ** 9 }}"));
    expect(error.code).toBe("ERR_LIMIT");
    expect(error.message).toContain("line 3");
  });

  it("stops at the limits that are given", () => {
    expect(errorOf(() => render("{{ 'a' * 11 }}", { length: 10 })).code).toBe("ERR_LIMIT");
    expect(render("{{ 'a' * 10 }}", { length: 10 })).toBe("aaaaaaaaaa");
    const nested = "{% macro m(n) %}{% if n > 1 %}{{ m(n - 1) }}{% endif %}x{% endmacro %}";
    expect(render(`${nested}{{ m(5) }}`, { depth: 5 })).toBe("xxxxx");
    expect(errorOf(() => render(`${nested}{{ m(6) }}`, { depth: 5 })).code).toBe("ERR_LIMIT");
  });
});

describe("a template that can't be taken in", () => {
  it.each([
    ["parentheses", `{{ ${"(".repeat(5000)}1${")".repeat(5000)} }}`],
    ["lists", `{{ ${"[".repeat(5000)}${"]".repeat(5000)} }}`],
    ["negations", `{{ ${"not ".repeat(5000)}1 }}`],
    ["minus signs", `{{ ${"-".repeat(5000)}1 }}`],
    ["conditions", "{% if 1 %}".repeat(5000) + "{% endif %}".repeat(5000)],
    ["a long text", "a".repeat((1 << 20) + 1)],
  ])("is refused: deep %s", (_, template) => {
    expect(errorOf(() => new ChatTemplate(template)).code).toBe("ERR_LIMIT");
  });

  it("takes long chains of one operator or refuses them with a code", () => {
    for (const chain of ["1 + ".repeat(20_000), "1 ~ ".repeat(20_000)]) {
      try {
        render(`{{ ${chain}1 }}`);
      } catch (error) {
        expect((error as TokenizerError).code).toBe("ERR_LIMIT");
      }
    }
  });

  it("is read in linear time however its tags are broken", () => {
    for (const bad of ["{%", "{#", "{{ '", "{% raw %}", "{{ (", " \n\t{%- "]) {
      const start = process.cpuUsage();
      errorOf(() => new ChatTemplate(bad.repeat(50_000 / bad.length)));
      const { user, system } = process.cpuUsage(start);
      expect(user + system).toBeLessThan(1_000_000);
    }
  });
});

describe("a template can't reach the host", () => {
  const names = [
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "call",
    "apply",
    "length",
    "map",
    "__defineGetter__",
  ];
  const objects = [
    "messages",
    "messages[0]",
    "messages[0].role",
    "1",
    "1.5",
    "range",
    "raise_exception",
    "namespace()",
    "cycler(1)",
    "none",
    "true",
    "loop",
    "range(3)",
    "messages[0].items()",
    "messages[0].get",
  ];
  it.each(objects)("through %s", (object) => {
    for (const name of names) {
      const get = `{% for x in [1] %}{% set v = ${object}['${name}'] %}{{ v is defined }}{% endfor %}`;
      if (object === "none") continue;
      expect(render(get), `${object}[${name}]`).toBe(
        object === "loop" && name === "length" ? "True" : "False",
      );
    }
  });

  it("through names of variables, filters and tests", () => {
    for (const name of names.filter((n) => !["map", "length"].includes(n))) {
      expect(render(`{{ ${name} is defined }}`)).toBe("False");
      expect(errorOf(() => render(`{{ 1 | ${name} }}`)).code).toBe("ERR_TEMPLATE");
      expect(errorOf(() => render(`{{ 1 is ${name} }}`)).code).toBe("ERR_TEMPLATE");
      expect(errorOf(() => render(`{{ [1] | map('${name}') | list }}`)).code).toBe("ERR_TEMPLATE");
      expect(render(`{{ namespace().${name} }}{{ {}.${name} }}{{ {}['${name}'] }}`)).toBe("");
    }
  });

  it("by keys that name a prototype", () => {
    const message = JSON.parse('{"role": "user", "content": "x", "__proto__": {"polluted": 1}}');
    new ChatTemplate("{% set d = {'__proto__': 1} %}{{ messages[0]['__proto__'] }}").render([
      message,
    ]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("to change what it is given", () => {
    const messages = [{ role: "user", content: "x", list: [1], inner: { a: 1 } }];
    const frozen = structuredClone(messages);
    for (const change of [
      "messages[0].list.append(2)",
      "messages[0].update({'a': 1})",
      "messages.pop()",
      "messages[0].inner.clear()",
    ]) {
      const template = new ChatTemplate(`{{ ${change} }}`);
      expect(errorOf(() => template.render(messages)).message).toContain("is unsafe");
    }
    new ChatTemplate("{{ messages[0].content }}").render(messages, { continueFinalMessage: true });
    expect(messages).toEqual(frozen);
  });
});
