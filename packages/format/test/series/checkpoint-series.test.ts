import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSeries, type SeriesTensor } from "../../src/index.js";
import { folder } from "../support/files.js";
import { floatsFrom, gradientSquares } from "./support/states.js";

const shape = [48, 64] as const;
const size = { rows: 48, columns: 64 };
const length = 48 * 64;

/** A training state of a step: weights that wander, moments, a buffer, counters. */
function stateOf(step: number): SeriesTensor[] {
  const weights = floatsFrom(1, length, 0.02);
  for (let i = 1; i <= step; i++) {
    const change = floatsFrom(100 + i, length, 0.002);
    for (let j = 0; j < length; j++) (weights[j] as number) += change[j] as number;
  }
  const second = gradientSquares(size, step + 5);
  const noise = floatsFrom(step + 6, length);
  const first = second.map((v, i) => 0.3 * Math.sqrt(v) * (noise[i] as number));
  const average = weights.map((w, i) => w + 1e-4 * (noise[i] as number));
  const gain = floatsFrom(step, 64, 0.1).map((x) => 1 + x);
  return [
    { name: "w", role: "weight", dtype: "F32", shape, data: weights },
    { name: "gain", role: "weight", dtype: "F32", shape: [64], data: gain },
    { name: "adamw.first.w", role: "first-moment", of: "w", dtype: "F32", shape, data: first },
    { name: "adamw.second.w", role: "second-moment", of: "w", dtype: "F32", shape, data: second },
    { name: "shared.w", role: "average", of: "w", dtype: "F32", shape, data: average },
    {
      name: "squares.w",
      role: "second-moment",
      of: "w",
      dtype: "F32",
      shape: [48, 1],
      data: gradientSquares({ rows: 48, columns: 1 }, step),
    },
    { name: "adamw.step", role: "exact", dtype: "I32", shape: [1], data: Int32Array.of(step) },
  ];
}

const floatsOf = (data: Uint8Array) => new Float32Array(data.slice().buffer);
const bytesOf = ({ data }: SeriesTensor) => {
  const { buffer, byteOffset, byteLength } = typeof data === "function" ? data() : data;
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
};

async function saved(steps: number, options = {}) {
  const at = folder();
  const series = await openSeries(at, options);
  for (let step = 1; step <= steps; step++) {
    await series.append({ step, tensors: stateOf(step), metadata: { state: `at ${step}` } });
  }
  return { at, series };
}

describe("a series", () => {
  it("gives back each step: weights near, counters exact, names and metadata as they were", async () => {
    const { at, series } = await saved(5, { keyframeEvery: 3 });
    expect(series.steps).toEqual([1, 2, 3, 4, 5]);
    expect(readdirSync(at).sort()).toEqual(["chain-0000000001.ryan", "chain-0000000004.ryan"]);
    const again = await openSeries(at);
    for (const step of [5, 1, 3, 4, 2]) {
      const { tensors, metadata } = await again.read(step);
      const given = stateOf(step);
      expect([...metadata]).toEqual([["state", `at ${step}`]]);
      expect([...tensors.keys()]).toEqual(given.map(({ name }) => name));
      for (const tensor of given) {
        const { data, ...info } = tensors.get(tensor.name) ?? expect.unreachable();
        const { data: _, ...expected } = tensor;
        expect(info).toEqual({ of: undefined, ...expected });
        if (tensor.role === "exact") expect(data).toEqual(bytesOf(tensor));
        if (tensor.role !== "weight") continue;
        const [found, wanted] = [floatsOf(data), floatsOf(bytesOf(tensor))];
        const error = Math.max(...found.map((x, i) => Math.abs(x - (wanted[i] as number))));
        expect(error).toBeLessThan(tensor.name === "w" ? 0.003 : 0.06);
      }
    }
  });

  it("goes on to the same bytes in another process", async () => {
    const { at, series } = await saved(2);
    const copy = folder();
    for (const name of readdirSync(at))
      writeFileSync(join(copy, name), readFileSync(join(at, name)));
    const other = await openSeries(copy);
    const one = await series.append({ step: 3, tensors: stateOf(3) });
    const two = await other.append({ step: 3, tensors: stateOf(3) });
    expect(two).toEqual({ ...one, file: two.file });
    expect(two.kind).toBe("link");
    const restored = [await (await openSeries(at)).read(), await (await openSeries(copy)).read()];
    expect(restored[0]).toEqual(restored[1]);
  });

  it("is a small part of what it holds, and says of what", async () => {
    const { series } = await saved(3);
    const report = await series.append({ step: 4, tensors: stateOf(4) });
    const { parameters, bits, bitsPerParameter, bytes } = report;
    expect(parameters).toBe(length + 64);
    expect(bitsPerParameter).toBeCloseTo((8 * bytes) / parameters);
    const sum = Object.values(bits).reduce((total, each) => total + each, 0);
    expect(sum).toBeCloseTo(bitsPerParameter);
    expect(bits.weights).toBeLessThan(6.5);
    expect(bits.firstMoments).toBeLessThan(2);
    expect(bits.secondMoments).toBeLessThan(2.5);
  });

  it("without loss gives back every bit of every role and type", async () => {
    const at = folder();
    const series = await openSeries(at, { exact: true, keyframeEvery: 2 });
    const states = [1, 2, 3].map((step) => [
      ...stateOf(step),
      {
        name: "half",
        role: "weight",
        dtype: "BF16",
        shape: [99],
        data: Uint16Array.from({ length: 99 }, (_, i) => i * 601 * step),
      } as const,
    ]);
    for (const [i, tensors] of states.entries()) await series.append({ step: i, tensors });
    for (const [i, tensors] of states.entries()) {
      const restored = await series.read(i);
      for (const tensor of tensors) {
        expect(restored.tensors.get(tensor.name)?.data).toEqual(bytesOf(tensor));
        expect(restored.tensors.get(tensor.name)?.role).toBe(tensor.role);
      }
    }
  });

  it("begins a file anew where tensors are others, and where it goes back", async () => {
    const { at, series } = await saved(3);
    const fewer = stateOf(4).slice(0, 2);
    expect((await series.append({ step: 4, tensors: fewer })).kind).toBe("keyframe");
    expect((await series.append({ step: 2, tensors: stateOf(2) })).kind).toBe("keyframe");
    expect(series.steps).toEqual([1, 2]);
    expect((await series.append({ step: 3, tensors: stateOf(3) })).kind).toBe("link");
    expect((await openSeries(at)).steps).toEqual([1, 2, 3]);
  });

  it("keeps as many as are asked for, by whole files", async () => {
    const { at, series } = await saved(7, { keyframeEvery: 3, keep: 2 });
    expect(series.steps).toEqual([4, 5, 6, 7]);
    await series.append({ step: 8, tensors: stateOf(8) });
    await series.append({ step: 9, tensors: stateOf(9) });
    await series.append({ step: 10, tensors: stateOf(10) });
    expect(series.steps).toEqual([7, 8, 9, 10]);
    expect(readdirSync(at).length).toBe(2);
  });

  it("has empty, tiny and unwieldy tensors", async () => {
    const at = folder();
    const series = await openSeries(at);
    const odd = (step: number): SeriesTensor[] => [
      { name: "none", role: "weight", dtype: "F32", shape: [0, 4], data: new Float32Array(0) },
      { name: "one", role: "weight", dtype: "F16", shape: [], data: Uint16Array.of(0x3c00 + step) },
      {
        name: "one.m",
        role: "first-moment",
        of: "one",
        dtype: "BF16",
        shape: [],
        data: Uint16Array.of(0x7fc1),
      },
      {
        name: "deep",
        role: "weight",
        dtype: "F32",
        shape: [3, 3, 9, 9],
        data: floatsFrom(step, 729),
      },
      {
        name: "lost",
        role: "second-moment",
        dtype: "F32",
        shape: [2],
        data: Float32Array.of(NaN, Infinity),
      },
    ];
    for (const step of [1, 2]) await series.append({ step, tensors: odd(step) });
    const { tensors } = await (await openSeries(at)).read();
    expect(tensors.get("none")?.data.length).toBe(0);
    expect([...(tensors.get("one")?.data ?? [])]).toEqual([2, 0x3c]);
    expect([...floatsOf(tensors.get("lost")?.data as Uint8Array)]).toEqual([NaN, Infinity]);
  });
});

describe("a series that is damaged", () => {
  it("has what was committed, wherever the last write was cut", async () => {
    const { at } = await saved(2);
    const path = join(at, "chain-0000000001.ryan");
    const before = readFileSync(path);
    const series = await openSeries(at);
    await series.append({ step: 3, tensors: stateOf(3) });
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: before.length, max: whole.length - 1 }), async (end) => {
        writeFileSync(path, whole.subarray(0, end));
        const cut = await openSeries(at);
        expect(cut.steps).toEqual([1, 2]);
        expect((await cut.read()).step).toBe(2);
        expect((await cut.append({ step: 3, tensors: stateOf(3) })).kind).toBe("link");
        expect(statSync(path).size).toBe(whole.length);
        expect((await (await openSeries(at)).read()).step).toBe(3);
      }),
      { seed: 3, numRuns: 12 },
    );
  });

  it("refuses a link with a wrong byte, still has those before it, and goes on with a keyframe", async () => {
    const { at } = await saved(3);
    const path = join(at, "chain-0000000001.ryan");
    const two = await saved(2);
    const end = statSync(join(two.at, "chain-0000000001.ryan")).size;
    const bytes = readFileSync(path);
    bytes[end + 700] = (bytes[end + 700] as number) ^ 1;
    writeFileSync(path, bytes);
    const series = await openSeries(at);
    expect(series.steps).toEqual([1, 2, 3]);
    await expect(series.read()).rejects.toMatchObject({ code: "ERR_CHUNK", file: path });
    expect((await series.read(2)).step).toBe(2);
    expect((await series.append({ step: 3, tensors: stateOf(3) })).kind).toBe("keyframe");
    expect(series.steps).toEqual([1, 2, 3]);
    expect((await series.read()).step).toBe(3);
    expect((await series.append({ step: 4, tensors: stateOf(4) })).kind).toBe("link");
  });

  it("never gives back wrong data, whichever byte is wrong", async () => {
    const { at, series } = await saved(2);
    const path = join(at, "chain-0000000001.ryan");
    const whole = readFileSync(path);
    const right = await series.read(2);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (place, bits) => {
          const bytes = Buffer.from(whole);
          bytes[place] = (bytes[place] as number) ^ bits;
          writeFileSync(path, bytes);
          const damaged = await openSeries(at);
          try {
            expect(await damaged.read(2)).toEqual(right);
          } catch (error) {
            expect(error).toMatchObject({ name: "FormatError" });
          }
        },
      ),
      { seed: 4, numRuns: 60 },
    );
  });

  it("isn't added to before what can't be read just now", async () => {
    const { at } = await saved(4, { keyframeEvery: 3 });
    const later = join(at, "chain-0000000004.ryan");
    const bytes = readFileSync(later);
    writeFileSync(later, "");
    const series = await openSeries(at, { keyframeEvery: 4 });
    expect(series.steps).toEqual([1, 2, 3]);
    expect(series.damage).toHaveLength(1);
    await series.append({ step: 5, tensors: stateOf(5) });
    writeFileSync(later, bytes);
    expect((await openSeries(at)).steps).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("a series that is used at the same time", () => {
  it("does one thing after the other", async () => {
    const at = folder();
    const series = await openSeries(at);
    const one = await Promise.all(
      [1, 2, 3].map((step) => series.append({ step, tensors: stateOf(step) })),
    );
    expect(one.map(({ kind }) => kind)).toEqual(["keyframe", "link", "link"]);
    const [last] = await Promise.all([
      series.read(2),
      series.append({ step: 4, tensors: stateOf(4) }),
    ]);
    expect(last.step).toBe(2);
    const inTurn = await saved(4);
    const name = "chain-0000000001.ryan";
    const again = await openSeries(at);
    for (const step of [1, 2, 3, 4]) {
      expect(await again.read(step)).toMatchObject({ step });
      expect((await again.read(step)).tensors).toEqual((await inTurn.series.read(step)).tensors);
    }
    expect(readdirSync(at)).toEqual([name]);
  });

  it("doesn't build on what another has added meanwhile, but for what it has seen", async () => {
    const { at, series } = await saved(2);
    const other = await openSeries(at);
    await other.append({ step: 3, tensors: stateOf(3) });
    const next = { step: 4, tensors: stateOf(4) };
    await expect(series.append(next)).rejects.toMatchObject({ code: "ERR_CHANGED" });
    await series.refresh();
    expect((await series.append(next)).kind).toBe("link");
    const inTurn = await saved(4);
    expect((await (await openSeries(at)).read()).tensors).toEqual(
      (await inTurn.series.read()).tensors,
    );
  });

  it("is refused where two append, and keeps what one of them has committed", async () => {
    const { at, series } = await saved(2);
    const other = await openSeries(at);
    const data = { step: 3, tensors: stateOf(3) };
    const results = await Promise.allSettled([series.append(data), other.append(data)]);
    for (const result of results) {
      if (result.status === "rejected") {
        expect(["ERR_CHANGED", "ERR_COMMIT"]).toContain((result.reason as { code: string }).code);
      }
    }
    const after = await openSeries(at);
    expect(after.steps.slice(0, 2)).toEqual([1, 2]);
    await after.read();
  });
});

describe("what a series refuses", () => {
  it.each([
    ["a step", { step: -1, tensors: [] }, "ERR_ARGUMENT"],
    [
      "another length",
      {
        step: 1,
        tensors: [
          { name: "w", role: "weight", dtype: "F32", shape: [2], data: new Float32Array(3) },
        ],
      },
      "ERR_DATA",
    ],
    [
      "integers as weights",
      {
        step: 1,
        tensors: [{ name: "w", role: "weight", dtype: "I32", shape: [1], data: new Int32Array(1) }],
      },
      "ERR_TENSOR",
    ],
    [
      "a state of nothing",
      {
        step: 1,
        tensors: [
          {
            name: "m",
            role: "first-moment",
            of: "w",
            dtype: "F32",
            shape: [1],
            data: new Float32Array(1),
          },
        ],
      },
      "ERR_TENSOR",
    ],
    [
      "a name twice",
      {
        step: 1,
        tensors: [1, 2].map(() => ({
          name: "w",
          role: "exact",
          dtype: "U8",
          shape: [1],
          data: new Uint8Array(1),
        })),
      },
      "ERR_TENSOR",
    ],
    [
      "its own metadata",
      { step: 1, tensors: [], metadata: { "series.step": "2" } },
      "ERR_METADATA",
    ],
  ])("%s", async (_, checkpoint, code) => {
    const at = folder();
    const series = await openSeries(at);
    await expect(series.append(checkpoint as never)).rejects.toMatchObject({ code });
    expect(series.steps).toEqual([]);
    expect(readdirSync(at)).toEqual([]);
  });

  it("steps that aren't there, and options out of range", async () => {
    const { series } = await saved(2);
    await expect(series.read(7)).rejects.toMatchObject({ code: "ERR_SERIES" });
    await expect(openSeries(folder(), { keyframeEvery: 0 })).rejects.toMatchObject({
      code: "ERR_ARGUMENT",
    });
    await expect(openSeries(folder(), { keyframeEvery: 2000 })).rejects.toMatchObject({
      code: "ERR_ARGUMENT",
    });
    const precision = { secondParts: 3 };
    await expect(openSeries(folder(), { precision })).rejects.toMatchObject({
      code: "ERR_ARGUMENT",
    });
  });
});
