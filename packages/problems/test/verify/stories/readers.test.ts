import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kinds, problem, problems, verify } from "../../../src/index.js";
import { READERS } from "../../../src/verify/stories/readers.js";
import { changes } from "../../support/mutate.js";

const seed = 20261126;

describe("readers of stories", () => {
  it("are there for every kind of word problems", () => {
    const stories = kinds.map(({ name }) => name).filter((name) => name.startsWith("word-"));
    expect([...READERS.keys()].sort()).toEqual(stories.sort());
  });

  it.each([
    [
      "word-relations",
      "Ana has 12 beads. Ana has half as many beads as Ben. For every 3 beads of Ben, Mei has one. Mei would need 5 more beads to have as many as Zoe. How many beads do they have altogether?",
      "57",
    ],
    [
      "word-events",
      "A shop has 90 mugs in stock. 3 customers buy 7 each. Then a third of them are sold. A lorry brings another 4. A new order makes the stock twice as large. How many mugs are there in the end?",
      "100",
    ],
    [
      "word-shopping",
      "Ana buys 3 caps at 2.50 dollars each and 2 mugs for 4 dollars apiece. There is a discount of 10%. Ana pays with 20 dollars. How many dollars does Ana get back?",
      "121/20",
    ],
    [
      "word-rates",
      "A mill has 3 machines, and each makes 20 sheets an hour. It works 4 hours a day for 2 days. The inspector rejects 30 of them. The rest go into packs that hold 9 each. A shop buys all packs and pays 5 dollars for each. How many dollars are earned in all?",
      "250",
    ],
    [
      "word-rates",
      "Ana drives for 2 hours at 50 kilometres per hour, and moves on at 80 kilometres per hour for 4 hours. At what average speed, in kilometres per hour, does Ana travel?",
      "70",
    ],
  ])("work out %s: %s", (kind, question, answer) => {
    expect(READERS.get(kind)?.(question).toString()).toBe(answer);
  });

  it.each([
    ["word-relations", "Ana has 12 beads. Ben paints 3 beads. How many beads has Ben?"],
    ["word-relations", "Ana has 12 beads. Mei has half as many beads as Ben. How many has Ana?"],
    ["word-relations", "Ana has 12 beads. How blue are they?"],
    ["word-events", "Ana has 12 beads. Ben admires 3 of them. How many are there in the end?"],
    ["word-events", "Ana has 12 beads. Ana loses 3 of them. How many did she have at first?"],
    ["word-shopping", "Ana buys 3 caps. How much is that in dollars?"],
    [
      "word-shopping",
      "Ana buys 3 caps at 2 dollars each. There is a discount of 10%. What is the change in dollars?",
    ],
    ["word-rates", "A mill can make 20 sheets in an hour. It is old. How many sheets are made?"],
    ["word-rates", ""],
  ])("refuse what they don't understand: %s: %s", (kind, question) => {
    expect(() => READERS.get(kind)?.(question)).toThrow(SyntaxError);
  });

  it("lead to the answer in every split, and verify says so", { timeout: 120_000 }, () => {
    for (const [name, read] of READERS) {
      for (const split of ["train", "test", "longer", "larger"] as const) {
        for (const made of problems({ seed: 3, split, kinds: [name], count: 1000 })) {
          expect(`${made.question} ${read(made.question)}`).toBe(
            `${made.question} ${made.answer.value}`,
          );
        }
      }
    }
  });

  it("notice every changed digit of a story, though the solution stays consistent", {
    timeout: 120_000,
  }, () => {
    const any = fc.record({
      kind: fc.constantFrom(...READERS.keys()),
      index: fc.nat(1_000_000),
      by: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(any, ({ kind, index, by }) => {
        const made = problem(seed, "train", index, { kinds: [kind] });
        for (const question of changes(made.question, by)) {
          const [fault] = verify({ ...made, question });
          if (fault?.where !== "question") throw new Error(`not found: ${question}`);
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});
