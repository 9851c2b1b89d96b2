// Compiled files: the same tokenizer again, and a clear refusal of everything else.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TokenizerDefinition } from "../../src/definition.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { hasVocabulary, type VocabularyName, vocabularyFile } from "../support/oracle.js";
import { hostileText } from "../support/texts.js";
import { vocabularyOf } from "../support/vocabularies.js";
import { seed } from "./support.js";

const NAMES = (process.env["VOCABULARIES"]?.split(",") ?? [
  "llama2",
  "qwen2_5",
]) as VocabularyName[];

/** The definition as values that are quickly compared. */
function plain({ model, ...rest }: TokenizerDefinition) {
  const { vocabulary, prepared: _, ...fields } = model as typeof model & { prepared?: unknown };
  const { size, bytes, starts, ends, encoding } = vocabulary;
  const contents = Array.from({ length: size }, (_, id) =>
    Buffer.from(bytes.subarray(starts[id], ends[id])).toString("latin1"),
  );
  const numbers = Object.entries(fields).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? Array.from(value as unknown as Int32Array).join() : value,
  ]);
  return { ...rest, model: Object.fromEntries(numbers), encoding, contents: contents.join("\0") };
}

describe.each(NAMES.filter((name) => hasVocabulary(name)))("%s", (name) => {
  it("is the same when it was compiled and loaded, and loaded again", {
    timeout: 60_000,
  }, async () => {
    const tokenizer = new Tokenizer(readTokenizerJson(readFileSync(vocabularyFile(name))));
    const file = tokenizer.compile();
    const loaded = await Tokenizer.load(file);
    expect(plain(loaded.definition)).toEqual(plain(tokenizer.definition));
    expect(Buffer.from(loaded.compile()).equals(file)).toBe(true);
    fc.assert(
      fc.property(hostileText(), (text) => {
        expect(loaded.encodeIds(text)).toEqual(tokenizer.encodeIds(text));
      }),
      { seed, numRuns: 30 },
    );
  });
});

const added = { singleWord: false, lstrip: false, rstrip: false, normalized: false, special: true };
const bpe = (): TokenizerDefinition => ({
  model: {
    type: "BPE",
    vocabulary: vocabularyOf(["a", "b", "ab", "", "aba", "c"], "bytes"),
    merges: Int32Array.of(0, 1, 2, 0),
  },
  addedTokens: [{ id: 7, content: "<s>", ...added }],
  config: { eosToken: "<s>" },
});
const file = new Tokenizer(bpe()).compile();
const refusal = expect.objectContaining({ code: "ERR_FORMAT" });

/** The file with its header changed, and a checksum that fits. */
function forged(change: (header: Record<string, never>) => unknown): Uint8Array {
  const view = new DataView(file.buffer);
  const length = view.getUint32(12, true);
  const header = JSON.parse(Buffer.from(file.subarray(20, 20 + length)).toString());
  let json = JSON.stringify(change(header) ?? header);
  json += " ".repeat((8 - ((20 + Buffer.byteLength(json)) % 8)) % 8);
  return sealed(Buffer.from(json), file.subarray(20 + length));
}

function sealed(header: Uint8Array, rest: Uint8Array): Uint8Array {
  const made = Buffer.concat([file.subarray(0, 20), header, rest]);
  made.writeUInt32LE(header.length, 12);
  made.writeUInt32LE((crc32(made.subarray(20)) ^ header.length) >>> 0, 16);
  return Uint8Array.from(made);
}

function crc32(bytes: Uint8Array): number {
  let c = -1;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
}

describe("a damaged compiled file", () => {
  it("is refused wherever a bit is flipped", async () => {
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      await expect(Tokenizer.load(damaged)).rejects.toThrow(refusal);
    }
  });

  it("is refused wherever it is cut off, and with more after its end", async () => {
    for (let length = 0; length < file.length; length++) {
      await expect(Tokenizer.load(file.slice(0, length))).rejects.toThrow(refusal);
    }
    await expect(Tokenizer.load(Uint8Array.of(...file, 0))).rejects.toThrow(refusal);
  });

  it("is read wherever it lies in memory", async () => {
    const { buffer } = Uint8Array.of(1, 2, 3, ...file);
    const loaded = await Tokenizer.load(new Uint8Array(buffer, 3));
    expect([...loaded.encodeIds("ababa<s>c")]).toEqual([2, 4, 7, 5]);
  });
});

describe("a forged compiled file", () => {
  it("is the file when nothing was changed", async () => {
    const loaded = await Tokenizer.load(forged((header) => header));
    expect(plain(loaded.definition)).toEqual(plain(bpe()));
  });

  // biome-ignore lint/suspicious/noExplicitAny: any change of a JSON value.
  const changes: Record<string, (header: any) => unknown> = {
    "no object": () => [],
    "null for it": () => "null",
    "no definition": (header) => ({ ...header, definition: null }),
    "no model": (header) => ({ ...header, definition: {} }),
    "no sections": (header) => ({ ...header, sections: null }),
    "a section that is a number": (header) => {
      header.sections.bytes = 5;
    },
    "a section before the file": (header) => {
      header.sections.bytes[0] = -8;
    },
    "a section beyond the file": (header) => {
      header.sections.bytes[1] = 2 ** 40;
    },
    "a section at no place": (header) => {
      header.sections.pairs = ["0", null];
    },
    "a section of half a number": (header) => {
      header.sections.pairs[1] = 7;
    },
    "a size that isn't that of the contents": (header) => {
      header.size = 2 ** 31;
    },
    "a negative size": (header) => {
      header.size = -1;
    },
    "an encoding that is none": (header) => {
      header.encoding = "utf9";
    },
    "contents taken for merges": (header) => {
      header.sections.pairs = header.sections.bytes.map((at: number) => at & ~7);
    },
    "an added token with an id out of all bounds": (header) => {
      header.definition.addedTokens[0].id = 2 ** 31;
    },
    "no added tokens": (header) => {
      header.definition.addedTokens = undefined;
    },
    "an added token without content": (header) => {
      header.definition.addedTokens[0] = null;
    },
    "a model of no kind": (header) => {
      header.definition.model.type = "GPT";
    },
    "a Unigram without scores": (header) => {
      header.definition.model.type = "Unigram";
    },
    "a WordPiece without its fields": (header) => {
      header.definition.model.type = "WordPiece";
    },
    "merges that count from elsewhere": (header) => {
      header.definition.model.counting = { merged: 4, ranks: 0 };
      delete header.sections.merged;
    },
  };

  it.each(Object.entries(changes))("with %s is refused", async (_, change) => {
    await expect(Tokenizer.load(forged(change))).rejects.toThrow(refusal);
  });
});
