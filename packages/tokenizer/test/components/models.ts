// Models for tests: a plain BPE over characters.

import type { PieceModel } from "../../src/components/generic-pipeline.js";

/** Merges the best pair as long as there is one, in quadratic time. */
export function plainBpe(
  vocab: Readonly<Record<string, number>>,
  merges: readonly (readonly [string, string])[],
  unknown: string,
): PieceModel {
  const ranks = new Map(merges.map(([left, right], rank) => [`${left}\0${right}`, rank]));
  return {
    tokenize(piece, push) {
      const parts = [...piece];
      for (;;) {
        let best = Number.POSITIVE_INFINITY;
        let at = -1;
        for (let i = 0; i + 1 < parts.length; i++) {
          const rank = ranks.get(`${parts[i]}\0${parts[i + 1]}`) ?? Number.POSITIVE_INFINITY;
          if (rank < best) {
            best = rank;
            at = i;
          }
        }
        if (at < 0) break;
        parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`);
      }
      let start = 0;
      for (const part of parts) {
        push(vocab[part] ?? (vocab[unknown] as number), start, start + part.length);
        start += part.length;
      }
    },
  };
}
