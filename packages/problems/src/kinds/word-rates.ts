// Work by rates: what machines or people make in some time, what of it is good, how it is packed
// and sold; and journeys in several parts.

import { Rational } from "../rational.js";
import { PEOPLE } from "../writing/names.js";
import { addUp } from "../writing/steps.js";
import type { Drawn, Kind } from "./kind.js";

const MAKERS = [
  ["A bakery", "rolls", "bags"],
  ["A factory", "bolts", "boxes"],
  ["A printer", "posters", "bundles"],
  ["A farm", "eggs", "cartons"],
  ["A workshop", "candles", "crates"],
  ["A pottery", "tiles", "stacks"],
  ["A brewery", "bottles", "cases"],
  ["A nursery", "seedlings", "trays"],
  ["A mill", "sheets", "packs"],
  ["A dairy", "cheeses", "chests"],
  ["A sawmill", "boards", "piles"],
  ["A toymaker", "dolls", "parcels"],
] as const;

function journey(
  parts: readonly (readonly [speed: number, hours: number])[],
  average: boolean,
): Drawn {
  return {
    key: ["journey", String(average), ...parts.map((part) => part.join(" for ")).sort()],
    write(words) {
      const name = words.pick(PEOPLE);
      const way = words.pick(["drives", "rides", "travels", "cycles", "sails"]);
      const told = parts.map(([speed, hours], i) => {
        const verb =
          i === 0
            ? `${name} ${way}`
            : words.pick(["then goes on", `after that ${name} goes`, "then continues", "moves on"]);
        return words.pick([
          `${verb} for ${hours} hours at ${speed} kilometres per hour`,
          `${verb} at ${speed} kilometres per hour for ${hours} hours`,
        ]);
      });
      const distances = parts.map(([speed, hours]) => speed * hours);
      const total = distances.reduce((a, b) => a + b);
      const hours = parts.reduce((sum, [, time]) => sum + time, 0);
      const lines = parts.map(([speed, time]) => `${speed} * ${time} = ${speed * time} kilometres`);
      lines.push(...addUp("Total distance", distances));
      const story = `${told.slice(0, -1).join(", ")}, and ${told.at(-1)}.`;
      if (!average) {
        return {
          question: `${story} ${words.pick([
            "How many kilometres is that in all?",
            "How long is the whole way in kilometres?",
            `How many kilometres does ${name} cover altogether?`,
            "What is the total distance in kilometres?",
          ])}`,
          lines,
          value: Rational.of(total),
        };
      }
      const speed = Rational.of(total, hours);
      lines.push(
        ...addUp(
          "Total time",
          parts.map(([, time]) => time),
        ),
        `Average speed: ${total} / ${hours} = ${speed}`,
      );
      return {
        question: `${story} ${words.pick([
          "What is the average speed of the whole journey in kilometres per hour?",
          `At what average speed, in kilometres per hour, does ${name} travel?`,
          `Find the average speed of ${name} in kilometres per hour.`,
        ])}`,
        lines,
        value: speed,
      };
    },
  };
}

export const ratesKind: Kind = {
  name: "word-rates",
  about: "production by rates, packing and selling; journeys in parts",
  limits: { steps: 8, digits: 3 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const large = beyond === "larger";
    const rate = large ? random.int(1000, 9999) : random.int(2, 12 + 16 * difficulty);
    if (beyond === "longer" || (difficulty > 1 && random.chance(0.4))) {
      const count = beyond === "longer" ? random.int(6, 7) : difficulty > 4 ? 3 : 2;
      const speed = () => (large ? random.int(1000, 2000) : random.int(4, 30 + 14 * difficulty));
      const parts = Array.from(
        { length: count },
        () => [speed(), random.int(2, 3 + difficulty)] as const,
      );
      return journey(parts, difficulty > 2);
    }
    const [hours, days, machines, size, price] = [
      random.int(2, 9),
      random.int(2, 7),
      random.int(2, 9),
      random.int(2, 12),
      random.int(2, 15),
    ];
    // Boxes are filled exactly: what is too much is thrown away as damaged.
    const withMachines = difficulty > 2;
    const made = rate * hours * days * (withMachines ? machines : 1);
    const packed = difficulty > 1 && made > 3 * size;
    const damaged = packed ? (made % size) + size * random.int(1, 2) : 0;
    const boxes = packed ? (made - damaged) / size : 0;
    const sold = difficulty > 3 && boxes > 1;
    return {
      key: [
        "production",
        rate,
        hours,
        days,
        ...(withMachines ? [machines] : []),
        ...(packed ? [damaged, size] : []),
        ...(sold ? [price] : []),
      ],
      write(words) {
        const [maker, thing, box] = words.pick(MAKERS);
        const perHour = withMachines
          ? words.pick([
              `${maker} has ${machines} machines, and each makes ${rate} ${thing} an hour.`,
              `In ${maker.toLowerCase()}, ${machines} workers finish ${rate} ${thing} an hour each.`,
              `${machines} machines run in ${maker.toLowerCase()}, each at ${rate} ${thing} an hour.`,
              `${maker} employs ${machines} people who each make ${rate} ${thing} an hour.`,
            ])
          : words.pick([
              `${maker} produces ${rate} ${thing} an hour.`,
              `Every hour, ${maker.toLowerCase()} turns out ${rate} ${thing}.`,
              `${maker} can make ${rate} ${thing} in an hour.`,
              `The output of ${maker.toLowerCase()} is ${rate} ${thing} an hour.`,
            ]);
        const story = [
          perHour,
          words.pick([
            `It works ${hours} hours a day for ${days} days.`,
            `This goes on for ${days} days, ${hours} hours each day.`,
            `On each of ${days} days, the work lasts ${hours} hours.`,
            `There are ${days} days of ${hours} hours each.`,
          ]),
        ];
        const lines: string[] = [];
        let perDay = rate;
        if (withMachines) {
          perDay *= machines;
          lines.push(`All in an hour: ${rate} * ${machines} = ${perDay}`);
        }
        lines.push(
          `In a day: ${perDay} * ${hours} = ${perDay * hours}`,
          `In all days: ${perDay * hours} * ${days} = ${made}`,
        );
        if (!packed) {
          return {
            question: [
              ...story,
              words.pick([
                `How many ${thing} are made?`,
                `How many ${thing} is that in all?`,
                `What is the total number of ${thing}?`,
                `How many ${thing} come out altogether?`,
              ]),
            ].join(" "),
            lines,
            value: Rational.of(made),
          };
        }
        story.push(
          words.pick([
            `Of these, ${damaged} are damaged and thrown away.`,
            `${damaged} of them fail the inspection.`,
            `The inspector rejects ${damaged} of them.`,
            `On the way to the store, ${damaged} of them break.`,
          ]),
          words.pick([
            `The others are packed in ${box} of ${size}.`,
            `The rest go into ${box} that hold ${size} each.`,
            `Those that remain are put into ${box}, ${size} in each.`,
            `All good ones are sorted into ${box} with ${size} in each.`,
          ]),
        );
        lines.push(
          `Good: ${made} - ${damaged} = ${made - damaged}`,
          `${made - damaged} / ${size} = ${boxes} ${box}`,
        );
        if (!sold) {
          return {
            question: [
              ...story,
              words.pick([
                `How many ${box} are filled?`,
                `How many ${box} does that give?`,
                `How many ${box} are needed?`,
                `What is the number of ${box}?`,
              ]),
            ].join(" "),
            lines,
            value: Rational.of(boxes),
          };
        }
        story.push(
          words.pick([
            `All ${box} are sold at ${price} dollars each.`,
            `Each of the ${box} is sold for ${price} dollars.`,
            `A shop buys all ${box} and pays ${price} dollars for each.`,
            `At the market, each of the ${box} brings ${price} dollars.`,
          ]),
        );
        lines.push(`${boxes} * ${price} = ${boxes * price} dollars`);
        return {
          question: [
            ...story,
            words.pick([
              "How many dollars does that bring?",
              "What are the earnings in dollars?",
              "How many dollars are earned in all?",
            ]),
          ].join(" "),
          lines,
          value: Rational.of(boxes * price),
        };
      },
    };
  },
};
