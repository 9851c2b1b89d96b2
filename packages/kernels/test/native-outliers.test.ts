// Packed weights with outlier columns: products of their own, the same matrix
// everywhere, and what can't be is refused.

import { f32, grad, i32, mean, program, type Spec, type Sym, square } from "@ryanstream/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { putColumns, takeColumns } from "../src/columns.js";
import * as k from "../src/index.js";
import { relativeError } from "./support/golden.js";
import { noise } from "./support/native.js";

const run = { seed: 6, numRuns: 30 };

const setting = fc.record({
  format: fc.constantFrom("bf16" as const, "int8" as const, "int4" as const, "nl4" as const),
  R: fc.integer({ min: 1, max: 40 }),
  n: fc.integer({ min: 1, max: 80 }),
  K: fc.integer({ min: 1, max: 200 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  padded: fc.integer({ min: 0, max: 9 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});

/** Ascending columns of K, as many as the share says. */
function columnsOf(K: number, share: number, seed: number): Int32Array {
  const order = noise(seed, K);
  return Int32Array.from({ length: K }, (_, i) => i)
    .sort((a, b) => (order[a] as number) - (order[b] as number))
    .slice(0, Math.round(share * K))
    .sort();
}

type Symbols = Record<string, Sym<never>>;

/** Runs a program with these inputs: results by name. */
async function once(
  arrays: Record<string, readonly [Spec, ArrayBufferView]>,
  build: (x: Symbols) => Record<string, Sym>,
): Promise<Record<string, Float32Array>> {
  const pairs = Object.entries(arrays);
  using p = program(Object.fromEntries(pairs.map(([name, [spec]]) => [name, spec])), (x) =>
    build(x as Symbols),
  );
  const given = Object.fromEntries(pairs.map(([name, [, array]]) => [name, array]));
  return (await p.run(given as never)) as never;
}

const bits = (y: Float32Array | undefined) => [
  ...new Uint32Array((y as Float32Array).slice().buffer),
];
const s = (x: Symbols, name: string) => x[name] as unknown as Sym<"f32">;
const ids = (x: Symbols, name: string) => x[name] as unknown as Sym<"i32">;

/** The weight that inputs `NAME`, `NAME.columns` and `NAME.outliers` make. */
function weightOf(
  x: Symbols,
  name: string,
  { n, K, width, format }: { n: number; K: number; width: number; format: k.PackedFormat },
): k.PackedWeight {
  const wide = k.packedWeight({ n, k: width, format: "int8" });
  return {
    ...k.packWeight(s(x, name), k.packedWeight({ n, k: K, format })),
    outliers: {
      columns: ids(x, `${name}.columns`),
      weight: k.packWeight(s(x, `${name}.outliers`), wide),
    },
  };
}

function inputsOf(
  name: string,
  n: number,
  K: number,
  width: number,
  columns: Int32Array,
  seed: number,
) {
  return {
    [name]: [f32(n, K), noise(seed, n * K)],
    [`${name}.columns`]: [i32(columns.length), columns],
    [`${name}.outliers`]: [f32(n, width), noise(seed + 9, n * width)],
  } as const satisfies Record<string, readonly [Spec, ArrayBufferView]>;
}

describe("a weight with outlier columns", () => {
  it("is the matrix with these columns added", () =>
    fc.assert(
      fc.asyncProperty(setting, async ({ format, R, n, K, share, padded, seed }) => {
        const columns = columnsOf(K, share, seed);
        const width = columns.length + padded;
        const { w, w8, rows, all, y } = await once(
          {
            ...inputsOf("w", n, K, width, columns, seed),
            x: [f32(R, K), noise(seed + 1, R * K)],
            ids: [i32(2, 1), Int32Array.of(n - 1, 0)],
          },
          (x) => {
            const weight = weightOf(x, "w", { n, K, width, format });
            const { spec, bytes, outliers } = weight;
            return {
              w: k.unpackWeight({ spec, bytes }),
              w8: k.unpackWeight((outliers as k.OutlierColumns).weight),
              all: k.unpackWeight(weight),
              rows: k.embeddingPacked(weight, ids(x, "ids")),
              y: k.linear(s(x, "x"), weight),
            };
          },
        );
        // Zero has no sign once zeros are added to it.
        const expected = (w as Float32Array).map((x) => x + 0);
        for (let r = 0; r < n; r++) {
          columns.forEach((c, i) => {
            const own = (w8 as Float32Array)[r * width + i] as number;
            expected[r * K + c] = (expected[r * K + c] as number) + own;
          });
        }
        expect(all).toEqual(expected);
        expect(rows).toEqual(
          Float32Array.of(...expected.slice((n - 1) * K), ...expected.slice(0, K)),
        );
        const x = noise(seed + 1, R * K);
        const product = Float64Array.from({ length: R * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          let sum = 0;
          for (let c = 0; c < K; c++)
            sum += (x[i * K + c] as number) * (expected[j * K + c] as number);
          return sum;
        });
        expect(relativeError(y as Float32Array, product)).toBeLessThan(0.02);
      }),
      run,
    ));

  it("has the bits of the two products, alone and among other rows", () =>
    fc.assert(
      fc.asyncProperty(setting, async ({ format, R, n, K, share, padded, seed }) => {
        const columns = columnsOf(K, share, seed);
        const width = columns.length + padded;
        const rows = noise(seed + 1, R * K);
        const results = (count: number, x: Float32Array) =>
          once(
            {
              ...inputsOf("w", n, K, width, columns, seed),
              x: [f32(count, K), x],
              bias: [f32(n), noise(seed + 2, n)],
            },
            (x) => {
              const weight = weightOf(x, "w", { n, K, width, format });
              const bias = s(x, "bias");
              const { spec, bytes, outliers } = weight;
              const taken = takeColumns(s(x, "x"), ids(x, "w.columns"), width);
              const inliers = k.linear(s(x, "x"), { spec, bytes }, { bias });
              const own = k.linear(taken, (outliers as k.OutlierColumns).weight);
              return { y: k.linear(s(x, "x"), weight, { bias }), inliers, own };
            },
          );
        const { y, inliers, own } = await results(R, rows);
        const sum = (inliers as Float32Array).map(
          (a, i) => a + ((own as Float32Array)[i] as number),
        );
        expect(bits(y)).toEqual(bits(sum));
        const last = await results(1, rows.slice((R - 1) * K));
        expect(bits(last["y"])).toEqual(bits(y?.slice((R - 1) * n)));
      }),
      run,
    ));

  it("in normProjection and fusedFFN has the bits of separate operations", () =>
    fc.assert(
      fc.asyncProperty(
        setting,
        fc.boolean(),
        fc.boolean(),
        async ({ format, R, n, K, share, padded, seed }, shared, plainUp) => {
          const [a, b, c] = [
            columnsOf(K, share, seed),
            columnsOf(K, share, seed + 1),
            columnsOf(n, share, seed),
          ];
          const [width, hidden] = [a.length + padded, c.length + padded];
          const of = { n, K, width, format };
          const { q, kv, y, q1, kv1, y1 } = await once(
            {
              ...inputsOf("a", n, K, width, a, seed),
              ...inputsOf("b", n, K, width, b, seed + 3),
              ...inputsOf("c", 7, n, hidden, c, seed + 4),
              x: [f32(R, K), noise(seed + 1, R * K)],
              norm: [f32(K), noise(seed + 2, K)],
            },
            (x) => {
              const first = weightOf(x, "a", of);
              const other = weightOf(x, "b", of);
              const outliers = {
                ...(other.outliers as k.OutlierColumns),
                columns: ids(x, "a.columns"),
              };
              const second = plainUp
                ? { spec: other.spec, bytes: other.bytes }
                : shared
                  ? { ...other, outliers }
                  : other;
              const down = weightOf(x, "c", { n: 7, K: n, width: hidden, format });
              const options = { norm: s(x, "norm"), eps: 1e-3 };
              const [q, kv] = k.normProjection(s(x, "x"), [first, second], options) as [Sym, Sym];
              const h = k.rmsNorm(s(x, "x"), options.norm, options);
              const [q1, kv1] = [k.linear(h, first), k.linear(h, second)];
              const ffn = { gate: first, up: second, down };
              const y = k.fusedFFN(s(x, "x"), ffn, options);
              return { q, kv, y, q1, kv1, y1: k.linear(k.swiglu(q1, kv1), down) };
            },
          );
          for (const [found, expected] of [
            [q, q1],
            [kv, kv1],
            [y, y1],
          ]) {
            expect(bits(found)).toEqual(bits(expected));
          }
        },
      ),
      run,
    ));

  it("are added to all products of an input at once", () => {
    const [n, K] = [32, 64];
    const spec = k.packedWeight({ n, k: K, format: "nl4" });
    const wide = k.packedWeight({ n, k: 32, format: "int8" });
    using p = program(
      { x: f32(1, K), norm: f32(K), a: spec.type, b: wide.type, b2: wide.type, c: i32(2) },
      ({ x, norm, a, b, b2, c }) => {
        const weights = [b, b2].map((bytes) => {
          const outliers = { columns: c, weight: { spec: wide, bytes } };
          return { spec, bytes: a, outliers };
        });
        const [q, v] = k.normProjection(x, weights, { norm }) as [Sym, Sym];
        return { q, v };
      },
    );
    const names = p.graph.nodes.map(({ operation }) => operation);
    expect(names.filter((name) => name === "add_outliers")).toHaveLength(1);
    expect(names.filter((name) => name === "linear")).toHaveLength(0);
    expect(names.filter((name) => name === "norm_linear")).toHaveLength(1);
    // The norm is computed twice: for what is fused with it, and for the columns.
    expect(p.cost().flops).toBe(2 * 4 * K + 2 * n * (2 * K + 2 * 32 + 1));
  });

  it("has the gradient of the matrix that it is", async () => {
    const [R, n, K] = [3, 9, 40];
    const columns = Int32Array.of(0, 7, 39);
    const { found, expected } = await once(
      { ...inputsOf("w", n, K, 5, columns, 3), x: [f32(R, K), noise(1, R * K)] },
      (x) => {
        const weight = weightOf(x, "w", { n, K, width: 5, format: "nl4" });
        // The products round their inputs, their gradients don't: the same ones come in.
        const dy = (y: Sym<"f32">) => mean(y);
        const plain = k.linear(s(x, "x"), k.unpackWeight(weight));
        return {
          found: grad(dy(k.linear(s(x, "x"), weight)), [s(x, "x")])[0] as Sym,
          expected: grad(dy(plain), [s(x, "x")])[0] as Sym,
        };
      },
    );
    expect(relativeError(found as Float32Array, expected as Float32Array)).toBeLessThan(1e-6);
  });
});

it("columns that are put in place lead gradients back to where they were", async () => {
  const { found } = await once(
    { taken: [f32(2, 3), noise(2, 6)], columns: [i32(2), Int32Array.of(1, 4)] },
    (x) => {
      const loss = mean(square(putColumns(s(x, "taken"), ids(x, "columns"), 6)));
      return { found: grad(loss, [s(x, "taken")])[0] as Sym };
    },
  );
  const expected = noise(2, 6).map((x, i) => (i % 3 < 2 ? x / 6 : 0));
  expect(relativeError(found as Float32Array, expected)).toBeLessThan(1e-6);
});

describe("refuses", () => {
  const spec = k.packedWeight({ n: 8, k: 64, format: "nl4" });
  const build = (n: number, width: number, count: number) => () =>
    program(
      {
        x: f32(2, 64),
        a: spec.type,
        b: k.packedWeight({ n, k: width, format: "int8" }).type,
        c: i32(count),
      },
      ({ x, a, b, c }) => {
        const weight = { spec: k.packedWeight({ n, k: width, format: "int8" }), bytes: b };
        return k.linear(x, { spec, bytes: a, outliers: { columns: c, weight } });
      },
    );

  it.each([
    ["columns of another matrix", 7, 32, 3],
    ["more columns than their weight has", 8, 2, 3],
  ])("%s", (_, n, width, count) => {
    expect(build(n, width, count)).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
  });

  it.each([[[3, 3]], [[5, 1]], [[0, 64]], [[-1, 2]]])("columns %j", async (columns) => {
    using p = build(8, 32, 2)();
    const inputs = {
      x: noise(1, 128),
      a: new Uint8Array(spec.byteLength),
      b: new Uint8Array(k.packedWeight({ n: 8, k: 32, format: "int8" }).byteLength),
      c: Int32Array.from(columns),
    };
    await expect(p.run(inputs)).rejects.toMatchObject({ code: "ERR_VALUE" });
  });
});
