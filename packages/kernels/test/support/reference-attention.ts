// Attention and its gradient in double precision, from the definition: every
// score, the mask, a softmax by row.

export interface AttentionMask {
  readonly causal: boolean;
  readonly window: number;
  readonly segments: ArrayLike<number> | undefined; // [B, S]
  readonly positions: ArrayLike<number> | undefined; // [B, T]
}

export interface AttentionSizes {
  readonly B: number;
  readonly T: number;
  readonly S: number;
  readonly H: number;
  readonly G: number;
  readonly D: number;
  readonly E: number;
}

/** Whether query `t` sees key `s`. */
export function sees(
  mask: AttentionMask,
  { T, S }: AttentionSizes,
  b: number,
  t: number,
  s: number,
): boolean {
  const at = mask.positions === undefined ? t : (mask.positions[b * T + t] as number);
  if (mask.causal && s > at) return false;
  if (mask.causal && mask.window > 0 && s <= at - mask.window) return false;
  if (mask.segments === undefined) return true;
  return mask.segments[b * S + s] === mask.segments[b * S + at];
}

/** Calls `visit` with the places of each query's row and of the keys that it sees, and its probabilities. */
function eachRow(
  [q, k]: readonly [Float64Array, Float64Array],
  sizes: AttentionSizes,
  scale: number,
  mask: AttentionMask,
  visit: (row: {
    query: number; // row of [B, T, H]
    sum: number; // row of [B, H, T]
    keys: number[]; // rows of [B, S, G]
    p: number[];
    lse: number;
  }) => void,
): void {
  const { B, T, S, H, G, D } = sizes;
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < H; h++) {
        const query = (b * T + t) * H + h;
        const keys: number[] = [];
        for (let s = 0; s < S; s++) {
          if (sees(mask, sizes, b, t, s)) keys.push((b * S + s) * G + Math.floor((h * G) / H));
        }
        const scores = keys.map((key) => {
          let dot = 0;
          for (let d = 0; d < D; d++)
            dot += (q[query * D + d] as number) * (k[key * D + d] as number);
          return dot * scale;
        });
        const top = Math.max(...scores);
        const total = scores.reduce((n, s) => n + Math.exp(s - top), 0);
        const lse = keys.length === 0 ? Number.NEGATIVE_INFINITY : top + Math.log(total);
        const p = scores.map((s) => Math.exp(s - lse));
        visit({ query, sum: (b * H + h) * T + t, keys, p, lse });
      }
    }
  }
}

export function attention(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  sizes: AttentionSizes,
  scale: number,
  mask: AttentionMask,
): [o: Float64Array, lse: Float64Array] {
  const { B, T, H, E } = sizes;
  const o = new Float64Array(B * T * H * E);
  const lse = new Float64Array(B * H * T);
  eachRow([q, k], sizes, scale, mask, (row) => {
    lse[row.sum] = row.lse;
    row.keys.forEach((key, i) => {
      for (let e = 0; e < E; e++) {
        const at = row.query * E + e;
        o[at] = (o[at] as number) + (row.p[i] as number) * (v[key * E + e] as number);
      }
    });
  });
  return [o, lse];
}

export function attentionGrad(
  [q, k, v, , , dout]: readonly Float64Array[],
  sizes: AttentionSizes,
  scale: number,
  mask: AttentionMask,
): [dq: Float64Array, dk: Float64Array, dv: Float64Array] {
  const { D, E } = sizes;
  const inputs = [q, k, v, dout] as [Float64Array, Float64Array, Float64Array, Float64Array];
  const [Q, K, V, dO] = inputs;
  const [dq, dk, dv] = [Q, K, V].map((x) => new Float64Array(x.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const bump = (to: Float64Array, at: number, by: number) => {
    to[at] = (to[at] as number) + by;
  };
  eachRow([Q, K], sizes, scale, mask, ({ query, keys, p }) => {
    const dp = keys.map((key) => {
      let dot = 0;
      for (let e = 0; e < E; e++) dot += (dO[query * E + e] as number) * (V[key * E + e] as number);
      return dot;
    });
    const mean = dp.reduce((n, d, i) => n + d * (p[i] as number), 0);
    keys.forEach((key, i) => {
      const pi = p[i] as number;
      for (let e = 0; e < E; e++) bump(dv, key * E + e, pi * (dO[query * E + e] as number));
      const ds = pi * ((dp[i] as number) - mean) * scale;
      for (let d = 0; d < D; d++) {
        bump(dq, query * D + d, ds * (K[key * D + d] as number));
        bump(dk, key * D + d, ds * (Q[query * D + d] as number));
      }
    });
  });
  return [dq, dk, dv];
}
