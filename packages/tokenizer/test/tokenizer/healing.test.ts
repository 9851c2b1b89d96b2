import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import type { Healing } from "../../src/healing.js";
import { Tokenizer } from "../../src/tokenizer.js";
import { hasVocabulary, type VocabularyName, vocabularyFile } from "../support/oracle.js";
import { hostileText } from "../support/texts.js";
import { seed } from "./support.js";

const NAMES: readonly VocabularyName[] = ["qwen2_5", "llama2"];

describe.each(NAMES.filter((name) => hasVocabulary(name)))("healing with %s", (name) => {
  const tokenizer = new Tokenizer(readTokenizerJson(readFileSync(vocabularyFile(name))));
  const special = new Set(
    [...tokenizer.vocabulary()].filter((entry) => entry.special).map(({ id }) => id),
  );
  // A token after another gives its bytes as they are, without what a decoder strips at the beginning.
  const before = tokenizer.encodeIds("a", { addSpecialTokens: false });
  const skipped = tokenizer.decodeBytes(before).length;
  const contents = [...tokenizer.vocabulary()].map(({ id, token }) => {
    const fallback = /^<0x(..)>$/.exec(token)?.[1];
    const bytes =
      name === "llama2" && fallback !== undefined
        ? Uint8Array.of(Number.parseInt(fallback, 16))
        : tokenizer.decodeBytes([...before, id]).slice(skipped);
    return [id, Buffer.from(bytes)] as const;
  });

  const startsWith = (a: Buffer, b: Buffer) => a.subarray(0, b.length).equals(b);
  const scan = ({ prefix }: Healing) =>
    contents
      .filter(([id, bytes]) => {
        const wanted = Buffer.from(prefix);
        if (special.has(id) || bytes.length === 0) return false;
        return startsWith(bytes, wanted) || startsWith(wanted, bytes);
      })
      .map(([id]) => id);

  it("allows the tokens that agree with what was taken back, and no others", {
    timeout: 60_000,
  }, () => {
    const text = hostileText({ fragments: 3, run: 7, special: ["<|im_end|>", "</s>"] });
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 6 }), (each, choices) => {
        const options = { addSpecialTokens: false };
        const ids = tokenizer.encodeIds(each, options);
        let healing = tokenizer.heal(each, options);
        const last = ids.at(-1) as number;
        if (healing.done) {
          expect([...healing.ids]).toEqual([...ids]);
          expect(healing.allowed()).toHaveLength(0);
          return;
        }
        expect([...healing.ids]).toEqual([...ids.slice(0, -1)]);
        expect(healing.allowed()).toContain(last);
        expect([...healing.next(last).ids]).toEqual([...ids]);
        expect(healing.next(last).done).toBe(true);
        const taken = Buffer.from(healing.prefix);
        let given = Buffer.alloc(0);
        for (const choice of choices) {
          if (healing.done) break;
          const allowed = healing.allowed();
          expect([...allowed]).toEqual(scan(healing));
          const id = allowed[choice % allowed.length] as number;
          given = Buffer.concat([given, contents.find(([other]) => other === id)?.[1] as Buffer]);
          healing = healing.next(id);
        }
        expect(startsWith(given, taken) || startsWith(taken, given)).toBe(true);
        if (healing.done) expect(startsWith(given, taken)).toBe(true);
      }),
      { seed, numRuns: 25 },
    );
  });

  it("takes nothing back from no text, or after a special token", () => {
    expect(tokenizer.heal("").done).toBe(true);
    expect([...tokenizer.heal("").ids]).toEqual([...tokenizer.encodeIds("")]);
    const token = tokenizer.idToToken([...special].at(-1) as number) as string;
    const after = tokenizer.heal(`x${token}`);
    expect(after.done).toBe(true);
    expect([...after.ids]).toEqual([...tokenizer.encodeIds(`x${token}`)]);
  });

  it("refuses what it doesn't allow", () => {
    const healing = tokenizer.heal("The li");
    const other = tokenizer.encodeIds("Z", { addSpecialTokens: false }).at(-1) as number;
    expect(() => healing.next(other)).toThrow(expect.objectContaining({ code: "ERR_ARGUMENT" }));
    for (const id of [-1, 0.5, Number.NaN, "1" as unknown as number]) {
      expect(() => healing.next(id)).toThrow(expect.objectContaining({ code: "ERR_ARGUMENT" }));
    }
    expect(() => healing.next(1e9)).toThrow(expect.objectContaining({ code: "ERR_UNKNOWN_TOKEN" }));
    for (const id of special) expect(() => healing.next(id)).toThrow();
  });
});
