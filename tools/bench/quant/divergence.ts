// How far a model's next-token distributions are from those of the model it was made from.

import { type LoadModelOptions, loadModel } from "@ryanstream/models";
import { Engine } from "@ryanstream/scheduler";

export interface Divergence {
  readonly tokens: number;
  /** Mean Kullback-Leibler divergence of a token, in nats. */
  readonly mean: number;
  /** Its standard error, over sequences. */
  readonly error: number;
  /** Of 99.9% of the tokens at most. */
  readonly p999: number;
  /** Share of tokens whose likeliest successor is the same. */
  readonly sameTop: number;
}

/** Logits of all positions of each sequence. */
export async function logitsOf(
  path: string,
  sequences: readonly Int32Array[],
  options: LoadModelOptions = {},
): Promise<Float32Array[]> {
  using model = await loadModel(path, options);
  const longest = Math.max(...sequences.map(({ length }) => length));
  const maxLength = Math.ceil((longest + 1) / 64) * 64;
  const together = 16;
  using engine = new Engine(model, {
    memory: together * maxLength * model.kvBytesPerPosition("f32"),
    kvType: "f32",
    maxLength,
    maxSequences: together,
  });
  const all: Float32Array[] = [];
  for (let i = 0; i < sequences.length; i += together) {
    const some = sequences.slice(i, i + together).map(async (tokens) => {
      using session = engine.createSession();
      using logits = await session.append(tokens, "all");
      const rows = new Float32Array(logits.rows * logits.vocabularySize);
      for (let row = 0; row < logits.rows; row++)
        rows.set(logits.row(row), row * logits.vocabularySize);
      return rows;
    });
    all.push(...(await Promise.all(some)));
  }
  return all;
}

export function divergence(
  reference: readonly Float32Array[],
  found: readonly Float32Array[],
  vocabulary: number,
): Divergence {
  const each: number[] = [];
  const means: number[] = [];
  let same = 0;
  for (const [i, p] of reference.entries()) {
    const q = found[i] as Float32Array;
    let sum = 0;
    const rows = p.length / vocabulary;
    for (let row = 0; row < rows; row++) {
      const at = row * vocabulary;
      const { kl, top } = compare(p.subarray(at, at + vocabulary), q.subarray(at, at + vocabulary));
      each.push(kl);
      sum += kl;
      if (top) same++;
    }
    means.push(sum / rows);
  }
  const tokens = each.length;
  const mean = each.reduce((a, b) => a + b, 0) / tokens;
  const center = means.reduce((a, b) => a + b, 0) / means.length;
  const variance = means.reduce((a, b) => a + (b - center) ** 2, 0) / (means.length - 1);
  each.sort((a, b) => a - b);
  return {
    tokens,
    mean,
    error: Math.sqrt(variance / means.length),
    p999: each[Math.min(tokens - 1, Math.floor(0.999 * tokens))] as number,
    sameTop: same / tokens,
  };
}

/** In float64: between near-equal distributions the terms cancel. */
function compare(p: Float32Array, q: Float32Array): { kl: number; top: boolean } {
  const [a, b] = [logSum(p), logSum(q)];
  let kl = 0;
  let [bestP, bestQ] = [0, 0];
  for (let i = 0; i < p.length; i++) {
    const [x, y] = [p[i] as number, q[i] as number];
    if (x > (p[bestP] as number)) bestP = i;
    if (y > (q[bestQ] as number)) bestQ = i;
    kl += Math.exp(x - a) * (x - a - (y - b));
  }
  return { kl: Math.max(0, kl), top: bestP === bestQ };
}

function logSum(values: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const x of values) most = Math.max(most, x);
  let sum = 0;
  for (const x of values) sum += Math.exp(x - most);
  return most + Math.log(sum);
}
