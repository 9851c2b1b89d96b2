// Who has how many: people whose collections are told by those of others, in any shape of
// relations, and a question that needs all of them.

import type { Random } from "../random.js";
import { Rational } from "../rational.js";
import { OBJECTS, PEOPLE } from "../writing/names.js";
import { PARTS, TIMES } from "../writing/numbers.js";
import { addUp } from "../writing/steps.js";
import type { Beyond, Kind } from "./kind.js";

type Relation = "more" | "fewer" | "times" | "part" | "percent" | "both";

/** The collection of a person by that of `from`; `both` adds that of `also`. */
interface Person {
  value: number;
  relation?: Relation;
  by: number;
  from: number;
  also: number;
}

/** The value that a relation gives, or undefined where it gives no collection of 2 or more. */
function apply(
  { relation, by }: Omit<Person, "value">,
  from: number,
  also: number,
): number | undefined {
  const values: Record<Relation, number> = {
    more: from + by,
    fewer: from - by,
    times: from * by,
    part: from / by,
    percent: (from * (100 + by)) / 100,
    both: from + also,
  };
  const value = values[relation as Relation];
  return Number.isInteger(value) && value >= 2 ? value : undefined;
}

function grow(random: Random, count: number, size: number, most: number, chain: boolean): Person[] {
  const people: Person[] = [
    { value: random.int(Math.ceil(size / 8) + 2, size), by: 0, from: 0, also: 0 },
  ];
  while (people.length < count) {
    const last = people.length - 1;
    const from = chain || random.chance(0.5) ? last : random.int(0, last);
    const relations: Relation[] = ["more", "fewer", "times", "part", "part", "percent"];
    if (last > 0) relations.push("both");
    const relation = random.pick(relations);
    const also = relation === "both" ? (from + random.int(1, last)) % (last + 1) : 0;
    const large = Math.max(3, Math.floor(size / 2));
    const by = {
      more: random.int(2, large),
      fewer: random.int(2, large),
      times: random.int(2, 6),
      part: random.int(2, 6),
      percent: 10 * random.int(1, 9),
      both: 0,
    }[relation];
    const value = apply(
      { relation, by, from, also },
      people[from]?.value ?? 0,
      people[also]?.value ?? 0,
    );
    if (value !== undefined && value <= most) people.push({ value, relation, by, from, also });
  }
  return people;
}

function sentence(
  words: Random,
  person: Person,
  names: readonly string[],
  i: number,
  thing: string,
): string {
  const [name, from, also] = [names[i], names[person.from], names[person.also]];
  const { relation, by, value } = person;
  if (relation === undefined) {
    return words.pick([
      `${name} has ${value} ${thing}.`,
      `${name} owns ${value} ${thing}.`,
      `There are ${value} ${thing} in ${name}'s collection.`,
      `${name} has collected ${value} ${thing}.`,
      `${name} keeps ${value} ${thing} in a drawer.`,
    ]);
  }
  const ways: Record<Relation, string[]> = {
    more: [
      `${name} has ${by} more ${thing} than ${from}.`,
      `${name} has ${by} ${thing} more than ${from} does.`,
      `Compared with ${from}, ${name} has ${by} more.`,
      `${name}'s ${thing} are ${by} more than ${from}'s.`,
      `${from} would need ${by} more ${thing} to have as many as ${name}.`,
    ],
    fewer: [
      `${name} has ${by} fewer ${thing} than ${from}.`,
      `${from} has ${by} ${thing} more than ${name}.`,
      `Compared with ${from}, ${name} has ${by} fewer.`,
      `${name} is ${by} ${thing} short of ${from}'s number.`,
      `${name} would need ${by} more ${thing} to have as many as ${from}.`,
    ],
    times: [
      `${name} has ${TIMES[by]} as many ${thing} as ${from}.`,
      `${name} has ${by} times the number of ${thing} that ${from} has.`,
      `For each of ${from}'s ${thing}, ${name} has ${by}.`,
      `${name}'s collection of ${thing} is ${TIMES[by]} the size of ${from}'s.`,
      `${from} has only 1/${by} of the number of ${thing} that ${name} has.`,
    ],
    part: [
      `${name} has ${PARTS[by]} as many ${thing} as ${from}.`,
      `${from} has ${TIMES[by]} as many ${thing} as ${name}.`,
      `The number of ${name}'s ${thing} is ${PARTS[by]} of ${from}'s.`,
      `${name} has 1/${by} of the number of ${thing} that ${from} has.`,
      `For every ${by} ${thing} of ${from}, ${name} has one.`,
    ],
    percent: [
      `${name} has ${by}% more ${thing} than ${from}.`,
      `${name}'s ${thing} are ${by}% more than ${from}'s.`,
      `The number of ${name}'s ${thing} is ${by}% above ${from}'s.`,
    ],
    both: [
      `${name} has as many ${thing} as ${from} and ${also} together.`,
      `${from} and ${also} together have as many ${thing} as ${name}.`,
      `The number of ${name}'s ${thing} is the sum of ${from}'s and ${also}'s.`,
    ],
  };
  return words.pick(ways[relation]);
}

function equation({ relation, by, value }: Person, from: number, also: number): string {
  const sides: Record<Relation, string> = {
    more: `${from} + ${by}`,
    fewer: `${from} - ${by}`,
    times: `${from} * ${by}`,
    part: `${from} / ${by}`,
    percent: `${from} * (100 + ${by}) / 100`,
    both: `${from} + ${also}`,
  };
  return `${sides[relation as Relation]} = ${value}`;
}

/** How many people: sums of all take as many lines again as there are relations. */
function peopleOf(difficulty: number, beyond: Beyond, chain: boolean, random: Random): number {
  if (beyond === "longer") return chain ? random.int(12, 13) : random.int(7, 9);
  return difficulty + (chain ? 2 : 1);
}

export const relationsKind: Kind = {
  name: "word-relations",
  about: "collections that are told by those of others",
  limits: { steps: 10, digits: 3 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const chain = random.chance(0.3);
    const count = peopleOf(difficulty, beyond, chain, random);
    const size =
      beyond === "larger"
        ? random.int(4000, 90_000)
        : ([20, 30, 60, 90, 150][difficulty - 1] as number);
    const people = grow(random, count, size, size * 20, chain);
    const last = people.at(-1) as Person;
    const first = people[0] as Person;
    const form = !chain
      ? "total"
      : last.relation === "both" || last.value === first.value
        ? "last"
        : random.pick(["last", "difference"]);
    const kept = form === "difference" && people.length > 2 ? people.slice(0, -1) : people;
    const final = kept.at(-1) as Person;
    const asked = form === "difference" && final.value === first.value ? "last" : form;
    const key = kept.flatMap(({ value, relation, by, from, also }) =>
      relation === undefined
        ? [value]
        : relation === "both"
          ? [relation, Math.min(from, also), Math.max(from, also)]
          : [relation, by, from],
    );
    return {
      key: [asked, ...key],
      write(words) {
        const names = words.sample(PEOPLE, kept.length);
        const thing = words.pick(OBJECTS);
        const story = kept.map((person, i) => sentence(words, person, names, i, thing));
        const lines = kept.slice(1).map((person, i) => {
          const [from, also] = [kept[person.from]?.value ?? 0, kept[person.also]?.value ?? 0];
          return `${names[i + 1]}: ${equation(person, from, also)}`;
        });
        const ask = (ways: string[]) => [...story, words.pick(ways)].join(" ");
        const name = names.at(-1);
        if (asked === "last") {
          const question = ask([
            `How many ${thing} does ${name} have?`,
            `What is the number of ${name}'s ${thing}?`,
            `How many ${thing} are ${name}'s?`,
            `Find the number of ${thing} that ${name} has.`,
          ]);
          return { question, lines, value: Rational.of(final.value) };
        }
        if (asked === "difference") {
          const [more, less] = final.value > first.value ? [final, first] : [first, final];
          const difference = more.value - less.value;
          const [high, low] = more === final ? [name, names[0]] : [names[0], name];
          const question = ask([
            `How many more ${thing} does ${high} have than ${low}?`,
            `By how many ${thing} is ${high} ahead of ${low}?`,
            `What is the difference between ${high}'s and ${low}'s number of ${thing}?`,
          ]);
          return {
            question,
            lines: [...lines, `Difference: ${more.value} - ${less.value} = ${difference}`],
            value: Rational.of(difference),
          };
        }
        const total = kept.reduce((sum, { value }) => sum + value, 0);
        const question = ask([
          `How many ${thing} do they have altogether?`,
          `How many ${thing} do all of them have in total?`,
          `What is the total number of ${thing}?`,
          `If they put all their ${thing} together, how many are there?`,
          `Find the number of all ${thing} together.`,
        ]);
        return {
          question,
          lines: [
            ...lines,
            ...addUp(
              "Total",
              kept.map(({ value }) => value),
            ),
          ],
          value: Rational.of(total),
        };
      },
    };
  },
};
