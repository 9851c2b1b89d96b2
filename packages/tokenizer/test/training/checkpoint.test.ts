import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { TokenizerDefinition } from "../../src/definition.js";
import type { TrainBpeOptions } from "../../src/training/options.js";
import { trainBpe } from "../../src/training/train-bpe.js";

const seed = 20260911;
const texts = Array.from(
  { length: 40 },
  (_, i) => `${i * 7919} the ${i}th of them is ${i ** 3}, théorème ${"ab".repeat(i % 5)} then\n`,
);
const options: TrainBpeOptions = { vocabularySize: 420, specialTokens: ["<s>"] };
const train = (more: Partial<TrainBpeOptions>, from: Iterable<string> = texts) =>
  trainBpe(from, { ...options, ...more });

const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("going on from a checkpoint", () => {
  it("comes to the same vocabulary wherever it was killed", async () => {
    const expected = await train({});
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 45 }), fc.integer({ min: 100, max: 120 })), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 1, max: 60 }),
        async (cuts, everyBytes, everyMerges) => {
          let saved: Uint8Array | undefined;
          // A cut below 100 kills while that text is read, one above at a save.
          const attempt = (cut: number): Promise<TokenizerDefinition> => {
            let saves = cut - 100;
            function* corpus() {
              for (const [i, text] of texts.entries()) {
                if (i === cut) throw new Error("killed");
                yield text;
              }
            }
            const save = (bytes: Uint8Array): void => {
              saved = bytes.slice();
              if (cut >= 100 && saves-- === 0) throw new Error("killed");
            };
            const checkpoint = { load: () => saved, save, everyBytes, everyMerges };
            return train({ checkpoint }, corpus());
          };
          for (const cut of cuts) await attempt(cut).catch(() => {});
          expect(await attempt(99)).toEqual(expected);
        },
      ),
      { seed, numRuns: 25 },
    );
  });

  it("does not read the corpus again once it is counted", async () => {
    let saved: Uint8Array | undefined;
    const checkpoint = {
      load: () => saved,
      save: (bytes: Uint8Array) => {
        saved = bytes;
      },
    };
    const expected = await train({ checkpoint });
    const unread = {
      [Symbol.iterator]: (): Iterator<string> => ({
        next: () => {
          throw new Error("read");
        },
      }),
    };
    expect(await train({ checkpoint }, unread)).toEqual(expected);
  });

  it("keeps it in a file, and leaves nothing else behind", async () => {
    const path = join(folder, "training");
    const expected = await train({ checkpoint: { path, everyMerges: 50 } });
    expect(readdirSync(folder)).toEqual(["training"]);
    expect(await train({ checkpoint: { path } }, [])).toEqual(expected);
  });

  it("says when the file can't be written", async () => {
    await expect(
      train({ checkpoint: { path: join(folder, "no", "where") } }),
    ).rejects.toMatchObject({
      code: "ERR_LOAD",
      message: expect.stringContaining("could not be written"),
    });
  });
});

describe("a checkpoint that can't be used", () => {
  const path = join(folder, "bad");
  const make = async (): Promise<Uint8Array> => {
    await train({ checkpoint: { path, everyMerges: 50 } });
    return new Uint8Array(readFileSync(path));
  };
  const refused = async (message: RegExp, more: Partial<TrainBpeOptions> = {}): Promise<void> => {
    await expect(train({ checkpoint: { path }, ...more })).rejects.toMatchObject({
      code: "ERR_TRAINING",
      message: expect.stringMatching(message),
    });
    rmSync(path);
  };

  it("is one of other settings", async () => {
    await make();
    await refused(/settings .*"vocabularySize":420.*"vocabularySize":421/, { vocabularySize: 421 });
  });

  it("is one that is cut off", async () => {
    writeFileSync(path, (await make()).subarray(0, -1));
    await refused(/header/);
    writeFileSync(path, new Uint8Array(10));
    await refused(/only 10 bytes/);
  });

  it("is one with any bit flipped", async () => {
    const bytes = await make();
    for (let at = 0; at < bytes.length; at += 211) {
      const flipped = bytes.slice();
      (flipped[at] as number) ^= 1 << (at % 8);
      writeFileSync(path, flipped);
      await refused(/can't be used/);
    }
  });

  it("is one of another corpus", async () => {
    let saved: Uint8Array | undefined;
    const checkpoint = {
      load: () => saved,
      save: (bytes: Uint8Array) => {
        saved = bytes;
        throw new Error("killed");
      },
      everyBytes: 100,
    };
    await expect(train({ checkpoint })).rejects.toThrow("killed");
    await expect(train({ checkpoint }, ["other", ...texts])).rejects.toMatchObject({
      code: "ERR_TRAINING",
      message: expect.stringContaining("not the same corpus"),
    });
    await expect(train({ checkpoint }, [])).rejects.toMatchObject({ code: "ERR_TRAINING" });
  });
});
