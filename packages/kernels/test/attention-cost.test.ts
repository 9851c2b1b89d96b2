// The counts of attention against brute force: masks walked pair by pair, and the
// kernel's tiles and runs walked as the kernel walks them.

import { f32, grad, i32, program, type Sym, sum } from "@ryanstream/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AttentionExtent,
  type AttentionPairs,
  attentionPairs,
  fusedAttention,
} from "../src/index.js";

const seed = 7;

/** Marks every (row, key) that is visible, then widens tiles of 6 rows to runs of 16 keys. */
function walk({ queries, keys, group, causal, window, segments = [keys] }: AttentionExtent) {
  const segmentOf = segments.flatMap((length, i) => new Array<number>(length).fill(i));
  const visible: boolean[][] = [];
  for (let t = 0; t < queries; t++) {
    for (let h = 0; h < group; h++) {
      visible.push(
        Array.from(
          { length: keys },
          (_, s) =>
            (segments.length === 1 || segmentOf[s] === segmentOf[t]) &&
            (!causal || (s <= t && (window === 0 || s > t - window))),
        ),
      );
    }
  }
  let scored = 0;
  for (let first = 0; first < visible.length; first += 6) {
    const tile = visible.slice(first, first + 6);
    for (let run = 0; run < keys; run += 16) {
      // A run between two that are seen is computed too; masks of causal windows have no such gaps.
      if (tile.some((row) => row.slice(run, run + 16).includes(true))) scored += 16 * tile.length;
    }
  }
  return {
    visible: visible.flat().filter(Boolean).length,
    scored,
    dense: queries * group * keys,
  };
}

describe("attentionPairs", () => {
  it("counts what the mask lets through and what the tiles compute", () => {
    const extent = fc.record({
      queries: fc.integer({ min: 1, max: 150 }),
      group: fc.integer({ min: 1, max: 7 }),
      causal: fc.boolean(),
      window: fc.integer({ min: 0, max: 80 }),
      more: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(extent, ({ more, ...rest }) => {
        const keys = rest.queries + (rest.causal ? 0 : more);
        const of = { ...rest, keys, window: rest.causal ? rest.window : 0 };
        expect(attentionPairs(of)).toEqual(walk(of));
      }),
      { seed },
    );
  });

  it("counts segments of any lengths, with the tiles that reach over two", () => {
    const extent = fc.record({
      segments: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 6 }),
      group: fc.integer({ min: 1, max: 7 }),
      causal: fc.boolean(),
      window: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(extent, (rest) => {
        const keys = rest.segments.reduce((a, b) => a + b);
        const window = rest.causal ? rest.window : 0;
        const of = { ...rest, queries: keys, keys, window };
        expect(attentionPairs(of)).toEqual(walk(of));
      }),
      { seed },
    );
  });

  it("visits just over half of the pairs of a long causal sequence", () => {
    const of = { queries: 2048, keys: 2048, group: 1, causal: true, window: 0 };
    const { visible, scored, dense } = attentionPairs(of);
    expect(visible / dense).toBeCloseTo(0.5, 3);
    expect(scored).toBeGreaterThan(visible);
    expect(scored / dense).toBeLessThan(0.51);
  });

  it("spreads fewer queries over all keys", () => {
    const { visible } = attentionPairs({ queries: 4, keys: 40, group: 1, causal: true, window: 0 });
    expect(visible).toBe(10 + 20 + 30 + 40);
    const behind = { queries: 4, keys: 40, group: 1, causal: true, window: 0, prompt: 36 };
    expect(attentionPairs(behind).visible).toBe(37 + 38 + 39 + 40);
  });
});

describe("program.cost()", () => {
  const attend = (extra: object, options: object) =>
    program({ q: f32(2, 64, 4, 16), k: f32(2, 64, 2, 16), v: f32(2, 64, 2, 32), ...extra }, (x) =>
      fusedAttention(x.q, x.k, x.v, {
        ...options,
        ...("segments" in x ? { segments: x.segments as never } : {}),
      }),
    );
  const pairs = attentionPairs({ queries: 64, keys: 64, group: 2, causal: true, window: 0 });

  it("counts each key head of each sequence, against a dense product", () => {
    const cost = attend({}, {}).cost();
    expect(cost.flops).toBe(2 * 4 * (pairs.scored * 16 + pairs.visible * 32));
    expect(cost.denseFlops).toBe(2 * 2 * 4 * 64 * 64 * (16 + 32));
  });

  it("counts five products backward, tiles of one head, against a dense four", () => {
    const specs = { q: f32(2, 64, 4, 16), k: f32(2, 64, 2, 16), v: f32(2, 64, 2, 32) };
    const training = program(specs, (x) => {
      const [dq, dk, dv] = grad(sum(fusedAttention(x.q, x.k, x.v)), [x.q, x.k, x.v]);
      return { dq, dk, dv } as Record<string, Sym<"f32">>;
    });
    const row = training.cost().rows.find((r) => r.operation === "attention_grad");
    const one = attentionPairs({ queries: 64, keys: 64, group: 1, causal: true, window: 0 });
    expect(row?.flops).toBe(2 * 8 * (one.scored * (16 + 32) + one.visible * (2 * 16 + 32)));
    expect(row?.denseFlops).toBe(2 * 8 * 64 * 64 * (2 * 16 + 2 * 32));
  });

  it("saves nothing without a mask", () => {
    const { flops, denseFlops } = attend({}, { causal: false }).cost();
    expect(flops).toBe(denseFlops);
  });

  it("takes the length of segments as a fact", () => {
    const packed = attend({ segments: i32(2, 64) }, {});
    const one = attentionPairs({ queries: 16, keys: 16, group: 2, causal: true, window: 0 });
    const cost = packed.cost({}, { segmentLength: 16 });
    expect(cost.flops).toBe(4 * 4 * 2 * (one.scored * 16 + one.visible * 32));
    expect(cost.denseFlops).toBe(attend({}, {}).cost().denseFlops);
    expect(packed.cost().flops).toBe(attend({}, {}).cost().flops);
  });

  it("takes the lengths of all segments as a fact: their mean counts too little", () => {
    const packed = attend({ segments: i32(2, 64) }, {});
    const segmentLengths = [4, 60, 16, 32, 16];
    const rows = [segmentLengths.slice(0, 2), segmentLengths.slice(2)].map((segments) =>
      walk({ queries: 64, keys: 64, group: 2, causal: true, window: 0, segments }),
    );
    const flops = rows.reduce((n, p) => n + 2 * 2 * (p.scored * 16 + p.visible * 32), 0);
    const cost = packed.cost({}, { segmentLengths });
    expect(cost.flops).toBe(flops);
    expect(cost.denseFlops).toBe(attend({}, {}).cost().denseFlops);
    expect(packed.cost({}, { segmentLength: 128 / 5 }).flops).toBeLessThan(0.8 * flops);
  });

  it("spreads gathered queries over segments by what lies behind their prompts", () => {
    const specs = { q: f32(1, 8, 1, 16), k: f32(1, 64, 1, 16), v: f32(1, 64, 1, 16) };
    const some = program({ ...specs, segments: i32(1, 64), positions: i32(1, 8) }, (x) =>
      fusedAttention(x.q, x.k, x.v, { segments: x.segments, positions: x.positions }),
    );
    const cost = some.cost({}, { segmentLengths: [16, 48], promptLength: 12 }); // 4 and 36 behind
    const [first, second] = [
      { queries: 1, keys: 16 },
      { queries: 7, keys: 48 },
    ].map((of) => attentionPairs({ ...of, prompt: 12, group: 1, causal: true, window: 0 })) as [
      AttentionPairs,
      AttentionPairs,
    ];
    const scored = first.scored + second.scored;
    const visible = first.visible + second.visible;
    expect(cost.flops).toBe(2 * 16 * (scored + visible));
    expect(cost.denseFlops).toBe(2 * 32 * (1 * 16 + 7 * 48));
  });

  it.each([
    ["that don't fill the rows", [64, 63]],
    ["that cross from row to row", [60, 8, 60]],
    ["that aren't whole", [64, 31.5, 32.5]],
    ["for too many rows", [64, 64, 64]],
    ["that are no list", 64],
  ])("refuses lengths %s", (_, segmentLengths) => {
    const packed = attend({ segments: i32(2, 64) }, {});
    expect(() => packed.cost({}, { segmentLengths })).toThrow(
      expect.objectContaining({ code: "ERR_ATTRIBUTE" }),
    );
  });
});
