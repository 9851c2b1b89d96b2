// Whole-number arithmetic over BigInt that the exact forms share.

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

export const absolute = (x: bigint): bigint => (x < 0n ? -x : x);

export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [absolute(a), absolute(b)];
  while (y !== 0n) {
    if (x <= MAX_SAFE && y <= MAX_SAFE) return BigInt(smallGcd(Number(x), Number(y)));
    [x, y] = [y, x % y];
  }
  return x;
}

function smallGcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** How many binary digits `|x|` has; 0 has none. */
export function bitLength(x: bigint): number {
  const size = absolute(x);
  if (size <= MAX_SAFE) {
    const n = Number(size);
    const high = Math.floor(n / 2 ** 32);
    return high === 0 ? 32 - Math.clz32(n) : 64 - Math.clz32(high);
  }
  const hex = size.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)));
}

/** The largest integer whose `n`th power is at most `x`, for `x` of at least 0 and `n` of at least 1. */
export function integerRoot(x: bigint, n: number): bigint {
  if (x < 2n || n === 1) return x;
  if (x <= MAX_SAFE && n === 2) {
    let root = BigInt(Math.floor(Math.sqrt(Number(x))));
    while (root * root > x) root--;
    while ((root + 1n) * (root + 1n) <= x) root++;
    return root;
  }
  const bits = bitLength(x);
  if (n >= bits) return 1n;
  const [order, below] = [BigInt(n), BigInt(n - 1)];
  // Newton's method from above falls until it reaches the root.
  let root = 1n << BigInt(Math.ceil(bits / n));
  while (true) {
    const next = (below * root + x / root ** below) / order;
    if (next >= root) return root;
    root = next;
  }
}

/** The `n`th root of `x` if that is an integer. */
export function exactRoot(x: bigint, n: number): bigint | undefined {
  const root = integerRoot(x, n);
  return root ** BigInt(n) === x ? root : undefined;
}

/** The product of the integers from `low` to `high`, halves first so that factors stay alike in size. */
export function rangeProduct(low: number, high: number): bigint {
  if (high < low) return 1n;
  if (high - low < 8) {
    let product = BigInt(low);
    for (let k = low + 1; k <= high; k++) product *= BigInt(k);
    return product;
  }
  const middle = (low + high) >> 1;
  return rangeProduct(low, middle) * rangeProduct(middle + 1, high);
}
