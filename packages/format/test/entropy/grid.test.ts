import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeGridRows,
  encodeGrid,
  type GridCodes,
  gridStep,
  gridStoredBytes,
} from "../../src/entropy/index.js";
import { refusal } from "../support/files.js";
import { SEED } from "../support/tensors.js";

function normal(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

interface Kind {
  readonly spread: number;
  /** Standard deviation of the logarithm of the columns' spreads, of the rows'. */
  readonly columns?: number;
  readonly rows?: number;
  /** How many of 1,000 codes are ten times as large. */
  readonly outliers?: number;
  readonly scaled?: boolean;
}

function gaussian(n: number, k: number, kind: Kind, seed = 1): GridCodes {
  const next = normal(seed);
  const columns = Float64Array.from({ length: k }, () => Math.exp((kind.columns ?? 0) * next()));
  const rows = Float64Array.from({ length: n }, () => Math.exp((kind.rows ?? 0) * next()));
  const codes = new Int32Array(n * k);
  for (let r = 0, i = 0; r < n; r++) {
    for (let c = 0; c < k; c++, i++) {
      const far = i % 1000 < (kind.outliers ?? 0) ? 10 : 1;
      const code = kind.spread * (columns[c] as number) * (rows[r] as number) * far * next();
      codes[i] = Math.max(-(2 ** 20) + 1, Math.min(2 ** 20 - 1, Math.round(code)));
    }
  }
  const index = Uint8Array.from(columns, (x) => 40 - Math.round(8 * Math.log2(x)));
  const rowScales = Float32Array.from({ length: n }, (_, r) => 1 + (r % 64) / 64);
  const grid = { shape: [n, k], codes, steps: { base: Math.fround(1e-4), index } } as const;
  return kind.scaled ? { ...grid, rowScales } : grid;
}

function stored(grid: GridCodes, rowsOf: number): { head: Uint8Array; chunks: Uint8Array[] } {
  const { head, rows } = encodeGrid(grid);
  const chunks: Uint8Array[] = [];
  const [n] = grid.shape;
  for (let r = 0; r < n; r += rowsOf) chunks.push(rows(r, Math.min(n, r + rowsOf)));
  return { head, chunks };
}

function roundTrip(grid: GridCodes, rowsOf = 1 << 20): number {
  const { head, chunks } = stored(grid, rowsOf);
  const [n, k] = grid.shape;
  let bytes = head.length;
  chunks.forEach((chunk, i) => {
    const first = i * rowsOf;
    const count = Math.min(n - first, rowsOf);
    const codes = new Int32Array(count * k).fill(-7);
    decodeGridRows(head, chunk, count, codes);
    const want = grid.codes.slice(first * k, (first + count) * k);
    expect(Buffer.compare(Buffer.from(codes.buffer), Buffer.from(want.buffer))).toBe(0);
    const values = new Float32Array(count * k).fill(Number.NaN);
    decodeGridRows(head, chunk, count, values);
    values.forEach((value, at) => {
      const step = gridStep(grid.steps.base, grid.steps.index[at % k] as number);
      const scale = grid.rowScales?.[first + Math.floor(at / k)] ?? 1;
      const want = Math.fround(Math.fround((codes[at] as number) * step) * scale);
      if (value !== want && !(value === 0 && want === 0)) expect(value).toBe(want);
    });
    bytes += chunk.length;
  });
  return bytes;
}

/** Sum over columns of the entropy of what occurs in them, in bytes. */
function columnEntropy({ shape: [n, k], codes }: GridCodes): number {
  let bits = 0;
  for (let c = 0; c < k; c++) {
    const counts = new Map<number, number>();
    for (let r = 0; r < n; r++) {
      const code = codes[r * k + c] as number;
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    for (const count of counts.values()) bits -= count * Math.log2(count / n);
  }
  return bits / 8;
}

const grids = fc
  .record({
    n: fc.integer({ min: 1, max: 40 }),
    k: fc.integer({ min: 0, max: 40 }),
    spread: fc.constantFrom(0, 0.1, 0.6, 3, 12, 40, 3000, 400000),
    columns: fc.constantFrom(0, 0.5, 2),
    rows: fc.constantFrom(0, 0.5),
    outliers: fc.constantFrom(0, 3, 100),
    scaled: fc.boolean(),
    seed: fc.integer(),
  })
  .map(({ n, k, seed, ...kind }) => gaussian(n, k, kind, seed));

describe("grid", () => {
  it("gives back codes and values, whatever they are", () => {
    fc.assert(
      fc.property(grids, fc.integer({ min: 1, max: 50 }), (grid, rowsOf) => {
        roundTrip(grid, rowsOf);
      }),
      { seed: SEED, numRuns: 120 },
    );
  });

  it("estimates what it stores within 1 %", () => {
    for (const kind of [
      { spread: 3, columns: 0.7 },
      { spread: 0.5, rows: 0.4 },
      { spread: 40, outliers: 2, scaled: true },
    ]) {
      for (const [n, k] of [
        [64, 256],
        [300, 200],
        [550, 1024],
      ] as const) {
        const grid = gaussian(n, k, kind, 9);
        const bytes = roundTrip(grid, Math.max(1, Math.floor(2 ** 19 / k)));
        expect(Math.abs(gridStoredBytes(grid) / bytes - 1)).toBeLessThan(0.01);
      }
    }
  });

  it.each([
    // What occurs in a column of few rows has less entropy than what it is drawn from: about
    // 15 bits for each of the 30 codes that are used, 4 % of 128 rows and 0.5 % of 1,024.
    [128, 256, 0.07],
    [256, 256, 0.04],
    [1024, 1024, 0.012],
  ])("stores %i x %i near the columns' entropy", (n, k, most) => {
    const grid = gaussian(n, k, { spread: 4, columns: 0.7 }, 3);
    const bytes = roundTrip(grid);
    expect(bytes / columnEntropy(grid) - 1).toBeLessThan(most);
  });

  it("stores columns of zeros for next to nothing", () => {
    const grid = gaussian(256, 256, { spread: 4 }, 3);
    const half = grid.codes.map((code, i) => (i & 1 ? 0 : code));
    expect(roundTrip({ ...grid, codes: half })).toBeLessThan(0.51 * roundTrip(grid));
  });

  it("stores a rare code a thousand times as large in 40 bits", () => {
    const grid = gaussian(256, 256, { spread: 4 }, 3);
    const far = grid.codes.slice();
    for (let i = 0; i < 64; i++) far[1009 * i] = 4000 + i;
    expect(roundTrip({ ...grid, codes: far }) - roundTrip(grid)).toBeLessThan(64 * 5);
  });

  it("stores rows of different spreads as well as columns", () => {
    const flat = roundTrip(gaussian(256, 256, { spread: 4 }, 3));
    const rows = gaussian(256, 256, { spread: 4, rows: 0.5 }, 3);
    expect(roundTrip(rows)).toBeLessThan(1.03 * flat);
  });
});

describe("malformed grids", () => {
  const grid = gaussian(48, 32, { spread: 4, columns: 1, rows: 0.6, outliers: 5, scaled: true }, 5);
  const { head, chunks } = stored(grid, 48);
  const good = chunks[0] as Uint8Array;
  const into = new Int32Array(48 * 32);

  it.each(["head", "chunk"])("are refused when cut anywhere in the %s", async (part) => {
    const whole = part === "head" ? head : good;
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.slice(0, length);
      const error = await refusal(() =>
        part === "head" ? decodeGridRows(cut, good, 48, into) : decodeGridRows(head, cut, 48, into),
      );
      expect(error.code).toBe("ERR_CHUNK");
    }
  });

  it("throw ERR_CHUNK or decode, and nothing else, after any change", () => {
    let refused = 0;
    const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(change, fc.boolean(), (changes, inHead) => {
        const bad = (inHead ? head : good).slice();
        for (const [at, value] of changes) bad[at % bad.length] = value;
        try {
          if (inHead) decodeGridRows(bad, good, 48, into);
          else decodeGridRows(head, bad, 48, into);
        } catch (error) {
          expect((error as { code?: string }).code).toBe("ERR_CHUNK");
          refused++;
        }
      }),
      { seed: SEED, numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it("are not made of what a grid can't be", async () => {
    const bad: Partial<GridCodes>[] = [
      { shape: [48, 31] },
      { codes: grid.codes.map((code, i) => (i === 5 ? 2 ** 20 : code)) },
      { steps: { base: 0.1, index: grid.steps.index } },
      { steps: { base: Math.fround(1e38), index: grid.steps.index } },
      { rowScales: new Float32Array(48).fill(0.1) },
      { rowScales: new Float32Array(47).fill(1) },
    ];
    for (const change of bad) {
      const error = await refusal(() => encodeGrid({ ...grid, ...change }));
      expect(error.code).toBe("ERR_ARGUMENT");
    }
  });
});

describe("gridStep", () => {
  it("is the float32 nearest to a power of two's eighth, times the base", () => {
    for (let i = 0; i < 8; i++) expect(gridStep(1, i)).toBe(Math.fround(2 ** (i / 8)));
    expect(gridStep(Math.fround(0.1), 24)).toBe(Math.fround(0.1) * 8);
  });
});
