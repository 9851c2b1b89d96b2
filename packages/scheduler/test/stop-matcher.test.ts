// Stop strings, against looking for them in the whole text.

import fc from "fast-check";
import { expect, it } from "vitest";
import { StopMatcher } from "../src/generation/stop-matcher.js";

const letters = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 6 });

/** The first place where a stop string is complete; of several, the longest. */
function naive(text: string, stops: readonly string[]) {
  for (let end = 1; end <= text.length; end++) {
    const complete = stops.filter((stop) => text.slice(0, end).endsWith(stop));
    const stop = complete.sort((a, b) => b.length - a.length)[0];
    if (stop !== undefined) return { text: text.slice(0, end - stop.length), stop };
  }
  return { text, stop: undefined };
}

it("finds the end of a text however it arrives, and holds back no more than it must", () => {
  fc.assert(
    fc.property(
      fc.array(letters, { minLength: 1, maxLength: 4 }),
      fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 }), {
        maxLength: 12,
      }),
      (stops, parts) => {
        const matcher = new StopMatcher(stops);
        const expected = naive(parts.join(""), stops);
        let [given, arrived] = ["", ""];
        for (const part of parts) {
          given += matcher.push(part);
          arrived += part;
          if (matcher.stopped !== undefined) break;
          const held = arrived.slice(given.length);
          const open = stops.filter((stop) => held !== "" && stop.startsWith(held));
          expect(held === "" || open.length > 0).toBe(true);
          const longest = Math.max(
            0,
            ...stops.flatMap((stop) =>
              Array.from({ length: stop.length }, (_, n) =>
                arrived.endsWith(stop.slice(0, n)) ? n : 0,
              ),
            ),
          );
          expect(held.length).toBe(longest);
        }
        given += matcher.end();
        expect({ text: given, stop: matcher.stopped }).toEqual(expected);
        if (matcher.stopped !== undefined) expect(matcher.push("abc")).toBe("");
      },
    ),
    { seed: 20260204, numRuns: 2000 },
  );
});

it("takes time linear in the text, whatever the stop string", () => {
  const matcher = new StopMatcher([`${"a".repeat(50_000)}b`]);
  const began = performance.now();
  let given = 0;
  for (let i = 0; i < 100; i++) given += matcher.push("a".repeat(1000)).length;
  expect(given + matcher.end().length).toBe(100_000);
  expect(performance.now() - began).toBeLessThan(2000);
});
