import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kinds, problem, problems, verify } from "../../../src/index.js";
import { READERS } from "../../../src/verify/stories/readers.js";
import { changes } from "../../support/mutate.js";

const seed = 20261126;

describe("readers of stories", () => {
  it("are there for every kind whose questions are no formulas", () => {
    const others = kinds.map(({ name }) => name).filter((name) => !READERS.has(name));
    expect(others).toEqual([
      "addition",
      "subtraction",
      "multiplication",
      "division",
      "order-of-operations",
      "fractions",
      "decimals",
      "linear-equation",
      "linear-system",
      "divisibility",
    ]);
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
    [
      "percentages",
      "The rent of a flat is 500. It rises by 10%, then falls by 20%. What is it at the end?",
      "440",
    ],
    ["percentages", "After a rise by 25% the price of a machine is 100. What was it before?", "80"],
    ["percentages", "Ana saves 30 of 120 dollars. What percentage of the money is saved?", "25"],
    [
      "ratios",
      "Ana, Ben and Mei share beads in the ratio 2:3:5. Mei gets 12 more than Ana. How many do they share in all?",
      "40",
    ],
    ["ratios", "If Ana and Ben have beads as 2:3 and Ana has 8, how many does Ben have?", "12"],
    ["ratios", "Ana and Ben split 50 beads in the ratio 2:3. How many are for Ana?", "20"],
    ["units", "Convert 2 hours and 5 minutes to minutes.", "125"],
    ["units", "How many minutes does a bus need for 15 miles at 20 miles per hour?", "45"],
    [
      "units",
      "In 1 hours and 30 minutes, a ship moves 45 miles. Find its average speed in miles per hour.",
      "30",
    ],
    [
      "averages",
      "The mean of 3 numbers is 10. All but one of them are 4 and 9. What is the missing number?",
      "17",
    ],
    [
      "averages",
      "There are groups of 2 and 3 runners, whose averages are 5 and 10 points. What is the average of all runners?",
      "8",
    ],
    ["averages", "Find the average of 1, 2 and 6.", "3"],
    [
      "geometry",
      "A rectangle has a perimeter of 20 feet and is 6 feet long. What is its area, in square feet?",
      "24",
    ],
    [
      "geometry",
      "Around a pool of 4 by 5 feet goes a path that is 1 feet wide. What is the area of the path, in square feet?",
      "22",
    ],
    ["geometry", "How long is the border of a rectangular room of 4 by 5 feet, in feet?", "18"],
    [
      "counting",
      "A team of 2 of 5 adults and 1 of 3 children is chosen. How many teams are possible?",
      "30",
    ],
    ["counting", "A lock has 2 wheels with 5 symbols each. How many settings does it have?", "25"],
    [
      "counting",
      "6 runners are in a race. In how many ways can the first 2 places be taken?",
      "30",
    ],
    ["counting", "In how many orders can Ana take 3 steps east and 2 steps north?", "10"],
    [
      "probability",
      "A bag holds 3 red and 7 blue beads. Two are drawn one after another, and none is put back. What is the probability that all of them are red?",
      "1/15",
    ],
    [
      "probability",
      "A bag holds 3 red and 7 blue beads. One is drawn at random. What is the probability that it is not red?",
      "7/10",
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
    ["percentages", "The price is 5 and stays. What is it now?"],
    ["ratios", "Ana and Ben share 5 beads. How many does Ana get?"],
    ["units", "How many litres are 5 metres?"],
    [
      "averages",
      "The mean of 4 numbers is 10. All but one of them are 4 and 9. What is the missing number?",
    ],
    ["geometry", "A rectangle is 5 by 6 feet. Is it blue?"],
    ["counting", "How many are 5 and 6?"],
    ["probability", "A bag holds 3 red beads. How likely is a blue one?"],
  ])("refuse what they don't understand: %s: %s", (kind, question) => {
    expect(() => READERS.get(kind)?.(question)).toThrow(SyntaxError);
  });

  it("lead to the answer in every split, and verify says so", { timeout: 120_000 }, () => {
    for (const [name, read] of READERS) {
      const { beyond = [] } = kinds.find((kind) => kind.name === name) ?? {};
      for (const split of ["train", "test", ...beyond] as const) {
        for (const made of problems({ seed: 3, split, kinds: [name], count: 500 })) {
          expect(`${made.question} ${read(made.question)}`).toBe(
            `${made.question} ${made.answer.value}`,
          );
        }
      }
    }
  });

  it("notice changed digits of a question whose solution stays consistent: 99 in 100, all that change the answer", {
    timeout: 120_000,
  }, () => {
    const any = fc.record({
      kind: fc.constantFrom(...READERS.keys()),
      index: fc.nat(1_000_000),
      by: fc.integer({ min: 1, max: 9 }),
    });
    let [changed, missed] = [0, 0];
    fc.assert(
      fc.property(any, ({ kind, index, by }) => {
        const made = problem(seed, "train", index, { kinds: [kind] });
        for (const question of changes(made.question, by)) {
          changed++;
          const [fault] = verify({ ...made, question });
          if (fault?.where === "question") continue;
          missed++; // 2 of 6 can be chosen in as many ways as 4 of 6
          expect(`${question} ${READERS.get(kind)?.(question)}`).toBe(
            `${question} ${made.answer.value}`,
          );
        }
      }),
      { seed, numRuns: 1000 },
    );
    expect(missed / changed).toBeLessThan(0.01);
  });
});
