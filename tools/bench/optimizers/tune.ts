// The best learning rate and weight decay that a number of trials finds: a walk over a logarithmic grid, the same for
// every optimizer, with no edge that a good value could lie beyond.

export interface Tuned {
  readonly rate: number;
  readonly weightDecay: number;
}

type Place = readonly [rate: number, decay: number];

// Neighbours in halves of a factor of 2 of the rate and of 4 of the decay; the widest first.
const neighbours: readonly Place[] = [
  [2, 0],
  [-2, 0],
  [0, 2],
  [0, -2],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
];

const settingAt = ([rate, decay]: Place): Tuned => ({
  rate: Number((0.008 * 2 ** (rate / 2)).toPrecision(4)),
  weightDecay: Number((0.4 * 4 ** (decay / 2)).toPrecision(4)),
});

/** @param lossOf  of one trial; `Infinity` where it was lost. */
export async function tune(
  trials: number,
  lossOf: (setting: Tuned) => Promise<number>,
): Promise<Tuned> {
  const losses = new Map<string, number>();
  let best: Place = [0, 0];
  let least = await lossOf(settingAt(best));
  losses.set(best.join(), least);
  while (losses.size < trials) {
    const from = best;
    const next = neighbours
      .map(([rate, decay]): Place => [from[0] + rate, from[1] + decay])
      .find((place) => !losses.has(place.join()));
    if (next === undefined) break;
    const loss = await lossOf(settingAt(next));
    losses.set(next.join(), loss);
    if (loss < least) [best, least] = [next, loss];
  }
  return settingAt(best);
}
