// Conversion of units, and speeds and other rates.

import type { Random } from "../random.js";
import { Rational } from "../rational.js";
import type { Drawn, Kind } from "./kind.js";

const UNITS = [
  ["kilometres", "metres", 1000],
  ["metres", "centimetres", 100],
  ["centimetres", "millimetres", 10],
  ["kilograms", "grams", 1000],
  ["tonnes", "kilograms", 1000],
  ["litres", "millilitres", 1000],
  ["hours", "minutes", 60],
  ["minutes", "seconds", 60],
  ["days", "hours", 24],
  ["weeks", "days", 7],
  ["feet", "inches", 12],
  ["yards", "feet", 3],
  ["pounds", "ounces", 16],
] as const;

/** Units of one measure from the largest to the smallest, and how many of the next each has. */
const LADDERS = [
  ["weeks", 7, "days", 24, "hours", 60, "minutes", 60, "seconds"],
  ["kilometres", 1000, "metres", 100, "centimetres", 10, "millimetres"],
  ["tonnes", 1000, "kilograms", 1000, "grams", 1000, "milligrams"],
  ["miles", 1760, "yards", 3, "feet", 12, "inches"],
] as const;

/** A conversion over three units or more, one after another. */
function ladder(random: Random): Drawn {
  const rungs = random.pick(LADDERS);
  const steps = (rungs.length - 1) / 2;
  const from = steps > 3 ? random.int(0, steps - 3) : 0;
  const part = rungs.slice(2 * from);
  const units = part.filter((rung) => typeof rung === "string");
  const factors = part.filter((rung) => typeof rung === "number");
  const amount = random.int(2, 99);
  return {
    key: ["ladder", units[0] ?? "", units.at(-1) ?? "", amount],
    write(words) {
      let value = amount;
      const lines = factors.map((factor, i) => {
        const before = value;
        value *= factor;
        return `${before} * ${factor} = ${value} ${units[i + 1]}`;
      });
      const question = words.pick([
        `Convert ${amount} ${units[0]} to ${units.at(-1)}.`,
        `How many ${units.at(-1)} are ${amount} ${units[0]}?`,
        `Express ${amount} ${units[0]} in ${units.at(-1)}.`,
      ]);
      return { question, lines, value: Rational.of(value) };
    },
  };
}

const AMOUNTS = [40, 150, 400, 900, 999];

const MOVERS = [
  ["a train", "kilometres"],
  ["a cyclist", "kilometres"],
  ["a ship", "miles"],
  ["a lorry", "miles"],
  ["a drone", "kilometres"],
  ["a bus", "miles"],
  ["a runner", "kilometres"],
  ["a balloon", "kilometres"],
  ["a tractor", "miles"],
] as const;

export const unitKind: Kind = {
  name: "units",
  about: "conversion of units; speed, distance and time",
  limits: { steps: 2, digits: 6 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    if (beyond === "longer") return ladder(random);
    const amount =
      beyond === "larger"
        ? random.digits(random.int(7, 8))
        : random.int(2, AMOUNTS[difficulty - 1] as number);
    const form = beyond
      ? "down"
      : random.pick(
          difficulty < 3
            ? ["down", "up", "distance"]
            : ["mixed", "up", "distance", "speed", "time"],
        );
    const [large, small, factor] = random.pick(UNITS);
    const rest = random.int(1, factor - 1);
    if (form === "down" || form === "up" || form === "mixed") {
      return {
        key: [form, large, small, amount, ...(form === "mixed" ? [rest] : [])],
        write(words) {
          const [a, b] = [`${amount} ${large}`, `${amount * factor} ${small}`];
          if (form === "up") {
            const question = words.pick([
              `Convert ${b} to ${large}.`,
              `How many ${large} are ${b}?`,
              `Express ${b} in ${large}.`,
              `Change ${b} into ${large}.`,
              `What is the number of ${large} in ${b}?`,
            ]);
            return {
              question,
              lines: [`${amount * factor} / ${factor} = ${amount} ${large}`],
              value: Rational.of(amount),
            };
          }
          const down = `${amount} * ${factor} = ${amount * factor} ${small}`;
          if (form === "down") {
            const question = words.pick([
              `Convert ${a} to ${small}.`,
              `How many ${small} are ${a}?`,
              `Express ${a} in ${small}.`,
              `Change ${a} into ${small}.`,
              `What is the number of ${small} in ${a}?`,
            ]);
            return { question, lines: [down], value: Rational.of(amount * factor) };
          }
          const both = `${a} and ${rest} ${small}`;
          const total = amount * factor + rest;
          const question = words.pick([
            `How many ${small} are ${both}?`,
            `Convert ${both} to ${small}.`,
            `Express ${both} in ${small}.`,
            `Something takes up ${both}. How many ${small} is that?`,
          ]);
          return {
            question,
            lines: [down, `${amount * factor} + ${rest} = ${total} ${small}`],
            value: Rational.of(total),
          };
        },
      };
    }
    const hours = random.int(2, 4 + difficulty * 2);
    const speed = random.int(3, 30 * difficulty + 40);
    const minutes = difficulty > 3 ? random.pick([0, 15, 30, 45]) : 0;
    const time = Rational.of(hours * 60 + minutes, 60);
    const pace = minutes > 0 ? speed * 4 : speed;
    return {
      key: [form, pace, hours, minutes],
      write(words) {
        const [mover, unit] = words.pick(MOVERS);
        const Mover = `${mover[0]?.toUpperCase()}${mover.slice(1)}`;
        const distance = time.multiply(Rational.of(pace));
        const lasts = minutes > 0 ? `${hours} hours and ${minutes} minutes` : `${hours} hours`;
        const inHours = minutes > 0 ? [`Hours: ${hours} + ${minutes} / 60 = ${time}`] : [];
        const timeText = time.isInteger ? `${time}` : `(${time})`;
        if (form === "distance") {
          const question = words.pick([
            `${Mover} moves at ${pace} ${unit} per hour for ${lasts}. How many ${unit} does it cover?`,
            `How many ${unit} does ${mover} cover in ${lasts} at ${pace} ${unit} per hour?`,
            `At ${pace} ${unit} per hour, how far does ${mover} get in ${lasts}, in ${unit}?`,
            `For ${lasts}, ${mover} keeps a speed of ${pace} ${unit} per hour. What distance is that in ${unit}?`,
          ]);
          return {
            question,
            lines: [...inHours, `${pace} * ${timeText} = ${distance} ${unit}`],
            value: distance,
          };
        }
        if (form === "speed") {
          const question = words.pick([
            `${Mover} covers ${distance} ${unit} in ${lasts}. What is its average speed in ${unit} per hour?`,
            `What is the average speed of ${mover}, in ${unit} per hour, that needs ${lasts} for ${distance} ${unit}?`,
            `In ${lasts}, ${mover} moves ${distance} ${unit}. Find its average speed in ${unit} per hour.`,
            `How many ${unit} per hour does ${mover} make on average if ${distance} ${unit} take ${lasts}?`,
          ]);
          return {
            question,
            lines: [...inHours, `${distance} / ${timeText} = ${pace} ${unit} per hour`],
            value: Rational.of(pace),
          };
        }
        const question = words.pick([
          `How many minutes does ${mover} need for ${distance} ${unit} at ${pace} ${unit} per hour?`,
          `${Mover} goes ${distance} ${unit} at a constant ${pace} ${unit} per hour. How many minutes does that take?`,
          `${Mover} has ${distance} ${unit} ahead and moves at ${pace} ${unit} per hour. In how many minutes does it arrive?`,
          `Find how many minutes ${mover} takes for ${distance} ${unit} at a speed of ${pace} ${unit} per hour.`,
        ]);
        const lines = [
          `Hours: ${distance} / ${pace} = ${time}`,
          `${time} * 60 = ${time.multiply(Rational.of(60))} minutes`,
        ];
        return { question, lines, value: time.multiply(Rational.of(60)) };
      },
    };
  },
};
