// Conversion of units, and speeds and other rates.

import { Rational } from "../rational.js";
import type { Kind } from "./kind.js";

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

const AMOUNTS = [40, 150, 400, 900, 999];

const MOVERS = [
  ["a train", "kilometres"],
  ["a cyclist", "kilometres"],
  ["a ship", "miles"],
  ["a lorry", "miles"],
  ["a drone", "kilometres"],
] as const;

export const unitKind: Kind = {
  name: "units",
  about: "conversion of units; speed, distance and time",
  limits: { steps: 2, digits: 6 },
  beyond: ["larger"],
  draw(random, difficulty, beyond) {
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
            ]);
            return { question, lines: [down], value: Rational.of(amount * factor) };
          }
          const both = `${a} and ${rest} ${small}`;
          const total = amount * factor + rest;
          const question = words.pick([
            `How many ${small} are ${both}?`,
            `Convert ${both} to ${small}.`,
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
