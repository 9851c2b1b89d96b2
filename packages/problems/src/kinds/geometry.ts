// Perimeters, areas and volumes of what is made of rectangles and triangles.

import { Rational } from "../rational.js";
import type { Kind } from "./kind.js";

const FORMS = [
  ["perimeter", "area"],
  ["perimeter", "area", "side"],
  ["side", "triangle", "around", "volume"],
  ["triangle", "around", "volume", "two"],
  ["volume", "two", "path"],
];
const SIZES = [20, 30, 40, 60, 90];

export const geometryKind: Kind = {
  name: "geometry",
  about: "perimeters, areas and volumes",
  limits: { steps: 5, digits: 4 },
  beyond: ["larger"],
  draw(random, difficulty, beyond) {
    const large = beyond === "larger";
    const form = large
      ? random.pick(["perimeter", "area", "two"])
      : random.pick(FORMS[difficulty - 1] as string[]);
    const most = large ? 99_999 : (SIZES[difficulty - 1] as number);
    const some = () => random.int(large ? 10_000 : 3, most);
    const [a, b, c, d] = [some(), some(), some(), some()];
    const width = random.int(1, 9);
    const used: Record<string, number[]> = {
      volume: [a, b, c],
      two: [a, b, c, d],
      path: [a, b, width],
    };
    return {
      key: [form, ...(used[form] ?? [a, b])],
      write(words) {
        const unit = words.pick(["metres", "centimetres", "feet", "inches"]);
        const thing = words.pick(["rectangle", "garden", "room", "field", "poster"]);
        const size =
          thing === "rectangle"
            ? `a rectangle of ${a} by ${b} ${unit}`
            : `a rectangular ${thing} of ${a} by ${b} ${unit}`;
        if (form === "perimeter") {
          const question = words.pick([
            `What is the perimeter of ${size}, in ${unit}?`,
            `How many ${unit} is it once around ${size}?`,
          ]);
          return {
            question,
            lines: [`${a} + ${b} = ${a + b}`, `${a + b} * 2 = ${2 * (a + b)} ${unit}`],
            value: Rational.of(2 * (a + b)),
          };
        }
        if (form === "area") {
          const question = words.pick([
            `What is the area of ${size}, in square ${unit}?`,
            `How many square ${unit} does ${size} cover?`,
          ]);
          return {
            question,
            lines: [`${a} * ${b} = ${a * b} square ${unit}`],
            value: Rational.of(a * b),
          };
        }
        if (form === "side") {
          const question = words.pick([
            `A rectangle has an area of ${a * b} square ${unit} and is ${a} ${unit} long. How wide is it, in ${unit}?`,
            `One side of a rectangle of ${a * b} square ${unit} has ${a} ${unit}. How many ${unit} has the other?`,
          ]);
          return { question, lines: [`${a * b} / ${a} = ${b} ${unit}`], value: Rational.of(b) };
        }
        if (form === "around") {
          const whole = 2 * (a + b);
          const question = words.pick([
            `A rectangle has a perimeter of ${whole} ${unit} and is ${a} ${unit} long. What is its area, in square ${unit}?`,
            `A fence of ${whole} ${unit} goes once around a rectangular garden, of which one side has ${a} ${unit}. How many square ${unit} has the garden?`,
          ]);
          const lines = [
            `${whole} / 2 = ${a + b}`,
            `Other side: ${a + b} - ${a} = ${b}`,
            `${a} * ${b} = ${a * b} square ${unit}`,
          ];
          return { question, lines, value: Rational.of(a * b) };
        }
        if (form === "triangle") {
          const value = Rational.of(a * b, 2);
          const question = words.pick([
            `A triangle has a base of ${a} ${unit} and a height of ${b} ${unit}. What is its area, in square ${unit}?`,
            `How many square ${unit} has a triangle with a base of ${a} ${unit} and a height of ${b} ${unit}?`,
          ]);
          return { question, lines: [`${a} * ${b} = ${a * b}`, `${a * b} / 2 = ${value}`], value };
        }
        if (form === "volume") {
          const question = words.pick([
            `What is the volume of a box of ${a} by ${b} by ${c} ${unit}, in cubic ${unit}?`,
            `A tank is ${a} ${unit} long, ${b} ${unit} wide and ${c} ${unit} high. How many cubic ${unit} does it hold?`,
          ]);
          return {
            question,
            lines: [`${a} * ${b} = ${a * b}`, `${a * b} * ${c} = ${a * b * c} cubic ${unit}`],
            value: Rational.of(a * b * c),
          };
        }
        if (form === "two") {
          const total = a * b + c * d;
          const question = words.pick([
            `A floor consists of two rectangles, one of ${a} by ${b} ${unit} and one of ${c} by ${d} ${unit}. What is its area, in square ${unit}?`,
            `How many square ${unit} have two rectangles of ${a} by ${b} and ${c} by ${d} ${unit} together?`,
          ]);
          return {
            question,
            lines: [
              `${a} * ${b} = ${a * b}`,
              `${c} * ${d} = ${c * d}`,
              `${a * b} + ${c * d} = ${total} square ${unit}`,
            ],
            value: Rational.of(total),
          };
        }
        const [x, y] = [a + 2 * width, b + 2 * width];
        const question = words.pick([
          `Around a pool of ${a} by ${b} ${unit} goes a path that is ${width} ${unit} wide. What is the area of the path, in square ${unit}?`,
          `A picture of ${a} by ${b} ${unit} has a frame that is ${width} ${unit} wide on every side. How many square ${unit} has the frame?`,
        ]);
        const lines = [
          `${a} + 2 * ${width} = ${x}`,
          `${b} + 2 * ${width} = ${y}`,
          `${x} * ${y} = ${x * y}`,
          `${a} * ${b} = ${a * b}`,
          `${x * y} - ${a * b} = ${x * y - a * b} square ${unit}`,
        ];
        return { question, lines, value: Rational.of(x * y - a * b) };
      },
    };
  },
};
