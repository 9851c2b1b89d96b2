// Words that stories draw from. Things are plural, so that every count is 2 or more.

const words = (text: string): readonly string[] => text.trim().split(/\s*,\s*/);

export const PEOPLE = words(`
  Ana, Ben, Clara, Dmitri, Elena, Farid, Grace, Hiro, Ines, Jamal, Kavya, Liam, Mei, Noah, Olga, Pablo,
  Quinn, Rosa, Samir, Tara, Uma, Victor, Wanda, Yusuf, Zoe, Amara, Bruno, Chidi, Dalia, Emil, Fatima,
  Gabriel, Hannah, Ivan, Julia, Kofi, Lena, Marco, Nadia, Oscar, Priya, Rafael, Sofia, Tomas, Ursula,
  Valeria, Walter, Xenia, Yara, Zack, Aisha, Boris, Carmen, David, Esther, Felix, Greta, Hugo, Isabel,
  Jonas, Karim, Laura, Mateo, Nina, Omar, Petra, Rahul, Sara, Theo, Vera`);

export const OBJECTS = words(`
  marbles, stickers, books, stamps, coins, shells, pencils, cards, buttons, beads, apples, oranges, cookies,
  balloons, crayons, photos, comics, toy cars, postcards, badges, walnuts, tulips, candles, magnets, pebbles,
  posters, ribbons, feathers, puzzles, keyrings, model trains, seashells, lemons, peaches, bottle caps,
  paper cranes, erasers, whistles, roses, chess pieces`);

export const GOODS = words(`
  pens, notebooks, mugs, lamps, scarves, plates, towels, puzzles, caps, bowls, pots of paint, bags of rice,
  boxes of tea, jars of honey, loaves of bread, bottles of juice, bars of soap, packs of batteries, umbrellas,
  baskets, cushions, brushes, cups, blankets, tins of soup, packets of seeds, rolls of tape, pairs of socks,
  bunches of flowers, boxes of crayons`);

export const PLACES = words(`
  a market, a corner shop, a school fair, a department store, a garden centre, a bookshop, a supermarket,
  a craft shop, a flea market, a museum shop, an online store, a village store`);

/** `7`, `7 and 8`, `7, 8 and 9`. */
export const listed = (parts: readonly (string | number)[]): string =>
  parts.length === 1 ? `${parts[0]}` : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
