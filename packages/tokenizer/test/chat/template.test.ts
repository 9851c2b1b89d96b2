// The class that callers use: options, numbers, masks, errors.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/chat/json.js";
import { type ChatMessage, normalizeMessages } from "../../src/chat/messages.js";
import { ChatTemplate } from "../../src/chat/template.js";
import { Float } from "../../src/chat/values.js";
import type { TokenizerError } from "../../src/errors.js";

const seed = 20260101;
const chatml = `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;
const chat: ChatMessage[] = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Hello" },
];
const show = (value: unknown, expression = "v") =>
  new ChatTemplate(`{{ ${expression} }}`).render([], { variables: { v: value } });
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    return (error as TokenizerError).code;
  }
  return undefined;
};

describe("rendering", () => {
  it("writes a conversation", () => {
    const template = new ChatTemplate(chatml);
    const text = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n";
    expect(template.render(chat)).toBe(text);
    expect(template.render(chat, { addGenerationPrompt: true })).toBe(
      `${text}<|im_start|>assistant\n`,
    );
    expect(template.render([])).toBe("");
  });

  it("gives the same text again", () => {
    const template = new ChatTemplate(
      "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
    );
    expect([1, 2, 3].map(() => template.render(chat))).toEqual(["2", "2", "2"]);
  });

  it("is unharmed by a render that failed", () => {
    const template = new ChatTemplate(
      "{% macro m(x) %}{{ x.y.z }}{% endmacro %}{{ m(messages[0]) }}ok",
    );
    expect(codeOf(() => template.render(chat))).toBe("ERR_TEMPLATE");
    expect(template.render([{ role: "user", y: { z: 1 } }])).toBe("1ok");
  });

  it("knows the special tokens that were given, and no others", () => {
    const template = new ChatTemplate("{{ bos_token }}{{ eos_token is defined }}", {
      bosToken: "<s>",
    });
    expect(template.render([])).toBe("<s>False");
  });

  it("has tools and documents even where none are given", () => {
    expect(
      new ChatTemplate("{{ tools }}{{ documents }}{{ add_generation_prompt }}").render([]),
    ).toBe("NoneNoneFalse");
  });

  it("lets variables take precedence", () => {
    const template = new ChatTemplate("{{ bos_token }}{{ range }}{{ tools }}", { bosToken: "a" });
    expect(template.render([], { variables: { bos_token: "b", range: 1, tools: 2 } })).toBe("b12");
  });

  it("writes the date that is given", () => {
    const template = new ChatTemplate("{{ strftime_now('%d %b %Y') }}");
    expect(template.render([], { date: new Date(2025, 0, 5) })).toBe("05 Jan 2025");
  });

  it("takes Windows' ends of lines for ends of lines", () => {
    expect(new ChatTemplate("{% if 1 %}\r\na\r\n{% endif %}\r\nb\r").render([])).toBe("a\nb");
  });
});

describe("numbers", () => {
  it("are integers where they have no fraction", () => {
    expect(show([1, 1.5, -0, 2 ** 53, 1e21, 10n ** 30n])).toBe(
      "[1, 1.5, 0, 9007199254740992, 1000000000000000000000, 1000000000000000000000000000000]",
    );
  });

  it("are floats where they are said to be", () => {
    expect(show({ a: new Float(1), b: new Float(1e22), c: new Float(0.5) })).toBe(
      "{'a': 1.0, 'b': 1e+22, 'c': 0.5}",
    );
    expect(show(new Float(3), "v | tojson")).toBe("3.0");
    expect(show(new Float(3), "v == 3 and v is float and 3 is integer")).toBe("True");
  });

  it("keep their form through JSON", () => {
    const json =
      '{"a": 1.0, "b": 1, "c": 123456789012345678901234567890, "d": [1e3, -0.0, 1E-7], "2": null, "1": true}';
    expect(show(parseJson(json), "v | tojson")).toBe(
      '{"a": 1.0, "b": 1, "c": 123456789012345678901234567890, "d": [1000.0, -0.0, 1e-07], "2": null, "1": true}',
    );
  });

  it("print as Python prints them", () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        const text = show(new Float(x));
        if (Number.isNaN(x)) return text === "nan";
        if (!Number.isFinite(x)) return text === (x > 0 ? "inf" : "-inf");
        return Object.is(Number(text), x) && /[.e]/.test(text);
      }),
      { seed },
    );
  });
});

describe("data", () => {
  it("that is no plain data is named by its type", () => {
    expect(show([new Uint8Array(1e6), new Date(0), new URL("a:b")])).toBe(
      "['<Uint8Array>', '<Date>', '<URL>']",
    );
  });
  it("may be Maps", () => {
    expect(
      show(
        new Map<unknown, unknown>([
          ["b", 1],
          ["1", undefined],
        ]),
      ),
    ).toBe("{'b': 1, '1': None}");
  });
  it("without a value is left out, as in JSON", () => {
    expect(show({ a: undefined, b: null })).toBe("{'b': None}");
  });
});

describe("parseJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const plain = (value: unknown): unknown =>
          value instanceof Float
            ? value.value
            : typeof value === "bigint"
              ? Number(value)
              : value instanceof Map
                ? Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]))
                : Array.isArray(value)
                  ? value.map(plain)
                  : value;
        const wanted = JSON.stringify(JSON.parse(text));
        expect(JSON.stringify(plain(parseJson(text)))).toBe(wanted);
      }),
      { seed },
    );
  });

  it.each([
    "",
    "{",
    "[1,]",
    "{a: 1}",
    "01",
    "1 2",
    '"\n"',
    "nul",
    '{"a" 1}',
    "[1",
    "'a'",
    "+1",
    '{"a":1,}',
    ".5",
    "NaN",
  ])("refuses %j", (text) => expect(codeOf(() => parseJson(text))).toBe("ERR_FORMAT"));

  it("refuses what is nested too deep", () => {
    expect(codeOf(() => parseJson("[".repeat(1000)))).toBe("ERR_LIMIT");
  });
});

describe("JSON written by a template", () => {
  it("is read back as the same data", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false } as never), (value) => {
        for (const options of ["", "indent=2", "ensure_ascii=true", "separators=(',', ':')"]) {
          const text = show({ inner: value }, `v.inner | tojson(${options})`);
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        }
      }),
      { seed },
    );
  });
});

describe("the mask of generated text", () => {
  const template = new ChatTemplate(
    "{% for m in messages %}{{ m.role }}:{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %};{% endfor %}",
  );
  it("spans what stands in generation blocks, in UTF-16 units", () => {
    const { text, generated } = template.renderWithMask([
      { role: "user", content: "😀" },
      { role: "assistant", content: "a😀" },
      { role: "assistant", content: "" },
    ]);
    expect(generated.map(([start, end]) => text.slice(start, end))).toEqual(["a😀", ""]);
    expect(generated[0]).toEqual([18, 21]);
  });
  it("is empty where there are none", () => {
    expect(new ChatTemplate(chatml).renderWithMask(chat).generated).toEqual([]);
  });
});

describe("continuing the final message", () => {
  const template = new ChatTemplate(chatml);
  it("ends where the message ends", () => {
    expect(template.render(chat, { continueFinalMessage: true })).toMatch(/assistant\nHello$/);
  });
  it("keeps white space at the end unless the template trims it", () => {
    const open = [{ role: "assistant", content: "x \n" }];
    expect(template.render(open, { continueFinalMessage: true })).toMatch(/\nx \n$/);
    const trims = new ChatTemplate("{{ messages[-1].content | trim }}<end>");
    expect(trims.render(open, { continueFinalMessage: true })).toBe("x");
  });
  it("continues the last text among parts", () => {
    const parts = new ChatTemplate("{% for p in messages[0].content %}{{ p.text }}{% endfor %}!");
    const message = {
      role: "assistant",
      content: [{ type: "text", text: "a" }, { type: "text", text: "b" }, { type: "image" }],
    };
    expect(parts.render([message], { continueFinalMessage: true })).toBe("ab");
  });
  it("continues a field by name", () => {
    const thinks = new ChatTemplate(
      "<think>{{ messages[0].reasoning_content }}</think>{{ messages[0].content }}",
    );
    const message = { role: "assistant", content: "c", reasoning_content: "hm" };
    expect(thinks.render([message], { continueFinalMessage: "reasoning_content" })).toBe(
      "<think>hm",
    );
  });
  it.each([
    ["an empty conversation", [], true],
    ["a message without content", [{ role: "assistant" }], true],
    [
      "a field that the template doesn't read",
      [{ role: "assistant", content: "a", zzz: "b" }],
      "zzz",
    ],
    ["parts without text", [{ role: "assistant", content: [{ type: "image" }] }], true],
  ])("refuses %s", (_, messages, field) => {
    expect(
      codeOf(() => template.render(messages as never, { continueFinalMessage: field as never })),
    ).toBe("ERR_ARGUMENT");
  });
  it("refuses a template that drops the message", () => {
    const drops = new ChatTemplate("{{ messages[0].content[:1] }}");
    expect(
      codeOf(() =>
        drops.render([{ role: "assistant", content: "abc" }], { continueFinalMessage: true }),
      ),
    ).toBe("ERR_TEMPLATE");
  });
});

describe("errors", () => {
  it("carry a template's own words and line", () => {
    const template = new ChatTemplate(
      "a\n{% if messages[0].role != 'system' %}\n{{ raise_exception('System first!') }}{% endif %}",
    );
    expect(() => template.render(chat)).toThrow("chat template, line 3: System first!");
  });
  it("name the line of what can't be read", () => {
    expect(() => new ChatTemplate("a\nb {% if %}")).toThrow("line 2");
    expect(() => new ChatTemplate("a\n{% if x %}\nb")).toThrow("endif");
    expect(codeOf(() => new ChatTemplate("{% extends 'a' %}"))).toBe("ERR_UNSUPPORTED");
    expect(codeOf(() => new ChatTemplate(5 as never))).toBe("ERR_ARGUMENT");
  });
  it.each([
    ["messages that are no array", "hi"],
    ["null", null],
    ["a message that is text", ["hi"]],
    ["a message that is an array", [[]]],
    ["a role that is a number", [{ role: 1, content: "a" }]],
    ["a function among the data", [{ role: "user", content: "a", f: () => 1 }]],
  ])("refuse %s", (_, messages) => {
    expect(codeOf(() => new ChatTemplate(chatml).render(messages as never))).toBe("ERR_ARGUMENT");
  });
  it("refuse data that contains itself", () => {
    const message: Record<string, unknown> = { role: "user", content: "a" };
    message.self = message;
    expect(codeOf(() => new ChatTemplate(chatml).render([message] as never))).toBe("ERR_LIMIT");
    message.again = message;
    expect(codeOf(() => new ChatTemplate(chatml).render([message] as never))).toBe("ERR_LIMIT");
  });
});

describe("normalizeMessages", () => {
  it("leaves out what is null and finds reasoning under both its names", () => {
    expect(normalizeMessages([{ role: "assistant", content: null, thinking: "t" }])).toEqual([
      { role: "assistant", thinking: "t", reasoning_content: "t" },
    ]);
    expect(normalizeMessages(chat)).toEqual(chat);
  });
});
