// Blobs and directories that no writer made, past the hashes of the file.

import fc from "fast-check";
import { expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import type { SeriesTensorInfo } from "../../src/series/checkpoint.js";
import { CLASSES, kinds, StreamWriter } from "../../src/series/code-streams.js";
import { directoryText, parseDirectory } from "../../src/series/directory.js";
import { familiesOf } from "../../src/series/families.js";
import { defaultPrecision } from "../../src/series/precision.js";
import { decodeStretch, encodeStretch, noBase } from "../../src/series/stretch-codec.js";
import { floatsFrom, gradientSquares } from "./support/states.js";

const shape = [12, 16];
const tensors: SeriesTensorInfo[] = [
  { name: "w", role: "weight", dtype: "F32", shape },
  { name: "m", role: "first-moment", of: "w", dtype: "F32", shape },
  { name: "v", role: "second-moment", of: "w", dtype: "BF16", shape },
  { name: "a", role: "average", of: "w", dtype: "F16", shape },
  { name: "step", role: "exact", dtype: "I32", shape: [3] },
];
const families = familiesOf(tensors);
const data: Readonly<Record<string, Uint8Array>> = {
  w: new Uint8Array(floatsFrom(1, 192).buffer),
  m: new Uint8Array(floatsFrom(2, 192).buffer),
  v: new Uint8Array(new Uint16Array(gradientSquares({ rows: 12, columns: 16 }, 3).length).buffer),
  a: new Uint8Array(new Uint16Array(192).fill(0x3c01).buffer),
  step: Uint8Array.from({ length: 12 }, (_, i) => i),
};

it("are refused with a FormatError, or decode to tensors of the right size", () => {
  const base = noBase();
  const bytesOf = ({ name }: SeriesTensorInfo) => data[name] as Uint8Array;
  encodeStretch(families, bytesOf, noBase(), base, defaultPrecision);
  const { blob } = encodeStretch(families, bytesOf, base, noBase(), defaultPrecision);
  let refused = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(blob.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(blob.length)),
      fc.boolean(),
      (changes, end, hasBase) => {
        const mutated = blob.slice(0, end ?? blob.length);
        for (const [place, byte] of changes) if (place < mutated.length) mutated[place] = byte;
        try {
          decodeStretch(families, mutated, hasBase ? base : noBase(), noBase(), ({ name }, bytes) =>
            expect(bytes.length).toBe(data[name]?.length),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          refused += 1;
        }
      },
    ),
    { seed: 5, numRuns: 400 },
  );
  expect(refused).toBeGreaterThan(100);
});

it("many streams that stand for a lot take no more than the tensors ask for", () => {
  // Each is one byte a million times, and by itself no longer than codes of these tensors may be.
  const large: SeriesTensorInfo[] = [
    { name: "w", role: "weight", dtype: "F32", shape: [1000, 1000] },
  ];
  const streams = new StreamWriter();
  for (let kind = kinds.weight; kind < kinds.weight + CLASSES; kind++) {
    streams.bytes(kind, new Uint8Array(1e6));
  }
  const { blob } = streams.finish();
  expect(blob.length).toBeLessThan(1000);
  const decode = () => decodeStretch(familiesOf(large), blob, noBase(), noBase(), () => {});
  expect(decode).toThrow("in all streams");
});

it("directories of anything are refused with a FormatError, or are what they say", () => {
  const text = directoryText({ level: "resume", tensors });
  expect(directoryText(parseDirectory(text))).toBe(text);
  const hostile = fc.oneof(
    fc.json(),
    fc
      .tuple(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
      .map(([i, c]) => text.slice(0, i) + c + text.slice(i + 1)),
    fc.constantFrom("null", "[]", '{"level":"exact"}', '{"level":"exact","tensors":[[]]}'),
  );
  fc.assert(
    fc.property(hostile, (json) => {
      try {
        const parsed = parseDirectory(json);
        familiesOf(parsed.tensors);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { seed: 6, numRuns: 400 },
  );
});
