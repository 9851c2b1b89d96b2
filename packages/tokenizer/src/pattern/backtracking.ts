// Which patterns the host's regular expressions may run. They try the ways in which a pattern
// can match one by one, which can take longer than anybody waits. Here the ways are counted.

import { TokenizerError } from "../errors.js";
import { Reader } from "./reader.js";
import type { PatternNode } from "./syntax.js";

/** How many ways an endless or a long repeat is counted as. */
const ENDLESS = 16;
/** Steps from one place: enough for four such repeats in a row. */
const MAX_STEPS = 2 ** 18;

/** In how many ways a node can match at one place, and how many steps it takes to try all. */
interface Cost {
  readonly ways: number;
  readonly steps: number;
}

const ONE: Cost = { ways: 1, steps: 1 };

/**
 * @throws TokenizerError ERR_UNSUPPORTED for a pattern whose search may take exponential time,
 *   and for references, except to a group of one way to match that surely has matched.
 */
export function refuseBacktracking(node: PatternNode, source: string): void {
  const refuse = (what: string, at: number): never => {
    throw new TokenizerError(
      "ERR_UNSUPPORTED",
      `expected a pattern that an automaton or a short search can match, found ${what} ${new Reader(source).where(at)}`,
    );
  };
  /** The last node of more than one way. */
  let last = 0;

  const cost = (node: PatternNode): Cost => {
    const found = costOf(node);
    if (found.steps > MAX_STEPS) {
      refuse(
        `too many repeats and alternatives, which can match in more than ${MAX_STEPS} ways,`,
        last,
      );
    }
    return found;
  };

  const costOf = (node: PatternNode): Cost => {
    switch (node.type) {
      case "sequence":
        return sequence(node.parts);
      case "choice": {
        const options = node.options.map(cost);
        last = node.at;
        return {
          ways: options.reduce((sum, option) => sum + option.ways, 0),
          steps: options.reduce((sum, option) => sum + option.steps, 0),
        };
      }
      case "group":
        return cost(node.body);
      case "atomic":
      case "look":
        // Once it has matched it is not entered again.
        return { ways: 1, steps: cost(node.body).steps };
      case "repeat":
        return repeat(node);
      case "reference":
        return refuse(
          `a reference to group ${node.group}, which only a backtracking search can follow,`,
          node.at,
        );
      default:
        return ONE;
    }
  };

  const sequence = (parts: readonly PatternNode[]): Cost => {
    const matched = new Set<number>();
    let ways = 1;
    let steps = 1;
    for (const part of parts) {
      const each = part.type === "reference" && matched.has(part.group) ? ONE : cost(part);
      if (part.type === "group" && each.ways === 1) matched.add(part.number);
      steps += ways * each.steps;
      ways *= each.ways;
    }
    return { ways, steps };
  };

  const repeat = (node: PatternNode & { type: "repeat" }): Cost => {
    const body = cost(node.body);
    last = node.at;
    if (node.max === Infinity && body.ways > 1) {
      refuse(
        "an endless repeat of alternatives or of another repeat, which a backtracking search may take exponential time for,",
        last,
      );
    }
    const max = node.max === Infinity ? node.min + ENDLESS : node.max;
    let ways = 0;
    let turns = 1;
    let power = 1;
    for (let turn = 0; turn <= max; turn++) {
      if (turn >= node.min) ways += power;
      if (turn < max) turns += power;
      power *= body.ways;
    }
    if (body.ways === 1) ways = Math.min(ways, ENDLESS);
    return { ways: node.mode === "possessive" ? 1 : ways, steps: turns * body.steps };
  };

  cost(node);
}
