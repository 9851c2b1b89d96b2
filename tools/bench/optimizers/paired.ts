// The mean of paired differences and what it lies between.

// Student's t for 1 degree of freedom and up: at 0.9995 and at 0.975.
const quantilesOf999 = [
  636.619, 31.599, 12.924, 8.61, 6.869, 5.959, 5.408, 5.041, 4.781, 4.587, 4.437, 4.318, 4.221,
  4.14, 4.073, 4.015, 3.965, 3.922, 3.883, 3.85, 3.819, 3.792, 3.768, 3.745, 3.725, 3.707, 3.69,
  3.674, 3.659, 3.646,
];
const quantilesOf95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
];

/** With the two-sided interval, of 99.9% by default, which has no bounds where there is one difference. */
export function pairedMean(
  differences: readonly number[],
  percent: 99.9 | 95 = 99.9,
): {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
} {
  const n = differences.length;
  const mean = differences.reduce((sum, x) => sum + x, 0) / n;
  if (n < 2) return { mean, low: -Infinity, high: Infinity };
  const variance = differences.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const quantiles = percent === 95 ? quantilesOf95 : quantilesOf999;
  const quantile = quantiles[n - 2] ?? (quantiles.at(-1) as number);
  const half = quantile * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}
