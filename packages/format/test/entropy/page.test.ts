// The page that specifies the coding: its examples are what is written, and a decoder made from
// its words alone reads what the encoder makes.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spreadTable, TABLES } from "../../src/entropy/grid-tables.js";
import { decodeGridRows, encodeGrid, encodePlanes } from "../../src/entropy/index.js";
import { SEED, someBytes } from "../support/tensors.js";
import { referencePlanes } from "./reference.js";

const page = readFileSync(
  new URL("../../../../docs/ryanformat-coding.md", import.meta.url),
  "utf8",
);

const hex = (name: string): string =>
  new RegExp(`\`\`\`hex ${name}\n([^\`]+)\n\`\`\``).exec(page)?.[1] ?? "";
const spaced = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");

describe("docs/ryanformat-coding.md", () => {
  it("shows what is written for planes", () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 === 0 ? 0x42 : 0x41));
    expect(spaced(encodePlanes(bytes, { period: 1, rotate: false }))).toBe(hex("planes"));
    const halves = Uint16Array.from({ length: 24 }, (_, i) => 0x3f80 + i);
    const coded = encodePlanes(new Uint8Array(halves.buffer), { period: 2, rotate: true });
    expect(spaced(coded)).toBe(hex("bfloat16"));
  });

  it("shows what is written for a grid", () => {
    const codes = Int32Array.of(1, 0, -2, 40, 0, 0, 3, -35, -1, 0, 1, 20, 0, 0, -4, -900);
    const { head, rows } = encodeGrid({
      shape: [4, 4],
      codes,
      steps: { base: 0.5, index: Uint8Array.of(16, 8, 8, 0) },
      rowScales: Float32Array.of(1, 1, 1.5, 0.75),
    });
    expect(spaced(head)).toBe(hex("head"));
    expect(spaced(rows(0, 4))).toBe(hex("rows"));
    const values = new Float32Array(16);
    decodeGridRows(head, rows(0, 4), 4, values);
    expect([...values.subarray(8)]).toEqual([-3, 0, 1.5, 15, 0, 0, -3, -337.5]);
  });

  it("suffices to decode planes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4, 8),
        fc.boolean(),
        fc.integer({ min: 0, max: 4000 }),
        fc.nat(),
        (period, rotated, length, seed) => {
          const bytes = someBytes(length, seed).map((byte, i) => (i % period ? byte >> 6 : byte));
          const layout = { period, rotate: rotated && period !== 1 && period !== 3 };
          const back = referencePlanes(encodePlanes(bytes, layout));
          expect(Buffer.compare(back, bytes)).toBe(0);
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("describes tables that are tables, whatever the spread and shape", () => {
    for (let shape = 0; shape < 4; shape++) {
      for (let t = 0; t < TABLES; t++) {
        const freqs = spreadTable(t, shape);
        expect(freqs.reduce((sum, freq) => sum + freq, 0)).toBe(4096);
        expect(Math.max(...freqs)).toBeLessThan(4096);
        expect(freqs[0]).toBeGreaterThan(0);
        expect(freqs[128]).toBeGreaterThan(0);
      }
    }
  });
});
