import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Tokenizer as Core } from "../../src/core.js";
import { Tokenizer } from "../../src/index.js";
import { vocabularyFile } from "../support/oracle.js";
import { hostileText } from "../support/texts.js";
import { seed } from "./support.js";

describe.each(["qwen2_5", "llama2"] as const)("the core with %s", (name) => {
  let core: Core;
  let whole: Tokenizer;
  beforeAll(async () => {
    core = await Core.load(vocabularyFile(name));
    whole = await Tokenizer.load(vocabularyFile(name));
  });

  it("gives what the whole gives: ids, spans, counts, streams, text", () => {
    fc.assert(
      fc.property(hostileText(), fc.nat(12), (text, limit) => {
        const ids = whole.encodeIds(text);
        expect(core.encodeIds(text)).toEqual(ids);
        expect(core.decode(ids)).toBe(whole.decode(ids));
        expect(core.countUpTo(text, limit)).toBe(whole.countUpTo(text, limit));
        const [short, stream] = [core.truncate(text, limit), core.encodeStream()];
        expect(text.startsWith(short)).toBe(true);
        expect(core.count(short, { addSpecialTokens: false })).toBeLessThanOrEqual(limit);
        expect([...stream.push(text), ...stream.end()]).toEqual([...ids]);
        const starts = () => core.encode(text).starts;
        const isChanged = name === "qwen2_5" && text.normalize("NFC") !== text;
        if (isChanged) expect(starts).toThrow(expect.objectContaining({ code: "ERR_UNSUPPORTED" }));
        else expect(starts()).toEqual(whole.encode(text).starts);
      }),
      { seed, numRuns: 60 },
    );
  });

  it("says what it lacks and where that is", () => {
    for (const more of [
      () => core.encode("a").wordIds,
      () => core.encode("a", { pair: "b" }),
      () => core.encode("a", { truncation: { maxLength: 1 } }),
      () => core.compile(),
      () => core.heal("a"),
    ]) {
      expect(more).toThrow(
        expect.objectContaining({
          code: "ERR_UNSUPPORTED",
          message: expect.stringContaining("@ryanstream/tokenizer"),
        }),
      );
    }
  });
});

it("the core refuses definitions of other models", async () => {
  const wordLevel = {
    model: { type: "WordLevel", vocab: { a: 0, "[UNK]": 1 }, unk_token: "[UNK]" },
  };
  await expect(Core.load(wordLevel)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
});
