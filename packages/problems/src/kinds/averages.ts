// Means of values, a value that a mean lets one find, and means of two groups together.

import { Rational } from "../rational.js";
import { PEOPLE } from "../writing/names.js";
import { addUp } from "../writing/steps.js";
import type { Kind } from "./kind.js";

const FORMS = [
  ["mean"],
  ["mean", "missing"],
  ["mean", "missing"],
  ["missing", "groups"],
  ["missing", "groups"],
];
const SIZES = [20, 40, 99, 300, 900];

export const averageKind: Kind = {
  name: "averages",
  about: "means, missing values, and means of two groups",
  limits: { steps: 5, digits: 3 },
  beyond: ["larger"],
  draw(random, difficulty, beyond) {
    const form = random.pick(FORMS[difficulty - 1] as string[]);
    const size = beyond === "larger" ? 90_000 : (SIZES[difficulty - 1] as number);
    const some = () => random.int(Math.ceil(size / 10), size);
    if (form === "groups") {
      const [first, second] = [random.int(2, 30), random.int(2, 30)];
      const means = [some(), some()] as const;
      return {
        key: [form, first, means[0], second, means[1]],
        write(words) {
          const sums = [first * means[0], second * means[1]] as const;
          const [total, count] = [sums[0] + sums[1], first + second];
          const value = Rational.of(total, count);
          const question = words.pick([
            `One group of ${first} children has a mean of ${means[0]} points, another group of ${second} has a mean of ${means[1]}. What is the mean of all of them?`,
            `In a game, ${first} players have ${means[0]} points on average and the other ${second} players have ${means[1]}. What is the average of all players?`,
          ]);
          const lines = [
            `First group: ${first} * ${means[0]} = ${sums[0]}`,
            `Second group: ${second} * ${means[1]} = ${sums[1]}`,
            `Total: ${sums[0]} + ${sums[1]} = ${total}`,
            `Number: ${first} + ${second} = ${count}`,
            `Mean: ${total} / ${count} = ${value}`,
          ];
          return { question, lines, value };
        },
      };
    }
    const count = Math.min(5, difficulty + 1 + random.int(0, 1));
    const values = Array.from({ length: count - 1 }, some);
    const known = values.reduce((a, b) => a + b);
    // The last value makes the mean a whole number.
    const mean = Math.ceil((known + 2) / count) + random.int(0, Math.ceil(size / 10));
    const last = mean * count - known;
    const whole = form === "missing" || random.chance(0.7);
    const all = [...values, whole ? last : last + 1];
    return {
      key:
        form === "mean"
          ? [form, ...[...all].sort((a, b) => a - b)]
          : [form, mean, ...[...values].sort((a, b) => a - b)],
      write(words) {
        const name = words.pick(PEOPLE);
        const list = (shown: readonly number[]) =>
          shown.length === 1
            ? `${shown[0]}`
            : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
        if (form === "mean") {
          const total = all.reduce((a, b) => a + b);
          const value = Rational.of(total, count);
          const question = words.pick([
            `What is the mean of ${list(all)}?`,
            `${name} scores ${list(all)} points in ${count} rounds. What is the average?`,
            `Find the average of ${list(all)}.`,
          ]);
          return {
            question,
            lines: [`Total: ${addUp(all)}`, `Mean: ${total} / ${count} = ${value}`],
            value,
          };
        }
        const question = words.pick([
          `The mean of ${count} numbers is ${mean}. All but one of them are ${list(values)}. What is the missing number?`,
          `${name} wants an average of ${mean} points in ${count} rounds and has ${list(values)} so far. How many points must the last round bring?`,
        ]);
        const lines = [
          `Total: ${count} * ${mean} = ${count * mean}`,
          ...(values.length > 1 ? [`Known: ${addUp(values)}`] : []),
          `Missing: ${count * mean} - ${known} = ${last}`,
        ];
        return { question, lines, value: Rational.of(last) };
      },
    };
  },
};
