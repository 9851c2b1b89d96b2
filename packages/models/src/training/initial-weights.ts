// First values of weights: a pure function of seed, name and place, so that neither the order in which weights are made
// nor their number matters.

/**
 * Uniform numbers of mean 0 and a standard deviation, of exact arithmetic: the same bits on every machine.
 *
 * @param seed  an integer from 0 to 2^32 - 1
 */
export function fillRandom(values: Float32Array, seed: number, name: string, std: number): void {
  const key = hashText(name, seed);
  const width = 2 * Math.sqrt(3) * std;
  for (let i = 0; i < values.length; i++) values[i] = (uniform(key, i) - 0.5) * width;
}

/** FNV-1a over UTF-16 units, from a seed, with its bits mixed. */
function hashText(text: string, seed: number): number {
  let hash = mix(0x811c9dc5 ^ seed);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** From 0 to below 1, of 32 bits. */
function uniform(key: number, index: number): number {
  return (mix(mix(key ^ Math.imul(index, 0x9e3779b1)) + key) >>> 0) / 2 ** 32;
}

/** The finaliser of MurmurHash3, which every bit of the input passes through to every bit. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
