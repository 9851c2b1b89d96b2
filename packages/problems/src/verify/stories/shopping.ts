// Reads bills: what is bought at which price, what is taken off, and who pays how.

import { Rational } from "../../rational.js";
import { numberOf, numbersOf, type Reader, sentencesOf, sumOf, unreadable } from "./text.js";

const WARE =
  /(\d+) [a-z ]+? (?:at|for|that cost|at a price of) (\d+(?:\.\d+)?) dollars (?:each|apiece)/g;
const DISCOUNT = /(\d+)%(?: off| cheaper)?/;
const LOWERED = /reduced|off|discount|cheaper|lowers/;
const TAKEN_OFF = /voucher|coupon|gift card|dollars off/;
const HANDED = /pays with|hands over|gives the seller|on the counter/;
const SHARED = /share the bill equally|split equally|equal parts|equal shares/;

const asks = {
  change: /change|get back/,
  share: /does each pay|share of each|each share|one of them/,
  price: /pay|is that|cost/,
};
type Asked = keyof typeof asks;

/** What has to be paid after a sentence, or what the answer is, and which question it leads to. */
function after(sentence: string, bill: Rational): { bill: Rational; leadsTo: Asked } {
  const [number, ...others] = numbersOf(sentence);
  if (number === undefined || others.length > 0) return unreadable(sentence);
  if (DISCOUNT.test(sentence)) {
    if (!LOWERED.test(sentence)) return unreadable(sentence);
    const kept = Rational.of(100).subtract(number).divide(Rational.of(100));
    return { bill: bill.multiply(kept), leadsTo: "price" };
  }
  if (TAKEN_OFF.test(sentence)) return { bill: bill.subtract(number), leadsTo: "price" };
  if (HANDED.test(sentence)) return { bill: number.subtract(bill), leadsTo: "change" };
  if (SHARED.test(sentence)) return { bill: bill.divide(number), leadsTo: "share" };
  return unreadable(sentence);
}

export const readShopping: Reader = (question) => {
  const { told, asked } = sentencesOf(question);
  const [bought = "", ...events] = told;
  const wares = [...bought.matchAll(WARE)];
  if (wares.length === 0 || 2 * wares.length !== numbersOf(bought).length)
    return unreadable(bought);
  let bill = sumOf(wares.map(([, count, price]) => numberOf(count).multiply(numberOf(price))));
  let leadsTo: Asked = "price";
  for (const sentence of events) {
    if (leadsTo !== "price") return unreadable(sentence);
    ({ bill, leadsTo } = after(sentence, bill));
  }
  return asks[leadsTo].test(asked) ? bill : unreadable(asked);
};
