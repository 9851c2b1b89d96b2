// Reads how an amount changes, by the verbs of the sentences and the numbers in them.

import { Rational } from "../../rational.js";
import { numberOf, numbersOf, type Reader, ratioOf, sentencesOf, unreadable } from "./text.js";

const GAIN = new RegExp(
  [
    "more( |$)|another|adds|added|poured in|pours in|pays back|earns|sells a [a-z]+ for|gets? on",
    "board|joins?|comes? in|arrive|drive in|buys \\d+ packs|boxes with|brings?|orders|delivered",
    "empties|works|puts aside|give [A-Z]",
  ]
    .map((words) => `(?:^|[ ,])(?:${words})`)
    .join("|"),
);
const LOSS = new RegExp(
  [
    "loses|lost|takes?|sells? (?!a )|sold|broken|sends|leak|uses|evaporate|spends|costs?|lends|off",
    "pays (?!back)|leave|gets? out|away|driven out|eats?|drink|flow out|hands out|lets out|gives \\d+ (?:of them )?to",
    "each from|customers buy|buys \\d+ tickets",
  ]
    .map((words) => `(?:^|[ ,])(?:${words})`)
    .join("|"),
);
const TIMES = /(\d+) times (?:as|the)|(twice|[a-z]+ times) (?:as|the|its)/;
const PART = /1\/(\d+)|One in every (\d+)|(half|an? [a-z]+th|a third|a quarter) of/;
const ASKED = /in the end|left|now|after/;

/** The amount after a sentence. */
function after(sentence: string, before: Rational): Rational {
  const times = TIMES.exec(sentence);
  if (times) {
    const factor = times[1] ? numberOf(times[1]) : ratioOf(times[2] ?? "");
    return factor ? before.multiply(factor) : unreadable(sentence);
  }
  const part = PART.exec(sentence);
  if (part) {
    const divisor = part[1] ?? part[2];
    const share = divisor ? Rational.of(1n, BigInt(divisor)) : ratioOf(part[3] ?? "");
    return share ? before.subtract(before.multiply(share)) : unreadable(sentence);
  }
  const numbers = numbersOf(sentence);
  if (numbers.length < 1 || numbers.length > 2) unreadable(sentence);
  const amount = numbers.reduce((a, b) => a.multiply(b));
  const [gains, loses] = [GAIN.test(sentence), LOSS.test(sentence)];
  if (gains === loses) unreadable(sentence);
  return gains ? before.add(amount) : before.subtract(amount);
}

export const readEvents: Reader = (question) => {
  const { told, asked } = sentencesOf(question);
  const [start = "", ...events] = told;
  const [first, ...others] = numbersOf(start);
  if (first === undefined || others.length > 0) return unreadable(start);
  if (!ASKED.test(asked)) return unreadable(asked);
  return events.reduce((amount, sentence) => after(sentence, amount), first);
};
