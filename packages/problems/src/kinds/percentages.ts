// Parts of a hundred: shares, increases and decreases, and back from them.

import type { Difficulty } from "../problem.js";
import type { Random } from "../random.js";
import { Rational } from "../rational.js";
import { PEOPLE } from "../writing/names.js";
import type { Beyond, Kind } from "./kind.js";

const STEPS = [10, 5, 5, 1, 1];

/** An amount of which the parts are whole numbers, except for shares in the harder problems. */
function amount(
  random: Random,
  difficulty: Difficulty,
  form: string,
  count: number,
  beyond: Beyond,
): number {
  if (beyond === "larger") return 100 * random.digits(random.int(4, 5));
  if (form === "chain") return count > 3 ? 10_000 * random.int(2, 9) : 1000 * random.int(2, 99);
  if (difficulty < 4) return 20 * random.int(2, difficulty < 3 ? 99 : 199);
  return form === "share" ? random.int(2, 9999) : 100 * random.int(2, 299);
}

export const percentKind: Kind = {
  name: "percentages",
  about: "shares, increases, decreases and original amounts",
  limits: { steps: 3, digits: 5 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const step = STEPS[difficulty - 1] as number;
    // A multiple of 100 / step, so that amounts stay whole in the easier problems.
    const forms =
      difficulty < 3 ? ["share", "part"] : ["share", "part", "more", "less", "original"];
    const form = beyond === "longer" ? "chain" : random.pick(forms);
    const count = form === "chain" ? random.int(3, 4) : 1;
    const rates = Array.from({ length: count }, () =>
      form === "chain" ? 10 * random.int(1, 5) : step * random.int(1, Math.floor(99 / step)),
    );
    const value = amount(random, difficulty, form, count, beyond);
    const rises = rates.map(() => random.chance(0.5));
    const percent = rates[0] as number;
    return {
      key: [form, value, ...rates, ...(form === "chain" ? rises.map(String) : [])],
      write(words) {
        const share = Rational.of(value * percent, 100);
        const name = words.pick(PEOPLE);
        const thing = words.pick([
          "population of a town",
          "price of a machine",
          "number of visitors of a museum",
          "value of a painting",
          "number of trees in a forest",
          "rent of a flat",
          "weight of a ship's load",
          "circulation of a newspaper",
          "number of bees in a hive",
          "income of a theatre",
        ]);
        if (form === "share") {
          const lines = [
            `${percent}% = ${percent} / 100`,
            `${percent} * ${value} = ${percent * value}`,
            `${percent * value} / 100 = ${share}`,
          ];
          const question = words.pick([
            `What is ${percent}% of ${value}?`,
            `Calculate: how much is ${percent}% of ${value}?`,
            `Find ${percent}% of ${value}.`,
            `Of ${value} seats in a hall, ${percent}% are taken. How many seats is that?`,
            `${name} has to pay ${percent}% of ${value} dollars. How many dollars is that?`,
          ]);
          return { question, lines, value: share };
        }
        if (form === "part") {
          // The other way round: which percentage is the share?
          const lines = [
            `${share} / ${value} = ${Rational.of(percent, 100)}`,
            `${Rational.of(percent, 100)} * 100 = ${percent}`,
          ];
          const question = words.pick([
            `What percentage of ${value} is ${share}?`,
            `${name} has answered ${share} of ${value} questions of a survey. What percentage is that?`,
            `${share} is how many percent of ${value}?`,
            `Of ${value} trees, ${share} are in bloom. How many percent is that?`,
            `${name} saves ${share} of ${value} dollars. What percentage of the money is saved?`,
          ]);
          return { question, lines, value: Rational.of(percent) };
        }
        if (form === "more" || form === "less") {
          const sign = form === "more" ? "+" : "-";
          const hundred = form === "more" ? 100 + percent : 100 - percent;
          const result = Rational.of(value * hundred, 100);
          const change =
            form === "more"
              ? words.pick(["rises", "grows", "increases"])
              : words.pick(["falls", "drops", "decreases"]);
          const lines = [
            `Percent of before: 100 ${sign} ${percent} = ${hundred}`,
            `${hundred} * ${value} = ${hundred * value}`,
            `${hundred * value} / 100 = ${result}`,
          ];
          const question = words.pick([
            `The ${thing} is ${value} and ${change} by ${percent}%. What is it now?`,
            `The ${thing} ${change} by ${percent}% from ${value}. To what?`,
            `What is the ${thing} if it was ${value} and ${change} by ${percent}%?`,
            `In a year, the ${thing} ${change} by ${percent}%. It was ${value} before. What is it afterwards?`,
          ]);
          return { question, lines, value: result };
        }
        if (form === "original") {
          const after = Rational.of(value * (100 + percent), 100);
          const lines = [
            `Percent of before: 100 + ${percent} = ${100 + percent}`,
            `One percent: ${after} / ${100 + percent} = ${Rational.of(value, 100)}`,
            `${Rational.of(value, 100)} * 100 = ${value}`,
          ];
          const question = words.pick([
            `After a rise by ${percent}% the ${thing} is ${after}. What was it before?`,
            `The ${thing} has risen by ${percent}% to ${after}. What was it at first?`,
            `The ${thing} is ${after}, which is ${percent}% more than a year ago. What was it then?`,
            `An increase of ${percent}% brings the ${thing} to ${after}. Find what it was before.`,
          ]);
          return { question, lines, value: Rational.of(value) };
        }
        let current = Rational.of(value);
        const lines = rates.flatMap((one, i) => {
          const [before, hundred] = [current, rises[i] ? 100 + one : 100 - one];
          current = current.multiply(Rational.of(hundred, 100));
          const line = before.isInteger ? `${before}` : `(${before})`;
          return [
            `Percent of before: 100 ${rises[i] ? "+" : "-"} ${one} = ${hundred}`,
            `${line} * ${hundred} / 100 = ${current}`,
          ];
        });
        const changes = rates
          .map((one, i) => `${rises[i] ? "rises" : "falls"} by ${one}%`)
          .join(", then ");
        return {
          question: `The ${thing} is ${value}. It ${changes}. What is it at the end?`,
          lines,
          value: current,
        };
      },
    };
  },
};
