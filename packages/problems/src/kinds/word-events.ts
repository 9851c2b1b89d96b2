// An amount that changes: what comes and goes, in several settings, and what is left of it.

import type { Random } from "../random.js";
import { Rational } from "../rational.js";
import { GOODS, OBJECTS, PEOPLE } from "../writing/names.js";
import type { Kind } from "./kind.js";

type Change = "gain" | "loss" | "packs" | "portions" | "fraction" | "multiple";
interface Event {
  change: Change;
  by: number;
  each: number;
}
/** What the words of a setting are; `@` stands for a number, `#` for a second one. */
interface Setting {
  unit: string;
  start: string[];
  ways: Record<Change, string[]>;
  ask: string[];
}

function settings(words: Random): Setting {
  const [name, friend] = words.sample(PEOPLE, 2);
  const [thing, goods] = [words.pick(OBJECTS), words.pick(GOODS)];
  return words.pick<Setting>([
    {
      unit: thing,
      start: [`${name} has @ ${thing}.`, `At first, ${name} has @ ${thing}.`],
      ways: {
        gain: [`${friend} gives ${name} @ more.`, `Then ${name} finds @ more.`],
        loss: [`${name} gives @ of them to ${friend}.`, `${name} loses @ of them.`],
        packs: [`${name} buys @ packs of # ${thing} each.`, `${name} gets @ boxes with # in each.`],
        portions: [
          `${name} gives # to each of @ friends.`,
          `@ neighbours get # each from ${name}.`,
        ],
        fraction: [`One in every @ of them is sold.`, `${name} sells 1/@ of them.`],
        multiple: [
          `After that, ${name} makes the number @ times as large.`,
          `By the next week there are @ times as many.`,
        ],
      },
      ask: [
        `How many ${thing} does ${name} have in the end?`,
        `How many ${thing} are left with ${name}?`,
      ],
    },
    {
      unit: goods,
      start: [`A shop has @ ${goods} in stock.`, `There are @ ${goods} on the shelves of a shop.`],
      ways: {
        gain: [`A delivery brings @ more.`, `@ more are delivered.`],
        loss: [`It sells @ of them.`, `@ of them are sold to one customer.`],
        packs: [
          `@ crates with # in each arrive.`,
          `The shop orders @ cartons of # and receives them.`,
        ],
        portions: [`@ customers buy # each.`, `On each of the next @ days, # are sold.`],
        fraction: [
          `In a sale, 1/@ of the stock goes.`,
          `Of all of them, 1/@ are returned to the maker.`,
        ],
        multiple: [
          `Then the owner increases the stock to @ times as many.`,
          `For the holidays the stock is made @ times as large.`,
        ],
      },
      ask: [`How many ${goods} are there in the end?`, `How many ${goods} does the shop have now?`],
    },
    {
      unit: "litres",
      start: [`A tank holds @ litres of water.`, `There are @ litres of water in a tank.`],
      ways: {
        gain: [`Rain adds @ litres.`, `@ litres are poured in.`],
        loss: [`@ litres leak out.`, `${name} uses @ litres for the garden.`],
        packs: [
          `${name} pours in @ buckets of # litres each.`,
          `A pump adds # litres a minute for @ minutes.`,
        ],
        portions: [
          `${name} fills @ cans of # litres each from it.`,
          `For @ hours, # litres flow out each hour.`,
        ],
        fraction: [`Then 1/@ of the water is drained.`, `${name} lets out 1/@ of what is in it.`],
        multiple: [
          `A storm raises the amount to @ times as much.`,
          `${name} fills it up to @ times the amount.`,
        ],
      },
      ask: [`How many litres are in the tank in the end?`, `How much water, in litres, is left?`],
    },
    {
      unit: "dollars",
      start: [`${name} has saved @ dollars.`, `${name}'s savings are @ dollars.`],
      ways: {
        gain: [`${friend} pays back @ dollars.`, `A birthday brings @ dollars more.`],
        loss: [`${name} spends @ dollars on shoes.`, `A repair costs ${name} @ dollars.`],
        packs: [
          `${name} works @ hours for # dollars an hour.`,
          `For @ weeks, ${name} puts aside # dollars a week.`,
        ],
        portions: [
          `${name} buys @ tickets for # dollars each.`,
          `${name} pays # dollars a day for @ days of parking.`,
        ],
        fraction: [`${name} gives 1/@ of the money to ${friend}.`, `Rent takes 1/@ of it.`],
        multiple: [
          `An aunt adds enough to make it @ times as much.`,
          `A prize makes the savings @ times as large.`,
        ],
      },
      ask: [
        `How many dollars does ${name} have in the end?`,
        `How much money, in dollars, is left?`,
      ],
    },
    {
      unit: "people",
      start: [`@ people are on a train.`, `A train leaves with @ people on board.`],
      ways: {
        gain: [`At a station, @ people get on.`, `@ more people board.`],
        loss: [`At a stop, @ people get off.`, `@ people leave the train.`],
        packs: [
          `@ groups of # people each get on.`,
          `At each of the next @ stations, # people board.`,
        ],
        portions: [`@ families of # people each get off.`, `At each of @ stops, # people leave.`],
        fraction: [
          `In a city, 1/@ of the people get off.`,
          `At a junction 1/@ of them change trains.`,
        ],
        multiple: [
          `At the airport the number becomes @ times as large.`,
          `After the main station there are @ times as many.`,
        ],
      },
      ask: [`How many people are on the train in the end?`, `How many people are on board now?`],
    },
  ]);
}

/** What is left after an event, with its equations; undefined if it can't happen. */
function happen(
  { change, by, each }: Event,
  before: number,
): { after: number; lines: string[] } | undefined {
  const amount =
    change === "packs" || change === "portions"
      ? by * each
      : change === "fraction"
        ? before / by
        : by;
  const after =
    change === "multiple"
      ? before * by
      : change === "gain" || change === "packs"
        ? before + amount
        : before - amount;
  if (!Number.isInteger(after) || after < 2) return undefined;
  const lines: string[] = [];
  if (change === "packs" || change === "portions") lines.push(`${by} * ${each} = ${amount}`);
  if (change === "fraction") lines.push(`${before} / ${by} = ${amount}`);
  if (change === "multiple") lines.push(`${before} * ${by} = ${after}`);
  else lines.push(`${before} ${after > before ? "+" : "-"} ${amount} = ${after}`);
  return { after, lines };
}

const CHANGES: Change[] = ["gain", "loss", "packs", "portions", "fraction", "multiple"];

export const eventsKind: Kind = {
  name: "word-events",
  about: "an amount that changes several times",
  limits: { steps: 6, digits: 3 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const wanted = beyond === "longer" ? random.int(7, 9) : difficulty + 1;
    const size = beyond === "larger" ? 40_000 : ([25, 50, 90, 200, 400][difficulty - 1] as number);
    const start = random.int(Math.ceil(size / 3), size);
    const events: Event[] = [];
    const lines: string[] = [];
    let amount = start;
    while (lines.length < wanted) {
      const change = random.pick(CHANGES);
      const part = Math.max(3, Math.floor(size / 3));
      const small = change === "multiple" ? 3 : change === "gain" || change === "loss" ? part : 9;
      const event = {
        change,
        by: random.int(2, small),
        each: random.int(2, Math.max(4, Math.floor(part / 6))),
      };
      const result = happen(event, amount);
      if (result === undefined || result.after > size * 8) continue;
      if (lines.length + result.lines.length > wanted) continue;
      events.push(event);
      lines.push(...result.lines);
      amount = result.after;
    }
    const used = ({ change, by, each }: Event) =>
      change === "packs" || change === "portions" ? [change, by, each] : [change, by];
    return {
      key: [start, ...events.flatMap(used)],
      write(words) {
        const { unit, start: begin, ways, ask } = settings(words);
        const story = events.map(({ change, by, each }) =>
          words.pick(ways[change]).replaceAll("@", `${by}`).replace("#", `${each}`),
        );
        const question = [
          words.pick(begin).replace("@", `${start}`),
          ...story,
          words.pick(ask),
        ].join(" ");
        const marked = lines.map((line, i) => (i === lines.length - 1 ? `${line} ${unit}` : line));
        return { question, lines: marked, value: Rational.of(amount) };
      },
    };
  },
};
