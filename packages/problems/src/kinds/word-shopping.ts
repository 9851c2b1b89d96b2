// Bills: several goods at their prices, a discount, a voucher, change or a share of the costs.

import { Rational } from "../rational.js";
import { GOODS, listed, PEOPLE, PLACES } from "../writing/names.js";
import { addUp, decimal } from "../writing/steps.js";
import type { Kind } from "./kind.js";

type End = "none" | "discount" | "voucher" | "change" | "share";
const ENDS: End[] = ["discount", "voucher", "change", "share"];

/** Cents as dollars: 250 is 2.50, 300 is 3. */
const money = (cents: number) => (cents % 100 === 0 ? `${cents / 100}` : decimal(cents, 2));

export const shoppingKind: Kind = {
  name: "word-shopping",
  about: "bills with discounts, vouchers, change and shared costs",
  limits: { steps: 8, digits: 4 },
  beyond: ["longer", "larger"],
  draw(random, difficulty, beyond) {
    const goods =
      beyond === "longer" ? random.int(5, 6) : ([1, 2, 2, 3, 3][difficulty - 1] as number);
    const coin = difficulty < 3 ? 100 : difficulty < 5 ? 50 : 5;
    const most = beyond === "larger" ? 990_000 : 1900;
    const items = Array.from({ length: goods }, () => ({
      count: random.int(2, beyond === "larger" ? 500 : 6 + 2 * difficulty),
      price: coin * random.int(Math.ceil(100 / coin), Math.floor(most / coin)),
    }));
    const total = items.reduce((sum, { count, price }) => sum + count * price, 0);
    const ends: { end: End; by: number }[] = [];
    const wanted = beyond === "longer" ? 2 : ([1, 1, 2, 2, 2][difficulty - 1] as number);
    let left = total;
    for (let tries = 0; tries < 40 && ends.length < wanted; tries++) {
      const end = random.pick(ENDS);
      if (ends.some((one) => one.end === end || one.end === "change" || one.end === "share"))
        continue;
      if (end === "discount") {
        const by = random.pick([5, 10, 20, 25, 50]);
        if ((left * by) % 100 !== 0) continue;
        ends.push({ end, by });
        left -= (left * by) / 100;
      } else if (end === "voucher") {
        const by = 100 * random.int(2, 9);
        if (by >= left) continue;
        ends.push({ end, by });
        left -= by;
      } else if (ends.length === wanted - 1) {
        const note = 1000 * (Math.floor(left / 1000) + random.int(1, 3));
        const by = end === "change" ? note : random.int(2, 6);
        if (end === "share" && left % by !== 0) continue;
        ends.push({ end, by });
        left = end === "change" ? by - left : left / by;
      }
    }
    return {
      key: [
        ...items.map(({ count, price }) => `${count} at ${price}`).sort(),
        ...ends.flatMap(({ end, by }) => [end, by]),
      ],
      write(words) {
        const [name, ...friends] = words.sample(PEOPLE, 2);
        const things = words.sample(GOODS, goods);
        const wares = items.map(({ count, price }, i) => {
          const [thing, cost] = [things[i], `${money(price)} dollars`];
          return words.pick([
            `${count} ${thing} at ${cost} each`,
            `${count} ${thing} for ${cost} apiece`,
            `${count} ${thing} that cost ${cost} each`,
            `${count} ${thing} at a price of ${cost} each`,
          ]);
        });
        const place = words.pick(PLACES);
        const buys = words.pick([
          `${name} buys`,
          `At ${place}, ${name} buys`,
          `${name} orders`,
          `${name} goes to ${place} and buys`,
          `For a party, ${name} gets`,
          `${name} puts into the basket`,
        ]);
        const story = [`${buys} ${listed(wares)}.`];
        const lines = items.map(
          ({ count, price }, i) =>
            `Cost of ${things[i]}: ${count} * ${money(price)} = ${money(count * price)}`,
        );
        if (goods > 1)
          lines.push(
            ...addUp(
              "Total",
              items.map(({ count, price }) => count * price),
              money,
            ),
          );
        let sum = total;
        for (const { end, by } of ends) {
          const before = sum;
          if (end === "discount") {
            const off = (sum * by) / 100;
            sum -= off;
            story.push(
              words.pick([
                `The bill is reduced by ${by}%.`,
                `A member card takes ${by}% off.`,
                `There is a discount of ${by}%.`,
                `Today everything is ${by}% cheaper.`,
                `The seller lowers the price of it all by ${by}%.`,
              ]),
            );
            lines.push(
              `Discount: ${money(before)} * ${by} / 100 = ${money(off)}`,
              `${money(before)} - ${money(off)} = ${money(sum)}`,
            );
          } else if (end === "voucher") {
            sum -= by;
            story.push(
              words.pick([
                `A voucher takes off ${money(by)} dollars.`,
                `${name} uses a coupon for ${money(by)} dollars.`,
                `A gift card covers ${money(by)} dollars of it.`,
                `${name} gets ${money(by)} dollars off.`,
              ]),
            );
            lines.push(`${money(before)} - ${money(by)} = ${money(sum)}`);
          } else if (end === "change") {
            sum = by - sum;
            story.push(
              words.pick([
                `${name} pays with ${money(by)} dollars.`,
                `${name} hands over ${money(by)} dollars.`,
                `${name} gives the seller ${money(by)} dollars.`,
                `${name} lays ${money(by)} dollars on the counter.`,
              ]),
            );
            lines.push(`Change: ${money(by)} - ${money(before)} = ${money(sum)}`);
          } else {
            sum /= by;
            story.push(
              words.pick([
                `${by} people, ${name} among them, share the bill equally.`,
                `The bill is split equally among ${by} people, one of them ${friends[0]}.`,
                `${by} friends pay equal parts of it.`,
                `A group of ${by} pays for it in equal shares.`,
              ]),
            );
            lines.push(`Share: ${money(before)} / ${by} = ${money(sum)}`);
          }
        }
        const last = ends.at(-1)?.end;
        const asks =
          last === "change"
            ? [
                "How much change in dollars is that?",
                `How many dollars does ${name} get back?`,
                `What is the change in dollars?`,
                `How many dollars should ${name} receive as change?`,
              ]
            : last === "share"
              ? [
                  "How many dollars does each pay?",
                  "What is the share of each in dollars?",
                  "How much is each share, in dollars?",
                  "How many dollars is that for one of them?",
                ]
              : [
                  `How many dollars does ${name} pay?`,
                  "How much is left to pay, in dollars?",
                  "How much is that in dollars?",
                  "What is the price to pay, in dollars?",
                  "What does it cost in dollars?",
                ];
        return {
          question: [...story, words.pick(asks)].join(" "),
          lines,
          value: Rational.of(sum, 100),
          text: money(sum),
        };
      },
    };
  },
};
