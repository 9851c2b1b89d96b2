// Means of values, a value that a mean lets one find, and means of groups together.

import { Rational } from "../rational.js";
import { listed, PEOPLE } from "../writing/names.js";
import { addUp } from "../writing/steps.js";
import type { Drawn, Kind } from "./kind.js";

const FORMS = [
  ["mean"],
  ["mean", "missing"],
  ["mean", "missing"],
  ["missing", "groups"],
  ["missing", "groups"],
];
const SIZES = [40, 60, 99, 300, 900];

const ORDER = ["First", "Second", "Third", "Fourth"];

function averageOfGroups(groups: readonly (readonly [count: number, mean: number])[]): Drawn {
  const sums = groups.map(([count, mean]) => count * mean);
  const total = sums.reduce((a, b) => a + b);
  const count = groups.reduce((all, [one]) => all + one, 0);
  const value = Rational.of(total, count);
  return {
    key: ["groups", ...groups.map((group) => group.join(" of ")).sort()],
    write(words) {
      const who = words.pick(["children", "players", "runners", "students"]);
      const told = (way: (count: number, mean: number, i: number) => string) =>
        listed(groups.map(([count, mean], i) => way(count, mean, i)));
      const question = words.pick([
        `One group of ${told((n, mean, i) => (i === 0 ? `${n} ${who} has a mean of ${mean} points` : `another group of ${n} one of ${mean}`))}. What is the mean of all of them?`,
        `In a game, ${told((n, mean, i) => (i === 0 ? `${n} ${who} have ${mean} points on average` : `${n} others have ${mean}`))}. What is the average of all?`,
        `There are groups of ${told((n) => `${n}`)} ${who}, whose averages are ${told((_, mean) => `${mean}`)} points. What is the average of all ${who}?`,
      ]);
      const lines = [
        ...groups.map(([n, mean], i) => `${ORDER[i]} group: ${n} * ${mean} = ${sums[i]}`),
        ...addUp("Total", sums),
        ...addUp(
          "Number",
          groups.map(([n]) => n),
        ),
        `Mean: ${total} / ${count} = ${value}`,
      ];
      return { question, lines, value };
    },
  };
}

export const averageKind: Kind = {
  name: "averages",
  about: "means, missing values, and means of groups",
  limits: { steps: 5, digits: 3 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const form = beyond === "longer" ? "groups" : random.pick(FORMS[difficulty - 1] as string[]);
    const size = beyond === "larger" ? 90_000 : (SIZES[difficulty - 1] as number);
    const some = () => random.int(Math.ceil(size / 10), size);
    if (form === "groups") {
      const groups = Array.from(
        { length: beyond === "longer" ? random.int(3, 4) : 2 },
        () => [random.int(2, 30), some()] as const,
      );
      return averageOfGroups(groups);
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
        if (form === "mean") {
          const total = all.reduce((a, b) => a + b);
          const value = Rational.of(total, count);
          const question = words.pick([
            `What is the mean of ${listed(all)}?`,
            `${name} scores ${listed(all)} points in ${count} rounds. What is the average?`,
            `Find the average of ${listed(all)}.`,
            `On ${count} days, ${name} sells ${listed(all)} tickets. How many is that a day on average?`,
            `The results of ${count} tests are ${listed(all)}. What is their mean?`,
          ]);
          return {
            question,
            lines: [...addUp("Total", all), `Mean: ${total} / ${count} = ${value}`],
            value,
          };
        }
        const question = words.pick([
          `The mean of ${count} numbers is ${mean}. All but one of them are ${listed(values)}. What is the missing number?`,
          `${name} wants an average of ${mean} points in ${count} rounds and has ${listed(values)} so far. How many points must the last round bring?`,
          `The average of ${count} values is ${mean}, and all except one are known: ${listed(values)}. Find the unknown one.`,
          `In ${count} games, ${name} scores ${mean} points on average: ${listed(values)} before the last game. How many in the last one?`,
        ]);
        const lines = [
          `Total: ${count} * ${mean} = ${count * mean}`,
          ...addUp("Known", values),
          `Missing: ${count * mean} - ${known} = ${last}`,
        ];
        return { question, lines, value: Rational.of(last) };
      },
    };
  },
};
