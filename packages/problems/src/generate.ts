// Problems by seed, split and index: each a pure function of these, whatever was made before.

import { FormSet } from "./distinct.js";
import { ensure } from "./errors.js";
import type { Draft, Kind } from "./kinds/kind.js";
import { KINDS } from "./kinds/registry.js";
import { type Difficulty, type Problem, SPLITS, type Split } from "./problem.js";
import { Random } from "./random.js";
import { splitOf } from "./split.js";

export interface ProblemOptions {
  /** Names of {@link kinds}. Default: all (of those that have the split). */
  kinds?: readonly string[] | undefined;
  /** One difficulty, or several to draw from. Default: all. */
  difficulty?: Difficulty | readonly Difficulty[] | undefined;
}

export interface ProblemsOptions extends ProblemOptions {
  /** An integer from 0. */
  seed: number;
  split: Split;
  /** The first index. Default: 0. */
  from?: number | undefined;
  /** How many. Default: without end. */
  count?: number | undefined;
  /**
   * Whether each canonical form ({@link Problem.form}) is given once only, in each iteration. Takes 16 to
   * 32 bytes of memory a problem. Where there are fewer forms than `count`, the iteration ends early: a kind at a difficulty is
   * left out once 1,000 problems of it in a row had been given before. Default: false.
   */
  distinct?: boolean | undefined;
}

/** After so many repeated problems in a row, fewer than one in a hundred is still to come. */
const MOST_REPEATS = 1000;

const DIFFICULTIES: readonly Difficulty[] = [1, 2, 3, 4, 5];
// A draw belongs to a rare split with a chance of 5%: a space of problems that gives none in so
// many draws has none, which the tests rule out for every kind and difficulty.
const MOST_ATTEMPTS = 2 ** 16;

const describe = (value: unknown) =>
  typeof value === "string" ? JSON.stringify(value) : String(value);

function natural(value: unknown, name: string): number {
  ensure(
    Number.isSafeInteger(value) && (value as number) >= 0,
    () => `${name}: expected an integer from 0, found ${describe(value)}`,
  );
  return value as number;
}

interface Choice {
  seed: number;
  split: Split;
  kinds: readonly Kind[];
  difficulties: readonly Difficulty[];
}

function choose(seed: unknown, split: unknown, options: ProblemOptions): Choice {
  ensure(
    SPLITS.includes(split as Split),
    () => `split: expected ${SPLITS.join(", ")}, found ${describe(split)}`,
  );
  const named = options.kinds?.map((name, i) => {
    const kind = KINDS.find((candidate) => candidate.name === name);
    ensure(kind !== undefined, () => `kinds[${i}]: expected one of kinds, found ${describe(name)}`);
    return kind;
  });
  const kinds = (named ?? KINDS).filter(
    ({ beyond }) => (split !== "longer" && split !== "larger") || beyond.includes(split),
  );
  ensure(kinds.length > 0, () => `kinds: expected one that has the split ${describe(split)}`);
  const difficulties = [options.difficulty ?? DIFFICULTIES].flat() as Difficulty[];
  ensure(
    difficulties.length > 0 && difficulties.every((one) => DIFFICULTIES.includes(one)),
    () => `difficulty: expected 1 to 5, found ${describe(options.difficulty)}`,
  );
  return { seed: natural(seed, "seed"), split: split as Split, kinds, difficulties };
}

/** The most digits of a number in a text; a decimal point doesn't count. */
export function mostDigits(text: string): number {
  let most = 0;
  for (const [number] of text.matchAll(/\d+(?:\.\d+)?/g)) {
    most = Math.max(most, number.replace(".", "").length);
  }
  return most;
}

function fits({ question, lines }: Draft, { limits }: Kind, split: Split): boolean {
  const digits = mostDigits(question);
  if (split === "larger") return digits > limits.digits;
  if (digits > limits.digits) return false;
  return split === "longer" ? lines.length > limits.steps : lines.length <= limits.steps;
}

// Random numbers of a problem come from lanes: one for the choice of its kind, and for each
// attempt one for parameters and one for words.
const lane = (split: Split, attempt: number, purpose: number) =>
  SPLITS.indexOf(split) * 2 ** 24 + attempt * 4 + purpose;

function chooseAt({ seed, split, kinds, difficulties }: Choice, index: number): [Kind, Difficulty] {
  const chooser = new Random(seed, index, lane(split, 0, 0));
  return [chooser.pick(kinds), chooser.pick(difficulties)];
}

function make(choice: Choice, index: number): Problem {
  const { seed, split } = choice;
  const [kind, difficulty] = chooseAt(choice, index);
  const beyond = split === "longer" || split === "larger" ? split : undefined;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const drawn = kind.draw(new Random(seed, index, lane(split, attempt, 1)), difficulty, beyond);
    const form = [kind.name, ...drawn.key].join(" ");
    if (beyond === undefined && splitOf(form) !== split) continue;
    const draft = drawn.write(new Random(seed, index, lane(split, attempt, 2)));
    if (!fits(draft, kind, split)) continue;
    const text = draft.text ?? draft.value.toString();
    return {
      id: [seed, split, index, kind.name, difficulty].join("/"),
      kind: kind.name,
      difficulty,
      split,
      form,
      question: draft.question,
      solution: [...draft.lines, `The answer is \\boxed{${text}}.`],
      answer: { value: draft.value, text },
    };
  }
  throw new Error(`${kind.name}: no problem of difficulty ${difficulty} for the split ${split}`);
}

/**
 * The problem at an index: the same arguments give the same problem, in any order and process.
 *
 * @example
 * const { question, solution, answer } = problem(1, "train", 0, { kinds: ["linear-equation"] });
 *
 * @throws {@link ProblemsError} with code `ERR_ARGUMENT`
 */
export function problem(
  seed: number,
  split: Split,
  index: number,
  options: ProblemOptions = {},
): Problem {
  return make(choose(seed, split, options), natural(index, "index"));
}

/** The problems of indices from `from` whose canonical form is new, as long as there are any. */
function* distinctFrom(choice: Choice, from: number): Generator<Problem> {
  const seen = new FormSet();
  const repeats = new Map<string, number>();
  let cells = choice.kinds.length * new Set(choice.difficulties).size;
  for (let index = from; cells > 0; index++) {
    const [kind, difficulty] = chooseAt(choice, index);
    const cell = `${kind.name} ${difficulty}`;
    const before = repeats.get(cell) ?? 0;
    if (before >= MOST_REPEATS) continue;
    const made = make(choice, index);
    if (seen.add(made.form)) {
      repeats.set(cell, 0);
      yield made;
    } else {
      repeats.set(cell, before + 1);
      if (before + 1 >= MOST_REPEATS) cells--;
    }
  }
}

/**
 * Problems one after another: those that {@link problem} gives for the indices from `from`, or with
 * `distinct` those of them that are new. May be iterated more than once.
 *
 * @example
 * for (const { question, answer } of problems({ seed: 1, split: "test", count: 10 })) {
 *   console.log(question, answer.text);
 * }
 *
 * @throws {@link ProblemsError} with code `ERR_ARGUMENT`
 */
export function problems(options: ProblemsOptions): Iterable<Problem> {
  const choice = choose(options.seed, options.split, options);
  const from = natural(options.from ?? 0, "from");
  const count =
    options.count === undefined ? Number.POSITIVE_INFINITY : natural(options.count, "count");
  const isDistinct = options.distinct ?? false;
  ensure(
    typeof isDistinct === "boolean",
    () => `distinct: expected a boolean, found ${describe(isDistinct)}`,
  );
  return {
    *[Symbol.iterator]() {
      if (!isDistinct) {
        for (let i = 0; i < count; i++) yield make(choice, from + i);
        return;
      }
      let given = 0;
      for (const made of count === 0 ? [] : distinctFrom(choice, from)) {
        yield made;
        if (++given === count) return;
      }
    },
  };
}
