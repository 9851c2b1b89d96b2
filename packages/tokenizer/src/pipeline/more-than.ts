// Texts are not read to their end where their beginning is enough.

/** So many tokens more that the last ones, which what follows can change, don't matter. */
const CLEARLY = 200;
const UNITS_A_TOKEN = 8;
const MORE_UNITS = 1 << 13;

/**
 * A beginning that clearly has more than `limit` tokens, or the whole text.
 *
 * @param count  how many tokens a text has, at most about the second argument
 */
export function moreThan(
  limit: number,
  text: string,
  count: (text: string, most: number) => number,
): string {
  const wanted = limit + CLEARLY;
  for (let units = UNITS_A_TOKEN * limit + MORE_UNITS; units < text.length; units *= 4) {
    const part = text.slice(0, units);
    if (count(part, wanted) >= wanted) return part;
  }
  return text;
}
