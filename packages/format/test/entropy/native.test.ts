// The native coders write the bytes of the TypeScript and read them; where the addon is not
// there, these tests are skipped.

import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  decodeChunks,
  decodeGridRows,
  decodePlanes,
  type EncodeJob,
  encodeChunks,
  encodedBound,
  encodeGrid,
  encodePlanes,
  type GridCodes,
  loadCoders,
} from "../../src/entropy/index.js";
import { type NativeCoder, nativeCoder, useCoder } from "../../src/entropy/native.js";
import { refusal } from "../support/files.js";
import { SEED } from "../support/tensors.js";

const found = await loadCoders();
const native = nativeCoder() as NativeCoder;

function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  };
}

function bytesOf(length: number, seed: number): Uint8Array {
  const next = numbers(seed);
  return Uint8Array.from({ length }, (_, i) => (i & 1 ? (next() + next() + next()) >> 3 : next()));
}

function gridOf(n: number, k: number, spread: number, scaled: boolean, seed: number): GridCodes {
  const next = numbers(seed);
  const index = Uint8Array.from({ length: k }, () => next() >> 2);
  const rows = Float64Array.from({ length: n }, () => 2 ** ((next() - 128) / 200));
  const codes = Int32Array.from({ length: n * k }, (_, i) => {
    const far = next() === 0 ? 30 : 1;
    const bell = (next() + next() + next() + next() - 510) / 128;
    const width =
      spread * 2 ** ((index[i % k] as number) / 16) * (rows[Math.floor(i / k)] as number);
    return i % k === 3 ? 0 : Math.round(Math.max(-1e6, Math.min(1e6, far * width * bell)));
  });
  const rowScales = Float32Array.from({ length: n }, (_, r) => 0.5 + (r % 512) / 1024);
  const grid = { shape: [n, k], codes, steps: { base: 0.125, index } } as const;
  return scaled ? { ...grid, rowScales } : grid;
}

/** Whether two arrays hold the same bytes; a matcher would look at each element. */
const same = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
  Buffer.compare(
    Buffer.from(a.buffer, a.byteOffset, a.byteLength),
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  ) === 0;

/** What `work` makes with the TypeScript, then with the addon. */
function both<T>(work: () => T): [T, T] {
  useCoder(undefined);
  const portable = work();
  useCoder(native);
  return [portable, work()];
}

describe.runIf(found)("the native coders", () => {
  beforeAll(() => useCoder(native));
  afterEach(() => useCoder(native));

  it("write and read the same planes", () => {
    const layouts = fc.constantFrom(
      ...[1, 2, 3, 4, 8, 18, 34, 512].map((period) => ({ period, rotate: false })),
      ...[2, 4, 8].map((period) => ({ period, rotate: true })),
    );
    const lengths = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 5000 }) },
      fc.integer({ min: 130000, max: 140000 }),
    );
    fc.assert(
      fc.property(layouts, lengths, fc.integer(), (layout, length, seed) => {
        const bytes = bytesOf(length, seed);
        const [portable, coded] = both(() => encodePlanes(bytes, layout));
        expect(same(portable, coded)).toBe(true);
        for (const back of both(() => {
          const into = new Uint8Array(length).fill(0xa5);
          decodePlanes(coded, into);
          return into;
        })) {
          expect(same(back, bytes)).toBe(true);
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it("code several chunks as one at a time", async () => {
    const layouts = [
      { period: 2, rotate: true },
      { period: 3, rotate: false },
    ];
    const chunks = [0, 1, 999, 131072, 200001].map((length, i) => bytesOf(length, i));
    for (const layout of layouts) {
      const expected = chunks.map((bytes) => encodePlanes(bytes, layout));
      for (const coder of [native, undefined]) {
        useCoder(coder);
        const jobs = chunks.map((bytes) => {
          return { bytes, layout, into: new Uint8Array(encodedBound(bytes.length, layout) + 3) };
        });
        const coded = await encodeChunks(jobs);
        for (const [i, bytes] of coded.entries()) {
          expect(bytes.buffer).toBe(jobs[i]?.into.buffer);
          expect(same(bytes, expected[i] as Uint8Array)).toBe(true);
        }
        const [job] = jobs as [EncodeJob];
        const small = { ...job, into: new Uint8Array(5) };
        expect((await refusal(encodeChunks([job, small]))).code).toBe("ERR_ARGUMENT");
        const odd = { ...job, layout: { period: 3, rotate: true } };
        expect((await refusal(encodeChunks([odd]))).code).toBe("ERR_ARGUMENT");
      }
    }
  });

  it("refuse a chunk that its room is too small for", async () => {
    const bytes = bytesOf(5000, 1);
    const job = { bytes, period: 2, rotate: true };
    const jobs = [
      { ...job, into: new Uint8Array(6000) },
      { ...job, into: new Uint8Array(100) },
    ];
    await expect(native.encodeChunks(jobs)).rejects.toMatchObject({
      code: "ERR_OUT_OF_RANGE",
      job: 1,
    });
  });

  it("write and read the same grids", () => {
    const size = fc.integer({ min: 1, max: 60 });
    const spreads = fc.constantFrom(0.1, 1, 4, 60);
    fc.assert(
      fc.property(size, size, spreads, fc.boolean(), fc.integer(), (n, k, spread, scaled, seed) => {
        const grid = gridOf(n, k, spread, scaled, seed);
        const [{ head }, { head: sameHead, rows }] = both(() => encodeGrid(grid));
        expect(same(head, sameHead)).toBe(true);
        const [portable, coded] = both(() => rows(0, n));
        expect(same(portable, coded)).toBe(true);
        const [codes, sameCodes] = both(() => {
          const into = new Int32Array(n * k).fill(-7);
          decodeGridRows(head, coded, n, into);
          return into;
        });
        expect(same(codes, grid.codes) && same(sameCodes, grid.codes)).toBe(true);
        const [values, sameValues] = both(() => {
          const into = new Float32Array(n * k).fill(Number.NaN);
          decodeGridRows(head, coded, n, into);
          return into;
        });
        expect(same(values, sameValues)).toBe(true);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it("refuse what the TypeScript refuses, and decode the rest to the same", () => {
    const bytes = bytesOf(3000, 1);
    const good = encodePlanes(bytes, { period: 2, rotate: true });
    const change = fc.tuple(fc.nat(), fc.nat(255));
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (list, early) => {
        const bad = good.slice();
        for (const [at, value] of list) bad[at % (early ? 60 : bad.length)] = value;
        const [portable, own] = both(() => {
          const into = new Uint8Array(bytes.length);
          try {
            decodePlanes(bad, into);
            return into;
          } catch (error) {
            return (error as { code?: string }).code;
          }
        });
        if (typeof portable !== "object" || typeof own !== "object") expect(own).toBe(portable);
        else expect(same(own, portable)).toBe(true);
        if (portable === "ERR_CHUNK") refused++;
      }),
      { seed: SEED, numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  it("decode many chunks on threads", async () => {
    const grid = gridOf(64, 96, 4, true, 5);
    const { head, rows } = encodeGrid(grid);
    const parts = Array.from({ length: 40 }, (_, i) => bytesOf(20000 + i, i));
    const planes = parts.map((part) => ({
      coded: encodePlanes(part, { period: 2, rotate: false }),
      into: new Uint8Array(part.length),
    }));
    const codes = new Int32Array(64 * 96);
    const jobs = [...planes, { coded: rows(0, 64), into: codes, head, rows: 64 }];
    await decodeChunks(jobs);
    planes.forEach(({ into }, i) => {
      expect(same(into, parts[i] as Uint8Array)).toBe(true);
    });
    expect(codes).toEqual(grid.codes);
    await decodeChunks([]);
  });

  it("leave the event loop free while they decode", async () => {
    const bytes = bytesOf(1 << 22, 1);
    const coded = encodePlanes(bytes, { period: 2, rotate: false });
    const jobs = Array.from({ length: 8 }, () => ({ coded, into: new Uint8Array(bytes.length) }));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await decodeChunks(jobs);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    for (const { into } of jobs) expect(same(into, bytes)).toBe(true);
  });

  it("say which of many chunks is malformed", async () => {
    const good = encodePlanes(bytesOf(1000, 1), { period: 1, rotate: false });
    const jobs = [good, good, good.slice(0, 50), good].map((coded) => ({
      coded,
      into: new Uint8Array(1000),
    }));
    for (const coder of [native, undefined]) {
      useCoder(coder);
      const error = await refusal(decodeChunks(jobs));
      expect([error.code, (error as { job?: number }).job]).toEqual(["ERR_CHUNK", 2]);
    }
  });

  it("refuse arguments of the wrong type and size", () => {
    const code = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return "none";
    };
    const bytes = new Uint8Array(8);
    const grid = {
      hasRowScales: false,
      scales: Uint8Array.of(0, 255),
      steps: new Float32Array(2),
      freqs: new Uint16Array(28 * 256),
    };
    expect(code(() => native.encodePlanes(bytes, 0, false))).toBe("ERR_OUT_OF_RANGE");
    expect(code(() => native.encodePlanes(bytes, 3, true))).toBe("ERR_OUT_OF_RANGE");
    expect(code(() => native.encodePlanes([] as never, 1, false))).toBe("ERR_INVALID_ARG_TYPE");
    expect(code(() => native.encodeChunks({} as never))).toBe("ERR_INVALID_ARG_TYPE");
    for (const [period, rotate] of [
      [0, false],
      [3, true],
      [1e9, false],
    ] as const) {
      const job = { bytes, period, rotate, into: new Uint8Array(99) };
      expect(code(() => native.encodeChunks([job]))).toBe("ERR_OUT_OF_RANGE");
    }
    expect(code(() => native.decodeChunk({} as never))).toBe("ERR_INVALID_ARG_TYPE");
    expect(code(() => native.decodeChunks({} as never))).toBe("ERR_INVALID_ARG_TYPE");
    // Frequencies that do not add up to 4,096 would be read beyond their end.
    const rows = { coded: bytes, into: new Int32Array(2), rows: 1, grid };
    expect(code(() => native.decodeChunk(rows))).toBe("ERR_OUT_OF_RANGE");
    expect(code(() => native.encodeGridRows(grid, new Int32Array(2), 1))).toBe("ERR_OUT_OF_RANGE");
  });
});
