// An amount that changes: what comes and goes, in several settings, and what is left of it.

import { Rational } from "../rational.js";
import { type Change, eventSetting } from "../writing/event-settings.js";
import { PARTS, TIMES } from "../writing/numbers.js";
import type { Kind } from "./kind.js";

interface Event {
  change: Change;
  by: number;
  each: number;
}

const tell = (sentence: string, { by, each }: Event) =>
  sentence
    .replace("@", `${by}`)
    .replace("#", `${each}`)
    .replace("%", PARTS[by] ?? "")
    .replace("$", TIMES[by] ?? "")
    .replace(/^[a-z]/, (first) => first.toUpperCase());

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
        const { unit, start: begin, ways, ask } = eventSetting(words);
        const story = events.map((event) => tell(words.pick(ways[event.change]), event));
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
