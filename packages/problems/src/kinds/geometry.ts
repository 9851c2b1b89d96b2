// Perimeters, areas and volumes of what is made of rectangles and triangles.

import { Rational } from "../rational.js";
import { listed } from "../writing/names.js";
import { addUp } from "../writing/steps.js";
import type { Drawn, Kind } from "./kind.js";

const FORMS = [
  ["perimeter", "area", "side"],
  ["perimeter", "area", "side"],
  ["side", "triangle", "around", "volume"],
  ["triangle", "around", "volume", "two"],
  ["volume", "two", "path"],
];
const SIZES = [25, 40, 50, 60, 90];
const UNITS = ["metres", "centimetres", "feet", "inches", "yards"];

/** The area of so many rectangles together. */
function together(sides: readonly (readonly [number, number])[]): Drawn {
  const areas = sides.map(([a, b]) => a * b);
  const total = areas.reduce((a, b) => a + b);
  return {
    key: ["two", ...sides.map((pair) => [...pair].sort((a, b) => a - b).join(" by ")).sort()],
    write(words) {
      const unit = words.pick(UNITS);
      const list = listed(sides.map(([a, b]) => `${a} by ${b}`));
      const how = ["two", "three", "four", "five"][sides.length - 2];
      const question = words.pick([
        `A floor consists of ${how} rectangles of ${list} ${unit}. What is its area, in square ${unit}?`,
        `How many square ${unit} have ${how} rectangles of ${list} ${unit} together?`,
        `A painter paints walls of ${list} ${unit}. How many square ${unit} is that in all?`,
        `Find the total area in square ${unit} of rectangles of ${list} ${unit}.`,
      ]);
      const lines = [...sides.map(([a, b]) => `${a} * ${b} = ${a * b}`), ...addUp("Total", areas)];
      return { question, lines, value: Rational.of(total) };
    },
  };
}

export const geometryKind: Kind = {
  name: "geometry",
  about: "perimeters, areas and volumes",
  limits: { steps: 5, digits: 4 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const large = beyond === "larger";
    if (beyond === "longer") {
      const side = () => random.int(3, 20);
      return together(Array.from({ length: random.int(4, 5) }, () => [side(), side()] as const));
    }
    const form = large
      ? random.pick(["perimeter", "area", "two"])
      : random.pick(FORMS[difficulty - 1] as string[]);
    const most = large ? 99_999 : (SIZES[difficulty - 1] as number);
    const some = () => random.int(large ? 10_000 : 3, most);
    const [a, b, c, d] = [some(), some(), some(), some()];
    const width = random.int(1, 9);
    if (form === "two") {
      return together([
        [a, b],
        [c, d],
      ]);
    }
    const sides = [a, b, ...(form === "volume" ? [c] : [])];
    // Which side is which makes a difference only where one of them is asked for.
    if (form !== "side" && form !== "around") sides.sort((one, other) => one - other);
    return {
      key: [form, ...sides, ...(form === "path" ? [width] : [])],
      write(words) {
        const unit = words.pick(UNITS);
        const thing = words.pick([
          "rectangle",
          "garden",
          "room",
          "field",
          "poster",
          "carpet",
          "yard",
          "wall",
          "window",
        ]);
        const size =
          thing === "rectangle"
            ? `a rectangle of ${a} by ${b} ${unit}`
            : `a rectangular ${thing} of ${a} by ${b} ${unit}`;
        if (form === "perimeter") {
          const question = words.pick([
            `What is the perimeter of ${size}, in ${unit}?`,
            `How many ${unit} is it once around ${size}?`,
            `How long is the border of ${size}, in ${unit}?`,
            `Find the perimeter in ${unit} of ${size}.`,
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
            `Find the area of ${size} in square ${unit}.`,
            `How large is ${size}, in square ${unit}?`,
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
            `A rectangular plot of ${a * b} square ${unit} is ${a} ${unit} wide. Find its length in ${unit}.`,
            `What is the height in ${unit} of a rectangular door with ${a * b} square ${unit} and a width of ${a} ${unit}?`,
          ]);
          return { question, lines: [`${a * b} / ${a} = ${b} ${unit}`], value: Rational.of(b) };
        }
        if (form === "around") {
          const whole = 2 * (a + b);
          const question = words.pick([
            `A rectangle has a perimeter of ${whole} ${unit} and is ${a} ${unit} long. What is its area, in square ${unit}?`,
            `A fence of ${whole} ${unit} goes once around a rectangular garden, of which one side has ${a} ${unit}. How many square ${unit} has the garden?`,
            `Once around a rectangle is ${whole} ${unit}, and one side is ${a} ${unit}. Find its area in square ${unit}.`,
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
            `Find the area in square ${unit} of a triangle that is ${b} ${unit} high over a base of ${a} ${unit}.`,
            `A triangular sail has a base of ${a} ${unit} and is ${b} ${unit} high. What is its area in square ${unit}?`,
          ]);
          return { question, lines: [`${a} * ${b} = ${a * b}`, `${a * b} / 2 = ${value}`], value };
        }
        if (form === "volume") {
          const question = words.pick([
            `What is the volume of a box of ${a} by ${b} by ${c} ${unit}, in cubic ${unit}?`,
            `A tank is ${a} ${unit} long, ${b} ${unit} wide and ${c} ${unit} high. How many cubic ${unit} does it hold?`,
            `Find the volume in cubic ${unit} of a block that measures ${a} by ${b} by ${c} ${unit}.`,
            `A room is ${a} by ${b} ${unit} and ${c} ${unit} high. How many cubic ${unit} of air are in it?`,
          ]);
          return {
            question,
            lines: [`${a} * ${b} = ${a * b}`, `${a * b} * ${c} = ${a * b * c} cubic ${unit}`],
            value: Rational.of(a * b * c),
          };
        }
        const [x, y] = [a + 2 * width, b + 2 * width];
        const question = words.pick([
          `Around a pool of ${a} by ${b} ${unit} goes a path that is ${width} ${unit} wide. What is the area of the path, in square ${unit}?`,
          `A picture of ${a} by ${b} ${unit} has a frame that is ${width} ${unit} wide on every side. How many square ${unit} has the frame?`,
          `A lawn of ${a} by ${b} ${unit} has a border of ${width} ${unit} in width all around. Find the area of the border in square ${unit}.`,
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
