// Rows of packed documents whose padding is segment -1, as the pipeline's batches have it: padding is
// a segment like any other, so neither it nor the documents see each other.

import { f32, grad, i32, mul, program, type Sym, sum } from "@ryanstream/tensor";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fusedAttention } from "../src/index.js";
import { noise } from "./support/native.js";

const B = 2;
const H = 2;
const D = 8;
const names = ["q", "k", "v"] as const;
type Row = Readonly<Record<(typeof names)[number], Float32Array>>;

/** Outputs and gradients of a loss over documents only. */
async function attend(S: number, segments: Int32Array, row: Row) {
  const weight = Float32Array.from({ length: B * S * H * D }, (_, i) =>
    segments[Math.floor(i / (H * D))] === -1 ? 0 : Math.sin(i),
  );
  const specs = {
    q: f32(B, S, H, D),
    k: f32(B, S, H, D),
    v: f32(B, S, H, D),
    weight: f32(B, S, H, D),
    segments: i32(B, S),
  };
  using attention = program(specs, ({ q, k, v, weight, segments }) => {
    const output = fusedAttention(q, k, v, { segments });
    const loss = sum(mul(output, weight));
    const [dq, dk, dv] = grad(loss, [q, k, v]) as [Sym, Sym, Sym];
    return { output, dq, dk, dv };
  });
  return await attention.run({ ...row, weight, segments });
}

it("keeps padding and documents apart, also in the gradients and in rows of padding alone", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 70 }),
      async (lengths, padding) => {
        const S = lengths.reduce((a, b) => a + b) + padding;
        const segments = new Int32Array(B * S).fill(-1); // the second row is padding alone
        segments.set(lengths.flatMap((length, id) => new Array<number>(length).fill(id)));
        const size = H * D;
        const row = (seed: number): Row => ({
          q: noise(seed, B * S * size),
          k: noise(seed + 1, B * S * size),
          v: noise(seed + 2, B * S * size),
        });
        const [first, other] = [row(1), row(100)];
        const mix = (isOther: (segment: number) => boolean): Row =>
          Object.fromEntries(
            names.map((name) => [
              name,
              first[name].map((value, i) =>
                isOther(segments[Math.floor(i / size)] as number)
                  ? (other[name][i] as number)
                  : value,
              ),
            ]),
          ) as Row;
        const plain = await attend(S, segments, first);
        const changedPadding = await attend(
          S,
          segments,
          mix((segment) => segment === -1),
        );
        const changedDocuments = await attend(
          S,
          segments,
          mix((segment) => segment !== -1),
        );
        for (const [i, value] of (plain.output as Float32Array).entries()) {
          const isPadding = segments[Math.floor(i / size)] === -1;
          const same = isPadding ? changedDocuments : changedPadding;
          expect((same.output as Float32Array)[i]).toBe(value);
          expect(Number.isFinite(value)).toBe(true);
          for (const name of ["dq", "dk", "dv"] as const) {
            const gradient = (plain[name] as Float32Array)[i] as number;
            if (isPadding) expect(Math.abs(gradient)).toBe(0);
            else expect((changedPadding[name] as Float32Array)[i]).toBe(gradient);
          }
        }
      },
    ),
    { seed: 20261126, numRuns: 15 },
  ));
