// Reads conversions of units, and speeds, distances and times.

import { Rational } from "../../rational.js";
import { numberOf, type Reader, sumOf, unreadable } from "./text.js";

/** Units of one measure, each in the smallest. */
const MEASURES: readonly Readonly<Record<string, number>>[] = [
  { kilometres: 1_000_000, metres: 1000, centimetres: 10, millimetres: 1 },
  { tonnes: 1_000_000_000, kilograms: 1_000_000, grams: 1000, milligrams: 1 },
  { litres: 1000, millilitres: 1 },
  { weeks: 604_800, days: 86_400, hours: 3600, minutes: 60, seconds: 1 },
  { miles: 63_360, yards: 36, feet: 12, inches: 1 },
  { pounds: 16, ounces: 1 },
];
const SPEED = /(\d+) (?:miles|kilometres) per hour/;
const DISTANCE = /(\d+(?:\/\d+)?) (?:miles|kilometres)(?! per hour)/;
const TIME = /(\d+) hours(?: and (\d+) minutes)?/;

const fraction = (text: string): Rational => {
  const [top, bottom = "1"] = text.split("/");
  return numberOf(top).divide(numberOf(bottom));
};

function motion(question: string): Rational {
  const speed = SPEED.exec(question)?.[1];
  const distance = DISTANCE.exec(question)?.[1];
  const [, hours, minutes = "0"] = TIME.exec(question) ?? [];
  const time = hours && numberOf(hours).add(numberOf(minutes).divide(Rational.of(60)));
  if (speed && time && !distance) return numberOf(speed).multiply(time);
  if (distance && time && !speed) return fraction(distance).divide(time);
  if (distance && speed && !time && question.includes("minutes")) {
    return fraction(distance).divide(numberOf(speed)).multiply(Rational.of(60));
  }
  return unreadable(question);
}

export const readUnits: Reader = (question) => {
  if (question.includes("per hour")) return motion(question);
  for (const measure of MEASURES) {
    const names = Object.keys(measure).join("|");
    const given = [...question.matchAll(new RegExp(`(\\d+) (${names})\\b`, "g"))];
    const rest = question.replace(new RegExp(`\\d+ (?:${names})\\b`, "g"), "");
    const [target, ...others] = rest.match(new RegExp(`\\b(?:${names})\\b`, "g")) ?? [];
    if (given.length === 0 || target === undefined || others.length > 0) continue;
    const size = (unit: string | undefined) => Rational.of(measure[unit ?? ""] ?? 0);
    return sumOf(given.map(([, n, unit]) => numberOf(n).multiply(size(unit)))).divide(size(target));
  }
  return unreadable(question);
};
