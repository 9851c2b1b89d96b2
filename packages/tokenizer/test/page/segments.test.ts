// How tokens and numbers are laid over a text.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layOut, type Run } from "../../page/segments.js";

const SEED = 20;

function lay(text: string, tokens: [number, number][], numbers: [number, number][] = []): Run[] {
  const starts = Int32Array.from(tokens, ([start]) => start);
  const ends = Int32Array.from(tokens, ([, end]) => end);
  const spans = numbers.map(([start, end]) => ({ start, end }));
  return layOut(text, { starts, ends }, spans, true);
}

const texts = (runs: Run[]) =>
  runs.map(({ segments }) => segments.map(({ text }) => text).join("|"));
const tokensOf = (runs: Run[]) => runs.map(({ first, end }) => [first, end]);

describe("layOut", () => {
  it("gives each token the text that it covers", () => {
    const runs = lay("a bc", [
      [0, 1],
      [1, 4],
    ]);
    expect(texts(runs)).toEqual(["a", " bc"]);
    expect(runs.flatMap(({ segments }) => segments.map(({ number }) => number))).toEqual([-1, -1]);
  });

  it("cuts tokens where a number begins and ends within them", () => {
    const runs = lay(
      "x12y",
      [
        [0, 2],
        [2, 4],
      ],
      [[1, 3]],
    );
    expect(texts(runs)).toEqual(["x|1", "2|y"]);
    expect(runs[0]?.segments[1]).toMatchObject({ number: 0, opens: true, closes: false });
    expect(runs[1]?.segments[0]).toMatchObject({ number: 0, opens: false, closes: true });
  });

  it("puts tokens that share a character together", () => {
    const runs = lay("a🍎b", [
      [0, 1],
      [1, 3],
      [1, 3],
      [3, 4],
    ]);
    expect(texts(runs)).toEqual(["a", "🍎", "b"]);
    expect(tokensOf(runs)).toEqual([
      [0, 1],
      [1, 3],
      [3, 4],
    ]);
  });

  it("keeps text that no token covers", () => {
    const runs = lay(" a b ", [
      [1, 2],
      [3, 4],
    ]);
    expect(texts(runs)).toEqual([" ", "a", " ", "b", " "]);
    expect(tokensOf(runs)).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 2],
      [2, 2],
    ]);
  });

  it("keeps tokens that no text gave", () => {
    const runs = lay("ab", [
      [0, 0],
      [0, 2],
      [0, 0],
    ]);
    expect(texts(runs)).toEqual(["", "ab", ""]);
  });

  it("has nothing for nothing", () => {
    expect(lay("", [])).toEqual([]);
  });

  it("gives back all of the text and every token once, whatever the spans are", () => {
    const spans = fc.array(fc.tuple(fc.nat(30), fc.nat(6)), { maxLength: 12 });
    const inOrder = (all: [number, number][]) => all.sort(([a], [b]) => a - b);
    fc.assert(
      fc.property(
        fc.string({ minLength: 0, maxLength: 30 }),
        spans,
        spans,
        (text, some, others) => {
          const clip = (at: number) => Math.min(at, text.length);
          const tokens = some.map(([at, n]): [number, number] => [clip(at), clip(at + n)]);
          const numbers: [number, number][] = [];
          for (const [at, n] of inOrder(others)) {
            if (at >= (numbers.at(-1)?.[1] ?? 0) && n > 0 && at + n <= text.length) {
              numbers.push([at, at + n]);
            }
          }
          const runs = lay(text, inOrder(tokens), numbers);
          const segments = runs.flatMap((run) => run.segments);
          expect(segments.map((segment) => segment.text).join("")).toBe(text);
          const covered = runs.flatMap(({ first, end }) =>
            Array.from({ length: end - first }, (_, i) => first + i),
          );
          expect(covered).toEqual(tokens.map((_, i) => i));
          for (const [i, [start, end]] of numbers.entries()) {
            const own = segments.filter(({ number }) => number === i);
            expect(own.map((segment) => segment.text).join("")).toBe(text.slice(start, end));
            expect(own.at(0)?.opens && own.at(-1)?.closes).toBe(true);
          }
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });
});
