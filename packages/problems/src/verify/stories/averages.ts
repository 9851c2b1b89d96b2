// Reads means: of a list, of groups, and of a list that lacks one value.

import { Rational } from "../../rational.js";
import { numberOf, numbersOf, type Reader, sumOf, unreadable } from "./text.js";

const GROUPS = /group of (\d+)(?: \w+ has a mean of| one of) (\d+)|(\d+) [a-z]+ have (\d+)/g;
const TWO_LISTS = /groups of ([\d, and]+) \w+, whose averages are ([\d, and]+) points/;
const LIST = /\d+(?:, \d+)*(?: and \d+)?/g;
/** How many values there are in all, and their mean. */
const MISSING = [
  /mean of (?<n>\d+) numbers is (?<m>\d+)\. All but one of them are/,
  /average of (?<m>\d+) points in (?<n>\d+) rounds and has/,
  /average of (?<n>\d+) values is (?<m>\d+), and all except one are known:/,
  /In (?<n>\d+) games, \w+ scores (?<m>\d+) points on average:/,
];

function ofGroups(counts: readonly Rational[], means: readonly Rational[]): Rational {
  const sums = counts.map((count, i) => count.multiply(means[i] ?? unreadable("a group")));
  return sumOf(sums).divide(sumOf(counts));
}

export const readAverages: Reader = (question) => {
  const lists = TWO_LISTS.exec(question);
  if (lists) return ofGroups(numbersOf(lists[1] ?? ""), numbersOf(lists[2] ?? ""));
  for (const pattern of MISSING) {
    const found = pattern.exec(question)?.groups;
    if (found === undefined) continue;
    const known = numbersOf(question.replace(pattern, ""));
    const count = numberOf(found["n"]);
    if (!count.equals(Rational.of(known.length + 1))) return unreadable(question);
    return count.multiply(numberOf(found["m"])).subtract(sumOf(known));
  }
  const groups = [...question.matchAll(GROUPS)];
  if (groups.length > 1) {
    return ofGroups(
      groups.map((found) => numberOf(found[1] ?? found[3])),
      groups.map((found) => numberOf(found[2] ?? found[4])),
    );
  }
  if (!/mean|average/.test(question)) return unreadable(question);
  const [list, ...counts] = (question.match(LIST) ?? [])
    .map(numbersOf)
    .sort((a, b) => b.length - a.length);
  const count = Rational.of(list?.length ?? 0);
  if (list === undefined || counts.length > 1) return unreadable(question);
  if (counts[0] && !counts[0][0]?.equals(count)) return unreadable(question);
  return sumOf(list).divide(count);
};
