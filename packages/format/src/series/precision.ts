// How finely a series stores each kind of state. The defaults are what `npm run bench:series` is run with.

import { FormatError } from "../errors.js";

export interface SeriesPrecision {
  /** Step of the weights of a keyframe, by their root mean square. Default: 1/32, about as fine as int8 in blocks. */
  readonly keyframeStep: number;
  /** Step of the change of weights since the checkpoint before, by its root mean square. Default: 0.3. */
  readonly linkStep: number;
  /** Step of first moments, by their root mean square after division by their scale. Default: 1.5. */
  readonly firstStep: number;
  /** Steps an octave of second moments: 1, 2, 4 or 8. Default: 1, which is 19% of their root at most. */
  readonly secondParts: number;
  /** Step of averages of steps, by their root mean square, and twice that of averages of weights. Default: 1.5. */
  readonly averageStep: number;
}

export const defaultPrecision: SeriesPrecision = {
  keyframeStep: 1 / 32,
  linkStep: 0.3,
  firstStep: 1.5,
  secondParts: 1,
  averageStep: 1.5,
};

/** @throws FormatError `ERR_ARGUMENT` */
export function precisionOf(given: Partial<SeriesPrecision> = {}): SeriesPrecision {
  const precision = { ...defaultPrecision, ...given };
  for (const [name, value] of Object.entries(precision)) {
    const isPart = name !== "secondParts" || [1, 2, 4, 8].includes(value);
    if (Object.hasOwn(defaultPrecision, name) && value > 0 && value <= 8 && isPart) continue;
    throw new FormatError("ERR_ARGUMENT", {
      expected: `precision.${name} as documented`,
      found: value,
    });
  }
  return precision;
}
