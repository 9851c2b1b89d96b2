// What each function refuses while a program is traced, with the code and the
// words that a person needs; and the types that it gives.

import { describeType, dim, f32, i32, program, reshape, type Sym, u8 } from "@ryanstream/tensor";
import { describe, expect, it } from "vitest";
import * as k from "../src/index.js";

const [B, T] = [dim("B", { max: 4 }), dim("T", { max: 32 })];

/** Symbols to build calls from. */
const specs = {
  x: f32(B, T, 8),
  rows: f32(T, 8),
  w: f32(8),
  matrix: f32(12, 8),
  wide: f32(12, 9),
  heads: f32(B, T, 4, 6),
  keys: f32(B, T, 2, 6),
  threeKeys: f32(B, T, 3, 6),
  fewer: f32(B, 3, 2, 6),
  targets: i32(B, T),
  positions: i32(T),
  bytes: u8(100),
};
type Symbols = { [K in keyof typeof specs]: Sym<never> };

function trace(fn: (s: Symbols) => Sym): string {
  const traced = program(specs, (s) => fn(s as never));
  return describeType(traced.graph.values[traced.graph.outputs[0]?.value as number] as Sym);
}

const frequencies = k.ropeFrequencies({ headDim: 6 });
const packed = k.packedWeight({ n: 12, k: 8, format: "int4" });

describe("types", () => {
  it.each<[string, string, (s: Symbols) => Sym]>([
    ["rmsNorm", "f32[B,T,8]", (s) => k.rmsNorm(s.x, s.w)],
    ["fusedAttention", "f32[B,T,4,6]", (s) => k.fusedAttention(s.heads, s.keys, s.keys)],
    ["linear", "f32[B,T,12]", (s) => k.linear(s.x, s.matrix)],
    ["linear, packed", "f32[B,T,12]", (s) => k.linear(s.x, k.packWeight(s.matrix, packed))],
    ["linearCrossEntropy", "f32[]", (s) => k.linearCrossEntropy(s.x, s.matrix, s.targets)],
    [
      "linearCrossEntropy, no reduction",
      "f32[B,T]",
      (s) => k.linearCrossEntropy(s.x, s.matrix, s.targets, { reduction: "none" }),
    ],
    [
      "embeddingPacked",
      "f32[B,T,8]",
      (s) => k.embeddingPacked(k.packWeight(s.matrix, packed), s.targets),
    ],
    [
      "project, merged",
      "f32[B,T,4]",
      (s) => k.project(s.x, { merged: s.matrix, sizes: [8, 4] })[1] as Sym,
    ],
    ["countTargets", "f32[]", (s) => k.countTargets(s.targets)],
  ])("%s gives %s", (_, type, fn) => {
    expect(trace(fn)).toBe(type);
  });
});

describe("what is refused", () => {
  it.each<[string, string, RegExp, (s: Symbols) => Sym]>([
    [
      "a norm's weight of another width",
      "ERR_SHAPE",
      /weight: expected \[8\]/,
      (s) => k.rmsNorm(s.x, k.rmsNorm(s.matrix, s.w)),
    ],
    ["a negative eps", "ERR_ATTRIBUTE", /eps/, (s) => k.rmsNorm(s.x, s.w, { eps: -1 })],
    [
      "integers to normalise",
      "ERR_DTYPE",
      /x: expected f32, found i32/,
      (s) => k.rmsNorm(s.targets, s.w),
    ],
    [
      "a residual of another shape",
      "ERR_SHAPE",
      /residual/,
      (s) => k.addRmsNorm(s.x, s.rows, s.w).sum,
    ],
    [
      "a table with more pairs than a head has",
      "ERR_SHAPE",
      /3 pairs don't fit/,
      (s) => k.rope(reshape(s.rows, [T, 2, 4]), k.ropeTable(s.positions, frequencies)),
    ],
    [
      "heads that keys can't be shared among",
      "ERR_SHAPE",
      /4 query heads/,
      (s) => k.fusedAttention(s.heads, s.threeKeys, s.threeKeys),
    ],
    [
      "causal attention over other positions",
      "ERR_SHAPE",
      /causal/,
      (s) => k.fusedAttention(s.heads, s.fewer, s.fewer),
    ],
    [
      "a window without causal",
      "ERR_ATTRIBUTE",
      /window/,
      (s) => k.fusedAttention(s.heads, s.keys, s.keys, { causal: false, window: 3 }),
    ],
    [
      "half a key of window",
      "ERR_ATTRIBUTE",
      /window/,
      (s) => k.fusedAttention(s.heads, s.keys, s.keys, { window: 1.5 }),
    ],
    [
      "segments of another length",
      "ERR_SHAPE",
      /segments/,
      (s) => k.fusedAttention(s.heads, s.keys, s.keys, { segments: s.positions }),
    ],
    ["gate and up that differ", "ERR_SHAPE", /up/, (s) => k.swiglu(s.x, s.rows)],
    [
      "an unknown activation",
      "ERR_ATTRIBUTE",
      /swish/,
      (s) =>
        k.fusedFFN(
          s.x,
          { gate: s.matrix, up: s.matrix, down: s.matrix },
          { activation: "swish" as never },
        ),
    ],
    [
      "a matrix to rotate",
      "ERR_SHAPE",
      /rank 2/,
      (s) => k.rope(s.rows, k.ropeTable(s.positions, frequencies)),
    ],
    ["a weight of another width", "ERR_SHAPE", /multiply/, (s) => k.linear(s.x, s.wide)],
    [
      "bytes that don't fit the spec",
      "ERR_SHAPE",
      /weight/,
      (s) => k.linear(s.x, { spec: packed, bytes: s.bytes }),
    ],
    [
      "a merged weight of another size",
      "ERR_SHAPE",
      /12 outputs/,
      (s) => k.project(s.x, { merged: s.matrix, sizes: [8, 8] })[0] as Sym,
    ],
    ["floating targets", "ERR_DTYPE", /targets/, (s) => k.linearCrossEntropy(s.x, s.matrix, s.x)],
    [
      "too few targets",
      "ERR_SHAPE",
      /targets/,
      (s) => k.linearCrossEntropy(s.x, s.matrix, s.positions),
    ],
    [
      "an ignored id that isn't one",
      "ERR_ATTRIBUTE",
      /ignoreIndex/,
      (s) => k.linearCrossEntropy(s.x, s.matrix, s.targets, { ignoreIndex: 0.5 }),
    ],
  ])("%s", (_, code, message, fn) => {
    expect(() => trace(fn)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it.each<[string, k.PackedWeightOptions]>([
    ["an unknown format", { n: 1, k: 1, format: "int3" as never }],
    ["a group of 48", { n: 1, k: 1, format: "int4", group: 48 }],
    ["zero points of nl4", { n: 1, k: 1, format: "nl4", zero: true }],
    ["groups of a float format", { n: 1, k: 1, format: "bf16", group: 32 }],
    ["zero points of a float format", { n: 1, k: 1, format: "f32", zero: true }],
    ["a negative size", { n: -1, k: 1, format: "f32" }],
  ])("packedWeight: %s", (_, options) => {
    expect(() => k.packedWeight(options)).toThrow(
      expect.objectContaining({ code: "ERR_ATTRIBUTE" }),
    );
  });

  it.each([
    ["a page size that isn't a multiple of 16", { pageSize: 24 }],
    ["no pages", { pages: 0 }],
  ])("pagedCache: %s", (_, wrong) => {
    const options = { layers: 1, heads: 1, headDim: 8, pages: 4, sequences: 1, maxPages: 4 };
    const make = () => k.pagedCache("kv", { ...options, ...wrong });
    expect(make).toThrow(expect.objectContaining({ code: "ERR_ATTRIBUTE" }));
  });

  it("pagedAttention: heads that the pages' heads don't divide", () => {
    const cache = k.pagedCache("kv", {
      layers: 1,
      heads: 2,
      headDim: 8,
      pages: 4,
      sequences: 1,
      maxPages: 4,
    });
    const build = () =>
      program({ q: f32(T, 3, 8), seq: i32(T), pos: i32(T), table: cache.table }, (x) =>
        k.pagedAttention(x.q, cache.layers[0] as k.KvPages, x),
      );
    expect(build).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
  });
});
