// Products of choices, arrangements, selections and paths.

import { Rational } from "../rational.js";
import { listed, OBJECTS, PEOPLE } from "../writing/names.js";
import type { Kind } from "./kind.js";

const falling = (n: number, k: number) => Array.from({ length: k }, (_, i) => n - i);
const product = (values: readonly number[]) => values.reduce((a, b) => a * b, 1);

/** Multiplies one after another, a line each. */
function multiplied(values: readonly number[]): string[] {
  let total = values[0] ?? 1;
  return values.slice(1).map((value) => {
    const before = total;
    total *= value;
    return `${before} * ${value} = ${total}`;
  });
}

/** The number of ways to select k of n. */
function selection(n: number, k: number): { value: number; lines: string[] } {
  const [top, bottom] = [falling(n, k), falling(k, k)];
  const value = product(top) / product(bottom);
  const lines = [
    `${top.join(" * ")} = ${product(top)}`,
    `${bottom.join(" * ")} = ${product(bottom)}`,
    `${product(top)} / ${product(bottom)} = ${value}`,
  ];
  return { value, lines };
}

const FORMS = [
  ["choices"],
  ["choices", "codes"],
  ["arrange", "codes", "choices"],
  ["select", "paths", "arrange", "two"],
  ["two", "paths", "select"],
];
const MENUS = [
  ["starters", "soups", "main courses", "desserts", "drinks"],
  ["hats", "scarves", "jackets", "shirts", "trousers"],
  ["engines", "seats", "wheels", "colours", "radios"],
  ["poems", "songs", "dances", "plays", "films"],
];

export const countingKind: Kind = {
  name: "counting",
  about: "choices, arrangements, selections and lattice paths",
  limits: { steps: 7, digits: 2 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const form =
      beyond === "longer"
        ? "form"
        : beyond
          ? random.pick(["select", "arrange"])
          : random.pick(FORMS[difficulty - 1] as string[]);
    const large = beyond === "larger";
    const n = large ? random.int(100, 300) : random.int(5, 18 + 6 * difficulty);
    const k = large ? random.int(2, 3) : random.int(2, difficulty > 3 ? 4 : 3);
    const other = random.int(4, 20);
    const few = random.int(2, 3);
    const length =
      form === "form"
        ? random.int(9, 10)
        : difficulty === 1
          ? random.int(2, 3)
          : random.int(3, difficulty === 3 ? 5 : 4);
    const options = Array.from({ length }, () =>
      random.int(2, form === "form" ? 5 : 24 - 4 * difficulty),
    );
    const [right, up] = [random.int(2, 20), random.int(2, 4)];
    const ordered = [...options].sort((a, b) => a - b);
    const keys: Record<string, number[]> = {
      choices: ordered,
      form: ordered,
      codes: [n, k],
      arrange: [n, k],
      select: [n, k],
      paths: [right, up],
      two: [n, k, other, few],
    };
    return {
      key: [form, ...(keys[form] as number[])],
      write(words) {
        const [name, thing] = [words.pick(PEOPLE), words.pick(OBJECTS)];
        const value = product(options);
        if (form === "form") {
          const question = `The questions of a form have ${listed(options)} possible answers. In how many ways can it be filled in?`;
          return { question, lines: multiplied(options), value: Rational.of(value) };
        }
        if (form === "choices") {
          const names = words.pick(MENUS).slice(5 - length);
          const all = listed(options.map((count, i) => `${count} ${names[i]}`));
          const question = words.pick([
            `A list has ${all}. How many combinations with one of each are possible?`,
            `${name} takes one of each from ${all}. In how many ways?`,
            `There are ${all}. In how many ways can one of each be chosen?`,
            `${name} can choose from ${all}. How many choices of one of each are there?`,
          ]);
          return { question, lines: multiplied(options), value: Rational.of(value) };
        }
        if (form === "codes") {
          const question = words.pick([
            `How many codes of ${k} symbols can be made from ${n} symbols, if symbols may repeat?`,
            `A lock has ${k} wheels with ${n} symbols each. How many settings does it have?`,
            `A word of ${k} letters is made from an alphabet of ${n} letters. How many words are there?`,
            `${name} paints ${k} doors in a row, each in one of ${n} colours. In how many ways?`,
          ]);
          return { question, lines: [`${n}^${k} = ${n ** k}`], value: Rational.of(n ** k) };
        }
        if (form === "arrange") {
          const ordered = falling(n, k);
          const question = words.pick([
            `In how many ways can ${k} of ${n} different ${thing} be put in a row?`,
            `${n} runners are in a race. In how many ways can the first ${k} places be taken?`,
            `${name} picks ${k} of ${n} different ${thing} one after another. How many orders are possible?`,
            `From ${n} people, ${k} different offices are filled. In how many ways?`,
          ]);
          return {
            question,
            lines: [`Last factor: ${n} - ${k} + 1 = ${n - k + 1}`, ...multiplied(ordered)],
            value: Rational.of(product(ordered)),
          };
        }
        if (form === "select") {
          const question = words.pick([
            `In how many ways can ${name} choose ${k} of ${n} different ${thing}?`,
            `A committee of ${k} is chosen from ${n} people. How many committees are possible?`,
            `${name} packs ${k} of ${n} different ${thing} into a bag. How many selections are there?`,
            `How many sets of ${k} can be taken from ${n} different ${thing}?`,
          ]);
          const { lines, value } = selection(n, k);
          return { question, lines, value: Rational.of(value) };
        }
        if (form === "paths") {
          const question = words.pick([
            `A path on a grid goes ${right} steps to the right and ${up} steps up, in any order. How many such paths are there?`,
            `In how many orders can ${name} take ${right} steps east and ${up} steps north?`,
            `${name} walks ${right} blocks east and ${up} blocks north in a town of square blocks. How many shortest ways are there?`,
            `How many rows of ${right} letters R and ${up} letters U are there?`,
          ]);
          const { lines, value } = selection(right + up, up);
          return {
            question,
            lines: [`Steps: ${right} + ${up} = ${right + up}`, ...lines],
            value: Rational.of(value),
          };
        }
        const [first, second] = [selection(n, k), selection(other, few)];
        const question = words.pick([
          `A team of ${k} of ${n} adults and ${few} of ${other} children is chosen. How many teams are possible?`,
          `In how many ways can ${name} choose ${k} of ${n} songs and ${few} of ${other} poems?`,
          `${name} takes ${k} of ${n} different ${thing} and ${few} of ${other} toys along. How many choices are there?`,
          `A box is packed with ${k} of ${n} kinds of tea and ${few} of ${other} kinds of coffee. How many boxes are possible?`,
        ]);
        const total = first.value * second.value;
        const lines = [
          ...first.lines,
          ...second.lines,
          `${first.value} * ${second.value} = ${total}`,
        ];
        return { question, lines, value: Rational.of(total) };
      },
    };
  },
};
