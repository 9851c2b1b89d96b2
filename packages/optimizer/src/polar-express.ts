// Coefficients that bring singular values to 1 as fast as products of a given degree can.

import type { Coefficients } from "./newton-schulz.js";

/** Of the published list; each is the best of degree 5 after those before it, from singular values of at least 1e-3. */
const published: readonly Coefficients[] = [
  [8.28721201814563, -23.595886519098837, 17.300387312530933],
  [4.107059111542203, -2.9478499167379106, 0.5448431082926601],
  [3.9486908534822946, -2.908902115962949, 0.5518191394370137],
  [3.3184196573706015, -2.488488024314874, 0.51004894012372],
  [2.300652019954817, -1.6689039845747493, 0.4188073119525673],
  [1.891301407787398, -1.2679958271945868, 0.37680408948524835],
  [1.8750014808534479, -1.2500016453999487, 0.3750001645474248],
];

// So that a singular value that rounding lifts above the interval doesn't leave it for good.
const safety = 1.01;

/**
 * One set of coefficients a step for `orthogonalize`. Singular values above a thousandth of the norm end between 0.42
 * and 1.57 after four steps, 0.84 and 1.13 after five, and within 1e-4 of 1 after seven; any number may be taken.
 *
 * @see Amsel et al., "The Polar Express: Optimal Matrix Sign Methods and Their Application to the Muon Algorithm", 2025,
 * arXiv 2505.16932, algorithm 1
 */
export const polarExpress: readonly [Coefficients, ...Coefficients[]] = [
  ...published.map(([a, b, c]): Coefficients => [a / safety, b / safety ** 3, c / safety ** 5]),
  [1.875, -1.25, 0.375],
] as unknown as readonly [Coefficients, ...Coefficients[]];
