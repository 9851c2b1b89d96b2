// Where an amount changes, and how that is told: each setting has several sentences for each change.

import type { Random } from "../random.js";
import { GOODS, OBJECTS, PEOPLE } from "./names.js";

export type Change = "gain" | "loss" | "packs" | "portions" | "fraction" | "multiple";

/**
 * What the words of a setting are; `@` stands for a number, `#` for a second one, `1/@` may be told as
 * `%` (a third), `@ times` as `$` (three times).
 */
export interface Setting {
  unit: string;
  start: string[];
  ways: Record<Change, string[]>;
  ask: string[];
}

const collection = (name: string, friend: string, thing: string): Setting => ({
  unit: thing,
  start: [
    `${name} has @ ${thing}.`,
    `At first, ${name} has @ ${thing}.`,
    `${name} starts the week with @ ${thing}.`,
    `There are @ ${thing} in ${name}'s box.`,
  ],
  ways: {
    gain: [
      `${friend} gives ${name} @ more.`,
      `Then ${name} finds @ more.`,
      `${name} gets @ more from ${friend}.`,
      `For a birthday, ${name} receives @ more.`,
    ],
    loss: [
      `${name} gives @ of them to ${friend}.`,
      `${name} loses @ of them.`,
      `@ of them get lost.`,
      `${friend} takes away @ of them.`,
    ],
    packs: [
      `${name} buys @ packs of # ${thing} each.`,
      `${name} gets @ boxes with # in each.`,
      `@ friends bring # each for ${name}.`,
      `On each of the next @ days, ${name} finds # more.`,
    ],
    portions: [
      `${name} gives # to each of @ friends.`,
      `@ neighbours get # each from ${name}.`,
      `${name} hands out # a day for @ days.`,
      `${name} fills @ bags with # each and gives them away.`,
    ],
    fraction: [
      `One in every @ of them is sold.`,
      `${name} sells 1/@ of them.`,
      `${name} gives % of them away.`,
      `Then % of them are given to a school.`,
    ],
    multiple: [
      `After that, ${name} makes the number @ times as large.`,
      `By the next week there are @ times as many.`,
      `A year later ${name} has $ as many.`,
      `Then the collection grows to $ its size.`,
    ],
  },
  ask: [
    `How many ${thing} does ${name} have in the end?`,
    `How many ${thing} are left with ${name}?`,
    `How many ${thing} has ${name} now?`,
    `What is the number of ${name}'s ${thing} after all this?`,
  ],
});

const shop = (goods: string): Setting => ({
  unit: goods,
  start: [
    `A shop has @ ${goods} in stock.`,
    `There are @ ${goods} on the shelves of a shop.`,
    `In the morning, a shop has @ ${goods}.`,
    `The stock of a shop is @ ${goods}.`,
  ],
  ways: {
    gain: [
      `A delivery brings @ more.`,
      `@ more are delivered.`,
      `The owner adds @ from the cellar.`,
      `A lorry brings another @.`,
    ],
    loss: [
      `It sells @ of them.`,
      `@ of them are sold to one customer.`,
      `@ are broken and thrown away.`,
      `The owner sends @ of them back.`,
    ],
    packs: [
      `@ crates with # in each arrive.`,
      `The shop orders @ cartons of # and receives them.`,
      `@ boxes of # each are delivered.`,
      `On @ days in a row, # more arrive each day.`,
    ],
    portions: [
      `@ customers buy # each.`,
      `On each of the next @ days, # are sold.`,
      `@ schools take # each.`,
      `The shop sells # an hour for @ hours.`,
    ],
    fraction: [
      `In a sale, 1/@ of the stock goes.`,
      `Of all of them, 1/@ are returned to the maker.`,
      `A cafe buys % of the stock.`,
      `Then % of them are sold.`,
    ],
    multiple: [
      `Then the owner increases the stock to @ times as many.`,
      `For the holidays the stock is made @ times as large.`,
      `A new order makes the stock $ as large.`,
      `Before the weekend the stock is raised to $ as many.`,
    ],
  },
  ask: [
    `How many ${goods} are there in the end?`,
    `How many ${goods} does the shop have now?`,
    `How many ${goods} are in stock after that?`,
    `What is the number of ${goods} left in the shop?`,
  ],
});

const tank = (name: string): Setting => ({
  unit: "litres",
  start: [
    `A tank holds @ litres of water.`,
    `There are @ litres of water in a tank.`,
    `A barrel has @ litres of water in it.`,
    `${name} has a pool with @ litres of water.`,
  ],
  ways: {
    gain: [
      `Rain adds @ litres.`,
      `@ litres are poured in.`,
      `${name} lets in @ litres more.`,
      `A hose brings another @ litres.`,
    ],
    loss: [
      `@ litres leak out.`,
      `${name} uses @ litres for the garden.`,
      `@ litres evaporate.`,
      `${name} takes @ litres to wash a car.`,
    ],
    packs: [
      `${name} pours in @ buckets of # litres each.`,
      `A pump adds # litres a minute for @ minutes.`,
      `In @ showers of rain, # litres come in each time.`,
      `${name} empties @ cans of # litres into it.`,
    ],
    portions: [
      `${name} fills @ cans of # litres each from it.`,
      `For @ hours, # litres flow out each hour.`,
      `@ horses drink # litres each.`,
      `A tap lets out # litres a minute for @ minutes.`,
    ],
    fraction: [
      `Then 1/@ of the water is drained.`,
      `${name} lets out 1/@ of what is in it.`,
      `In the heat, % of the water is lost.`,
      `${name} uses up % of the water.`,
    ],
    multiple: [
      `A storm raises the amount to @ times as much.`,
      `${name} fills it up to @ times the amount.`,
      `Overnight the amount becomes $ as large.`,
      `${name} adds water until there is $ as much.`,
    ],
  },
  ask: [
    `How many litres are in it in the end?`,
    `How much water, in litres, is left?`,
    `How many litres of water are there now?`,
  ],
});

const savings = (name: string, friend: string): Setting => ({
  unit: "dollars",
  start: [
    `${name} has saved @ dollars.`,
    `${name}'s savings are @ dollars.`,
    `${name} has @ dollars in the bank.`,
    `There are @ dollars in ${name}'s purse.`,
  ],
  ways: {
    gain: [
      `${friend} pays back @ dollars.`,
      `A birthday brings @ dollars more.`,
      `${name} earns @ dollars.`,
      `${name} sells a bicycle for @ dollars.`,
    ],
    loss: [
      `${name} spends @ dollars on shoes.`,
      `A repair costs ${name} @ dollars.`,
      `${name} lends @ dollars to ${friend}.`,
      `${name} pays a bill of @ dollars.`,
    ],
    packs: [
      `${name} works @ hours for # dollars an hour.`,
      `For @ weeks, ${name} puts aside # dollars a week.`,
      `${name} earns # dollars a day for @ days.`,
      `@ aunts give ${name} # dollars each.`,
    ],
    portions: [
      `${name} buys @ tickets for # dollars each.`,
      `${name} pays # dollars a day for @ days of parking.`,
      `${name} spends # dollars on each of @ presents.`,
      `@ lessons cost ${name} # dollars each.`,
    ],
    fraction: [
      `${name} gives 1/@ of the money to ${friend}.`,
      `Rent takes 1/@ of it.`,
      `${name} spends % of the money.`,
      `Then % of the money goes to a charity.`,
    ],
    multiple: [
      `An aunt adds enough to make it @ times as much.`,
      `A prize makes the savings @ times as large.`,
      `A good month raises the savings to $ as much.`,
      `With a gift from ${friend} it becomes $ as much.`,
    ],
  },
  ask: [
    `How many dollars does ${name} have in the end?`,
    `How much money, in dollars, is left?`,
    `How many dollars has ${name} now?`,
  ],
});

const vehicle = (words: Random): Setting => {
  const what = words.pick(["train", "ferry", "tram"]);
  return {
    unit: "people",
    start: [
      `@ people are on a ${what}.`,
      `A ${what} leaves with @ people on board.`,
      `There are @ people on a ${what}.`,
      `A ${what} carries @ people.`,
    ],
    ways: {
      gain: [
        `At the next stop, @ people get on.`,
        `@ more people board.`,
        `Then @ more join.`,
        `A group of @ tourists gets on.`,
      ],
      loss: [
        `At a stop, @ people get off.`,
        `@ people leave the ${what}.`,
        `Then @ of them get out.`,
        `A school class of @ children gets off.`,
      ],
      packs: [
        `@ groups of # people each get on.`,
        `At each of the next @ stops, # people board.`,
        `@ families of # people each come on board.`,
        `At @ stops, # people get on each time.`,
      ],
      portions: [
        `@ families of # people each get off.`,
        `At each of @ stops, # people leave.`,
        `@ teams of # players each get out.`,
        `At @ stops, # people get off each time.`,
      ],
      fraction: [
        `In a city, 1/@ of the people get off.`,
        `Halfway, 1/@ of them leave.`,
        `In a town, % of the people get off.`,
        `Then % of them get out.`,
      ],
      multiple: [
        `At the airport the number becomes @ times as large.`,
        `After the main stop there are @ times as many.`,
        `At the stadium the number grows to $ as many.`,
        `After the harbour there are $ as many.`,
      ],
    },
    ask: [
      `How many people are on the ${what} in the end?`,
      `How many people are on board now?`,
      `What is the number of people on board after that?`,
    ],
  };
};

const carPark: Setting = {
  unit: "cars",
  start: [
    `@ cars are in a car park.`,
    `There are @ cars in a car park.`,
    `At noon, @ cars stand in a car park.`,
  ],
  ways: {
    gain: [`@ more come in.`, `Then @ more arrive.`, `In the next hour, @ cars drive in.`],
    loss: [`@ cars leave.`, `Then @ of them drive away.`, `@ cars are driven out.`],
    packs: [
      `In each of the next @ hours, # cars come in.`,
      `@ lorries bring # cars each.`,
      `For @ hours, # more arrive an hour.`,
    ],
    portions: [
      `For @ hours, # cars leave an hour.`,
      `In each of the next @ hours, # of them drive away.`,
      `@ lorries take away # cars each.`,
    ],
    fraction: [
      `In the evening, 1/@ of them leave.`,
      `After a concert, % of the cars leave.`,
      `Then % of them drive away.`,
    ],
    multiple: [
      `An hour later there are @ times as many.`,
      `Before a match the number grows to $ as many.`,
      `By the evening there are $ as many.`,
    ],
  },
  ask: [
    `How many cars are there in the end?`,
    `How many cars are in the car park now?`,
    `What is the number of cars after that?`,
  ],
};

const barn = (name: string): Setting => ({
  unit: "kilograms",
  start: [
    `A barn holds @ kilograms of grain.`,
    `${name} has @ kilograms of grain in a barn.`,
    `There are @ kilograms of potatoes in ${name}'s cellar.`,
  ],
  ways: {
    gain: [
      `The harvest adds @ kilograms.`,
      `A neighbour brings @ kilograms more.`,
      `${name} buys another @ kilograms.`,
    ],
    loss: [
      `Mice eat @ kilograms.`,
      `${name} sells @ kilograms.`,
      `@ kilograms are spoilt and thrown away.`,
    ],
    packs: [
      `${name} brings in @ sacks of # kilograms each.`,
      `@ carts with # kilograms each arrive.`,
      `For @ days, # kilograms are added a day.`,
    ],
    portions: [
      `${name} sells @ sacks of # kilograms each.`,
      `The animals eat # kilograms a day for @ days.`,
      `@ families take # kilograms each.`,
    ],
    fraction: [
      `${name} sells 1/@ of it.`,
      `Then % of it is taken to the mill.`,
      `During the winter, % of it is used up.`,
    ],
    multiple: [
      `A good summer makes the amount @ times as large.`,
      `After the harvest there is $ as much.`,
      `${name} fills it up to $ the amount.`,
    ],
  },
  ask: [
    `How many kilograms are there in the end?`,
    `How much is left, in kilograms?`,
    `How many kilograms are there now?`,
  ],
});

export function eventSetting(words: Random): Setting {
  const [name = "", friend = ""] = words.sample(PEOPLE, 2);
  return words.pick([
    () => collection(name, friend, words.pick(OBJECTS)),
    () => shop(words.pick(GOODS)),
    () => tank(name),
    () => savings(name, friend),
    () => vehicle(words),
    () => carPark,
    () => barn(name),
  ])();
}
