// Tensors that follow from a number.

import type { ExactTensor } from "@ryanstream/format";

export function tensorsOfCommit(number: number): ExactTensor[] {
  return [
    tensor(`layer.${number % 5}`, number, [64, 257]),
    tensor("step", number, [3]),
    { ...tensor("table", number, [20, 33]), encoding: "raw" },
  ];
}

/** Those of all commits up to one. */
export function tensorsUpTo(number: number): Map<string, Uint8Array> {
  const first = Math.max(1, number - 4);
  const all = Array.from({ length: number - first + 1 }, (_, i) => tensorsOfCommit(first + i));
  return new Map(all.flat().map(({ name, data }) => [name, data as Uint8Array]));
}

function tensor(name: string, number: number, shape: readonly number[]): ExactTensor {
  const length = 2 * shape.reduce((product, size) => product * size, 1);
  let state = number * 2654435761 + name.length;
  const data = Uint8Array.from({ length }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return i % 2 === 0 ? state >>> 24 : 0x3c + ((state >>> 28) & (state >>> 24));
  });
  return { name, dtype: "BF16", shape, data };
}
