// Reads what is in a bag, what is drawn from it, and of which outcome the probability is asked.

import { Rational } from "../../rational.js";
import { numberOf, type Reader, sumOf, unreadable } from "./text.js";

const ONE = Rational.of(1);
const DRAWS = ["Two", "Three", "Four", "Five", "Six"];
const KEPT = /without putting any back|none is put back/;
const RETURNED = /put back before the next|putting the last one back/;

export const readProbability: Reader = (question) => {
  const [bag = "", ...rest] = question.split(". ");
  const asked = rest.join(". ");
  const counts = new Map(
    [...bag.matchAll(/(\d+) ([a-z]+)/g)].map(([, n, colour]) => [colour ?? "", numberOf(n)]),
  );
  const total = sumOf([...counts.values()]);
  const named = (asked.match(/[a-z]+/g) ?? []).flatMap((word) => counts.get(word) ?? []);
  const [first, second] = named;
  if (first === undefined) return unreadable(question);
  if (second) {
    const isPair = /one is \w+ and the other|one \w+ and one/.test(asked);
    if (named.length > 2 || !isPair) return unreadable(question);
    const ways = first.multiply(second).multiply(Rational.of(2));
    return ways.divide(total.multiply(total.subtract(ONE)));
  }
  const draws = DRAWS.findIndex((word) => asked.startsWith(`${word} are drawn one after another`));
  if (draws >= 0) {
    if (KEPT.test(asked) === RETURNED.test(asked)) return unreadable(question);
    let chance = ONE;
    for (let i = 0; i < draws + 2; i++) {
      const gone = Rational.of(KEPT.test(asked) ? i : 0);
      chance = chance.multiply(first.subtract(gone).divide(total.subtract(gone)));
    }
    return chance;
  }
  const chance = first.divide(total);
  return / not [a-z]/.test(asked) ? ONE.subtract(chance) : chance;
};
