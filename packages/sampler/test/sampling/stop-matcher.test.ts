// Stop strings over any borders, against the whole text.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StopMatcher } from "../../src/index.js";

const seed = 20261202;
const word = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 });
const text = word.map((all) => all.join(""));

/** What comes before the stop string that is complete first, of several the longest. */
function expected(whole: string, stops: readonly string[]) {
  for (let end = 1; end <= whole.length; end++) {
    const found = stops.filter((stop) => whole.slice(0, end).endsWith(stop));
    if (found.length > 0) {
      const longest = found.reduce((a, b) => (b.length > a.length ? b : a));
      return { text: whole.slice(0, end - longest.length), stoppedBy: longest };
    }
  }
  return { text: whole, stoppedBy: undefined };
}

describe("a stop matcher", () => {
  it("gives the text up to the first stop string, however it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 12 }),
        fc.array(text, { maxLength: 4 }),
        (parts, stops) => {
          const matcher = new StopMatcher(stops);
          const all = parts.map((part) => matcher.push(part)).join("") + matcher.end();
          expect({ text: all, stoppedBy: matcher.stoppedBy }).toEqual(
            expected(parts.join(""), stops),
          );
        },
      ),
      { seed, numRuns: 2000 },
    );
  });

  it("holds back no more than could begin a stop string", () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 12 }),
        fc.array(text, { maxLength: 4 }),
        (parts, stops) => {
          const matcher = new StopMatcher(stops);
          let whole = "";
          for (const part of parts) {
            whole += part;
            matcher.push(part);
            if (matcher.stoppedBy !== undefined) return;
            const { held } = matcher;
            expect(held === "" || stops.some((stop) => stop.startsWith(held))).toBe(true);
            expect(whole.endsWith(held)).toBe(true);
          }
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it("goes back to any mark", () => {
    const texts = fc.array(text, { maxLength: 8 });
    fc.assert(
      fc.property(
        texts,
        texts,
        texts,
        fc.array(text, { maxLength: 4 }),
        (before, lost, after, stops) => {
          const matcher = new StopMatcher(stops);
          const begin = before.map((part) => matcher.push(part)).join("");
          const mark = matcher.mark();
          for (const part of lost) matcher.push(part);
          matcher.end();
          matcher.rollback(mark);
          const rest = after.map((part) => matcher.push(part)).join("") + matcher.end();
          const whole = [...before, ...after].join("");
          expect({ text: begin + rest, stoppedBy: matcher.stoppedBy }).toEqual(
            expected(whole, stops),
          );
        },
      ),
      { seed, numRuns: 1000 },
    );
  });
});
