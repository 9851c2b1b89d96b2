// An entropy coder by zlib, for tests of what is around one.

import { deflateRawSync, inflateRawSync } from "node:zlib";
import { FormatError } from "../../src/index.js";
import { type Coder, useCoder } from "../../src/ryan/coder.js";

const inflate = (coded: Uint8Array, into: Uint8Array): void => {
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(coded, { maxOutputLength: into.length + 1 });
  } catch (cause) {
    throw new FormatError("ERR_CHUNK", { expected: "a stream", found: "another", cause });
  }
  if (bytes.length !== into.length) {
    throw new FormatError("ERR_CHUNK", { expected: into.length, found: bytes.length } as never);
  }
  into.set(bytes);
};

const standIn: Coder = {
  encodePlanes: (bytes) => deflateRawSync(bytes),
  decodePlanes: inflate,
  encodeGrid: ({ shape: [, k], codes, steps }) => ({
    head: Buffer.concat(
      [Float32Array.of(steps.base), steps.index].map((part) =>
        Buffer.from(part.buffer, part.byteOffset, part.byteLength),
      ),
    ),
    rows: (first, end) => {
      const part = codes.slice(first * k, end * k);
      return deflateRawSync(new Uint8Array(part.buffer));
    },
  }),
  decodeGridRows: (head, coded, rows, into) => {
    const base = Buffer.from(head).readFloatLE(0);
    const index = head.subarray(4);
    const codes = new Int32Array(into.length);
    inflate(coded, new Uint8Array(codes.buffer));
    for (let i = 0; i < into.length; i++) {
      const step = Math.fround(base * 2 ** ((index[i % (into.length / rows)] as number) / 8));
      into[i] = Math.fround((codes[i] as number) * step);
    }
  },
};

useCoder(standIn);
