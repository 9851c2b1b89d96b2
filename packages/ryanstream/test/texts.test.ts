import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completionOutput } from "../src/cli/completions.js";
import { editDistance, nearest } from "../src/cli/nearest.js";
import { OrderedTexts } from "../src/cli/ordered-texts.js";
import { table } from "../src/cli/table.js";
import { bytesText, countText, millisecondsText } from "../src/cli/units.js";
import { cut, printable, visible } from "../src/cli/visible.js";

const seed = 20260101;

describe("texts of completions", () => {
  const terminal = (write: (text: string) => Promise<void>) => ({
    json: false,
    writeText: write,
    writeJson: async () => {},
  });

  it("have titles where they are several", async () => {
    for (const n of [1, 2]) {
      let out = "";
      const output = await completionOutput(
        terminal(async (text) => {
          out += text;
        }),
        n,
      );
      expect(out).toBe(n === 1 ? "" : "--- 1 of 2 ---\n");
      const end = { tokens: [], finishReason: "stop", stoppedBy: 0, seed: 0 };
      for (let index = n - 1; index >= 0; index--) {
        await output.token(index, 5, `text ${index}`);
        await output.end(index, { ...end, text: `text ${index}` });
      }
      const whole = "--- 1 of 2 ---\ntext 0\n--- 2 of 2 ---\ntext 1\n";
      expect(out).toBe(n === 1 ? "text 0\n" : whole);
    }
  });

  it("are refused at once where nothing can be written", async () => {
    const gone = new Error("nobody reads it");
    const output = completionOutput(
      terminal(() => Promise.reject(gone)),
      2,
    );
    await expect(output).rejects.toBe(gone);
  });
});

describe("ordered texts", () => {
  it("come out one after another whatever the order in which they grow", async () => {
    const parts = fc.array(fc.tuple(fc.nat(3), fc.string({ maxLength: 3 })), { maxLength: 40 });
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    await fc.assert(
      fc.asyncProperty(parts, order, async (added, ends) => {
        let out = "";
        const texts = new OrderedTexts(async (text) => {
          out += text;
        });
        const whole = ["", "", "", ""];
        for (const [index, text] of added) {
          whole[index] += text;
          await texts.add(index, text);
          // The first that isn't over is written as it grows.
          expect(out).toBe(whole[0]);
        }
        for (const index of ends) await texts.end(index, `|${index}\n`);
        expect(out).toBe(whole.map((text, i) => `${text}|${i}\n`).join(""));
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe("the nearest name", () => {
  const distance = (a: string, b: string): number => {
    if (a === "" || b === "") return a.length + b.length;
    const [x, y] = [a.slice(1), b.slice(1)];
    const replaced = distance(x, y) + (a[0] === b[0] ? 0 : 1);
    const swapped =
      a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0]
        ? distance(a.slice(2), b.slice(2)) + 1
        : Infinity;
    return Math.min(distance(x, b) + 1, distance(a, y) + 1, replaced, swapped);
  };

  it("is measured by the fewest changes", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(distance(a, b));
      }),
      { seed, numRuns: 300 },
    );
  });

  it.each([
    ["tempreature", "temperature"],
    ["temp", "temperature"],
    ["topk", "top-k"],
    ["zzzzzz", undefined],
    ["t", undefined],
    ["x".repeat(100_000), undefined],
  ])("of %.20s is %s", (word, name) => {
    expect(nearest(word, ["temperature", "top-k", "stop"])).toBe(name);
  });
});

describe("text for terminals", () => {
  it("has no character that a terminal would obey", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { seed, numRuns: 300 },
    );
    expect(visible("a\tb\x1b[31m\u202e")).toBe("a\\tb\\u{1b}[31m\\u{202e}");
  });

  it("of many lines keeps those", () => {
    expect(printable("a\r\n\tb\x1b]0;title\x07\u0085c")).toBe("a\n\tb]0;titlec");
  });

  it("is cut by characters", () => {
    expect(cut("\u{1f642}\u{1f642}\u{1f642}", 2)).toBe("\u{1f642}…");
    expect(cut("abc", 3)).toBe("abc");
  });

  it("stands in columns, colours not counted", () => {
    const columns = [{ title: "name" }, { title: "n", align: "right" } as const];
    expect(
      table(columns, [
        ["\x1b[1ma\x1b[22m", "1"],
        ["bcdef", "10"],
      ]),
    ).toEqual(["name    n", "\x1b[1ma\x1b[22m       1", "bcdef  10"]);
    expect(table(columns, [])).toEqual(["name  n"]);
  });
});

it.each([
  [bytesText(0), "0 B"],
  [bytesText(999), "999 B"],
  [bytesText(1000), "1.00 kB"],
  [bytesText(531_000_000), "531 MB"],
  [bytesText(4e15), "4000 TB"],
  [countText(896), "896"],
  [countText(494_032_768), "494 M"],
  [millisecondsText(12.34), "12.3 ms"],
  [millisecondsText(2350), "2.35 s"],
])("%s is %s", (found, expected) => {
  expect(found).toBe(expected);
});
