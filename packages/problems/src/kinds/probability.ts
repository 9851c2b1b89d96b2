// Draws from a bag, with and without putting back.

import { Rational } from "../rational.js";
import { listed } from "../writing/names.js";
import { gcd } from "../writing/steps.js";
import type { Kind } from "./kind.js";

const COLOURS = ["red", "blue", "green", "yellow", "white", "black", "purple", "orange"];
const THINGS = [
  "balls",
  "marbles",
  "beads",
  "counters",
  "tokens",
  "buttons",
  "tickets",
  "stones",
  "chips",
];
const FORMS = [["one"], ["one", "not"], ["back", "not"], ["all", "back"], ["all", "each"]];
const SIZES = [20, 20, 20, 15, 20];

function reduction(top: number, bottom: number): string[] {
  const common = gcd(top, bottom);
  return common === 1 ? [] : [`${top}/${bottom} = ${Rational.of(top, bottom)}`];
}

export const probabilityKind: Kind = {
  name: "probability",
  about: "draws from a bag, with and without putting back",
  limits: { steps: 5, digits: 2 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const form = beyond === "longer" ? "all" : random.pick(FORMS[difficulty - 1] as string[]);
    const size = SIZES[difficulty - 1] as number;
    const count = () => (beyond === "larger" ? random.int(100, 400) : random.int(3, size));
    const draws =
      beyond === "longer"
        ? random.int(5, 6)
        : form === "back" || form === "all"
          ? random.int(2, difficulty > 3 ? 3 : 2)
          : form === "each"
            ? 2
            : 1;
    const bag = Array.from({ length: difficulty > 1 ? 3 : random.int(2, 3) }, count);
    if (beyond === "longer") bag[0] = random.int(6, size);
    const [first, second] = bag as [number, number];
    const total = bag.reduce((a, b) => a + b);
    // The colours that the question names come first, in one order; so do the others.
    const ascending = (counts: number[]) => counts.sort((a, b) => a - b);
    const named = form === "each" ? 2 : 1;
    const canonical = [...ascending(bag.slice(0, named)), ...ascending(bag.slice(named))];
    return {
      key: [form, draws, ...canonical],
      write(words) {
        const colours = words.sample(COLOURS, bag.length);
        const thing = words.pick(THINGS);
        const list = bag.map((n, i) => `${n} ${colours[i]}`);
        const all = `${listed(list)} ${thing}`;
        const has = words.pick([
          `A bag holds ${all}.`,
          `There are ${all} in a box.`,
          `A jar contains ${all}.`,
          `Somebody puts ${all} into a hat.`,
          `An urn is filled with ${all}.`,
        ]);
        const sum = `Total: ${bag.join(" + ")} = ${total}`;
        const single = thing.slice(0, -1);
        if (form === "one" || form === "not") {
          const top = form === "one" ? first : total - first;
          const not = form === "one" ? "" : "not ";
          const question = `${has} ${words.pick([
            `One is drawn at random. What is the probability that it is ${not}${colours[0]}?`,
            `What is the probability that a ${single} drawn at random is ${not}${colours[0]}?`,
            `Without looking, a child takes one. Find the probability that it is ${not}${colours[0]}.`,
            `How likely is it that a ${single} taken by chance is ${not}${colours[0]}, as a fraction?`,
          ])}`;
          const others = form === "one" ? [] : [`Others: ${total} - ${first} = ${top}`];
          const value = Rational.of(top, total);
          return {
            question,
            lines: [sum, ...others, `Probability: ${top} / ${total} = ${value}`],
            value,
          };
        }
        if (form === "each") {
          const top = 2 * first * second;
          const bottom = total * (total - 1);
          const question = `${has} ${words.pick([
            `Two are drawn without putting the first back. What is the probability that one is ${colours[0]} and the other ${colours[1]}?`,
            `What is the probability that two drawn together are one ${colours[0]} and one ${colours[1]}?`,
            `A child takes two at once. Find the probability of one ${colours[0]} and one ${colours[1]}.`,
          ])}`;
          const lines = [
            sum,
            `2 * (${first}/${total}) * (${second}/${total - 1}) = ${top}/${bottom}`,
            ...reduction(top, bottom),
          ];
          return { question, lines, value: Rational.of(top, bottom) };
        }
        const taken = form === "all" ? 1 : 0;
        let [top, bottom] = [first, total];
        const lines = [sum];
        for (let i = 1; i < draws; i++) {
          const [before, below] = [top, bottom];
          const [next, left] = [first - i * taken, total - i * taken];
          [top, bottom] = [top * next, bottom * left];
          lines.push(
            `(${before}/${below}) * (${next}/${left}) = ${top}/${bottom}`,
            ...reduction(top, bottom),
          );
          const common = gcd(top, bottom);
          [top, bottom] = [top / common, bottom / common];
        }
        const how =
          form === "all"
            ? words.pick(["without putting any back", "and none is put back"])
            : words.pick([
                "and each is put back before the next",
                "always putting the last one back",
              ]);
        const times = ["", "", "Two", "Three", "Four", "Five", "Six"][draws];
        const question = `${has} ${times} are drawn one after another, ${how}. ${words.pick([
          `What is the probability that all of them are ${colours[0]}?`,
          `Find the probability that every one is ${colours[0]}.`,
          `How likely is it that only ${colours[0]} ones are drawn, as a fraction?`,
        ])}`;
        return { question, lines, value: Rational.of(top, bottom) };
      },
    };
  },
};
