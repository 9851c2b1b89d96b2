// Sharing in a ratio, and amounts that stand in a ratio.

import { Rational } from "../rational.js";
import { listed, PEOPLE } from "../writing/names.js";
import type { Kind } from "./kind.js";

const SIZES = [6, 9, 12, 15, 20];
const AMOUNTS = [30, 50, 90, 200, 400];

export const ratioKind: Kind = {
  name: "ratios",
  about: "sharing in a ratio, and amounts that stand in one",
  limits: { steps: 3, digits: 5 },
  beyond: ["larger"],
  draw(random, difficulty, beyond) {
    const size = SIZES[difficulty - 1] as number;
    const unit =
      beyond === "larger"
        ? random.digits(random.int(6, 7))
        : random.int(3, AMOUNTS[difficulty - 1] as number);
    const form = random.pick(["share", "other", "difference"]);
    const parts = Array.from({ length: difficulty > 3 && form !== "other" ? 3 : 2 }, () =>
      random.int(1, size),
    );
    if (parts[0] === parts[1]) parts[1] = (parts[1] as number) + 1;
    const [first, second] = parts as [number, number];
    const total = parts.reduce((a, b) => a + b);
    return {
      key: [form, unit, ...parts],
      write(words) {
        const people = words.sample(PEOPLE, parts.length);
        const together = listed(people);
        const ratio = parts.join(":");
        const what = words.pick([
          "dollars",
          "grams of flour",
          "points",
          "beads",
          "hectares of land",
          "stamps",
          "litres of cider",
          "bricks",
          "pages to read",
          "shares of a company",
        ]);
        const sum = `Parts: ${parts.join(" + ")} = ${total}`;
        if (form === "share") {
          const question = words.pick([
            `${together} share ${total * unit} ${what} in the ratio ${ratio}. How many does ${people[1]} get?`,
            `${total * unit} ${what} are divided among ${together} in the ratio ${ratio}. What is the share of ${people[1]}?`,
            `In the ratio ${ratio}, ${together} split ${total * unit} ${what}. How many are for ${people[1]}?`,
            `${together} agree to divide ${total * unit} ${what} as ${ratio}. How many go to ${people[1]}?`,
          ]);
          const lines = [
            sum,
            `One part: ${total * unit} / ${total} = ${unit}`,
            `${second} * ${unit} = ${second * unit}`,
          ];
          return { question, lines, value: Rational.of(second * unit) };
        }
        if (form === "other") {
          const question = words.pick([
            `The shares of ${together} are in the ratio ${ratio}. ${people[0]} has ${first * unit} ${what}. How many does ${people[1]} have?`,
            `${together} have ${what} in the ratio ${ratio}, and ${people[0]} has ${first * unit} of them. How many has ${people[1]}?`,
            `If ${together} have ${what} as ${ratio} and ${people[0]} has ${first * unit}, how many does ${people[1]} have?`,
            `For every ${first} ${what} of ${people[0]} there are ${second} of ${people[1]}. ${people[0]} has ${first * unit}. How many belong to ${people[1]}?`,
          ]);
          const lines = [
            `One part: ${first * unit} / ${first} = ${unit}`,
            `${second} * ${unit} = ${second * unit}`,
          ];
          return { question, lines, value: Rational.of(second * unit) };
        }
        const [more, less] = first > second ? [0, 1] : [1, 0];
        const [high, low] = [parts[more] as number, parts[less] as number];
        const question = words.pick([
          `${together} share ${what} in the ratio ${ratio}. ${people[more]} gets ${(high - low) * unit} more than ${people[less]}. How many do they share in all?`,
          `Some ${what} are split in the ratio ${ratio} among ${together}. ${people[more]} has ${(high - low) * unit} more than ${people[less]}. How many are there altogether?`,
          `${together} divide their ${what} as ${ratio}, so that ${people[more]} has ${(high - low) * unit} more than ${people[less]}. What is the total?`,
        ]);
        const lines = [
          `Parts more: ${high} - ${low} = ${high - low}`,
          `One part: ${(high - low) * unit} / ${high - low} = ${unit}`,
          `(${parts.join(" + ")}) * ${unit} = ${total * unit}`,
        ];
        return { question, lines, value: Rational.of(total * unit) };
      },
    };
  },
};
