// Attention over pages: the same bits as attention over the whole sequence,
// however its rows are spread over steps and wherever its pages lie.

import { bf16, dim, f32, i32, program } from "@ryanstream/tensor";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fusedAttention, type KvPages, kvWrite, pagedAttention, pagedCache } from "../src/index.js";
import { integers, noise } from "./support/native.js";

const [H, G, D, E] = [4, 2, 24, 16] as const;
const pageSize = 16;
const maxPages = 6;
const sequences = 3;

const cached = {
  layers: 1,
  heads: G,
  headDim: D,
  valueDim: E,
  pages: 20,
  pageSize,
  sequences,
  maxPages,
};

function stepOf(pages: KvPages, window: number) {
  const R = dim("R", { max: 256 });
  const specs = {
    q: f32(R, H, D),
    k: f32(R, G, D),
    v: f32(R, G, E),
    seq: i32(R),
    pos: i32(R),
    table: i32(sequences, maxPages),
  };
  return program(specs, ({ q, k, v, ...rows }) => {
    kvWrite(k, v, pages, rows);
    return pagedAttention(q, pages, rows, { window });
  });
}

interface Sequence {
  readonly length: number;
  readonly q: Float32Array<ArrayBuffer>;
  readonly k: Float32Array<ArrayBuffer>;
  readonly v: Float32Array<ArrayBuffer>;
}

const sequenceOf = (length: number, seed: number): Sequence => ({
  length,
  q: noise(seed, length * H * D),
  k: noise(seed + 1, length * G * D),
  v: noise(seed + 2, length * G * E),
});

async function whole({ length, q, k, v }: Sequence, window: number): Promise<Float32Array> {
  using p = program(
    { q: f32(1, length, H, D), k: f32(1, length, G, D), v: f32(1, length, G, E) },
    (x) => fusedAttention(x.q, x.k, x.v, { window }),
  );
  return p.run({ q, k, v });
}

/** A table that gives every sequence pages of its own in an order of no meaning. */
function shuffledTable(seed: number): Int32Array<ArrayBuffer> {
  const keys = integers(seed, cached.pages, 1 << 20);
  const order = [...keys.keys()].sort((a, b) => (keys[a] as number) - (keys[b] as number));
  return Int32Array.from(order.slice(0, sequences * maxPages));
}

it("equals attention over the whole sequence to the bit, in any steps and pages", () => {
  const setting = fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: maxPages * pageSize }), {
      minLength: sequences,
      maxLength: sequences,
    }),
    chunk: fc.integer({ min: 1, max: 50 }),
    window: fc.constantFrom(0, 1, 20),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  });
  return fc.assert(
    fc.asyncProperty(setting, async ({ lengths, chunk, window, seed }) => {
      using cache = pagedCache("kv", cached);
      using step = stepOf(cache.layers[0] as KvPages, window);
      const all = lengths.map((length, i) => sequenceOf(length, seed + 10 * i));
      const found = all.map(({ length }) => new Float32Array(length * H * E));
      const table = shuffledTable(seed);
      for (let start = 0; start < Math.max(...lengths); start += chunk) {
        // Rows of all sequences that are still there, in one step.
        const rows = all.flatMap(({ length }, seq) => {
          const count = Math.max(0, Math.min(chunk, length - start));
          return Array.from({ length: count }, (_, i) => ({ seq, pos: start + i }));
        });
        const gather = (of: "q" | "k" | "v", n: number) =>
          Float32Array.from(
            rows.flatMap(({ seq, pos }) => [
              ...(all[seq] as Sequence)[of].subarray(pos * n, (pos + 1) * n),
            ]),
          );
        const o = await step.run({
          q: gather("q", H * D),
          k: gather("k", G * D),
          v: gather("v", G * E),
          seq: Int32Array.from(rows, ({ seq }) => seq),
          pos: Int32Array.from(rows, ({ pos }) => pos),
          table,
        });
        rows.forEach(({ seq, pos }, r) => {
          found[seq]?.set(o.subarray(r * H * E, (r + 1) * H * E), pos * H * E);
        });
      }
      for (const [i, sequence] of all.entries()) {
        expect(Buffer.from(found[i]?.buffer as ArrayBuffer)).toEqual(
          Buffer.from((await whole(sequence, window)).buffer as ArrayBuffer),
        );
      }
    }),
    { seed: 11, numRuns: 12 },
  );
});

it("holds keys and values in half precision", async () => {
  using cache = pagedCache("kv", { ...cached, dtype: "bf16" });
  expect(cache.layers[0]?.keys).toMatchObject(bf16(cached.pages, G, D, pageSize));
  expect(cache.bytesPerPosition).toBe(G * (D + E) * 2);
  using step = stepOf(cache.layers[0] as KvPages, 0);
  const sequence = sequenceOf(40, 3);
  const seq = new Int32Array(40);
  const pos = Int32Array.from({ length: 40 }, (_, i) => i);
  const { q, k, v } = sequence;
  const o = await step.run({ q, k, v, seq, pos, table: shuffledTable(1) });
  const exact = await whole(sequence, 0);
  const most = Math.max(...o.map((x, i) => Math.abs(x - (exact[i] as number))));
  expect(most).toBeLessThan(0.01);
  expect(most).toBeGreaterThan(0);
});

it.each([
  ["a position beyond the table", { pos: [maxPages * pageSize], table: 0 }],
  ["a page that isn't there", { pos: [3], table: cached.pages }],
  ["a page of -1", { pos: [3], table: -1 }],
])("refuses %s and writes nothing", async (_, { pos, table }) => {
  using cache = pagedCache("kv", cached);
  using step = stepOf(cache.layers[0] as KvPages, 0);
  const { q, k, v } = sequenceOf(1, 9);
  const bad = {
    ...{ q, k, v, seq: Int32Array.of(0), pos: Int32Array.from(pos) },
    table: new Int32Array(sequences * maxPages).fill(table),
  };
  await expect(step.run(bad)).rejects.toMatchObject({ code: "ERR_VALUE" });
  expect(cache.layers[0]?.keys.read().every((x) => x === 0)).toBe(true);
});
