// Programs at random, for properties that hold of every program: values of a few
// shapes, combined by operations that keep numbers small.

import * as t from "../../src/index.js";
import { random } from "./random.js";

type F32 = t.Sym<"f32">;

export interface RandomProgram {
  readonly program: t.Program;
  readonly dims: Record<string, number>;
  readonly inputs: Record<string, Float32Array>;
}

/** @param length how many operations to draw. */
export function randomProgram(seed: number, length: number): RandomProgram {
  const setup = random(seed);
  const maximum = 1 + Math.floor(setup() * 8);
  const rows = t.dim("rows", { min: 0, max: maximum });
  const width = 1 + Math.floor(setup() * 20);
  const specs = { a: t.f32(rows, width), b: t.f32(width), c: t.f32(rows, 1) };
  const program = t.program(specs, ({ a, b, c }) => {
    const next = random(seed + 1);
    const values: F32[] = [a, b, c];
    const pick = () => values[Math.floor(next() * values.length)] as F32;
    const like = (x: F32) => values.filter((v) => t.sameShape(v.shape, x.shape));
    const steps: ((x: F32) => F32)[] = [
      (x) => t.tanh(x),
      (x) => t.mul(x, 0.5),
      (x) => t.sub(1, x),
      (x) => t.silu(x),
      (x) => t.add(x, like(x).at(Math.floor(next() * like(x).length)) as F32),
      (x) => t.tanh(t.mul(x, b)),
      (x) => t.maximum(x, c),
      (x) => t.reshape(x, [-1]),
      (x) => t.reshape(t.reshape(x, [-1]), x.shape),
      (x) => t.softmax(x),
      (x) => (x.rank === 2 ? t.transpose(x) : t.neg(x)),
      (x) => t.mean(x, { axes: -1, keepDims: true }),
      (x) => t.max(x, { axes: 0, keepDims: true }),
      (x) => t.tanh(t.concat([x, x], -1)),
      (x) => t.where(t.less(x, 0), t.mul(x, 0.1), x),
    ];
    for (let i = 0; i < length; i++) {
      const x = pick();
      const step = steps[Math.floor(next() * steps.length)] as (x: F32) => F32;
      try {
        values.push(step(x));
      } catch (error) {
        // Shapes that don't go together; the draw is void in both traces.
        if (!(error instanceof t.TensorError)) throw error;
      }
      if ((values.at(-1) as F32).shape.at(-1) === 4096) values.pop();
    }
    const kept = values.slice(3).filter((_, i) => i % 3 === 0);
    return Object.fromEntries([...kept, values.at(-1) as F32].map((v, i) => [`out${i}`, v]));
  });
  const bound = Math.min(maximum, 1 + Math.floor(setup() * maximum));
  const draw = (count: number) => Float32Array.from({ length: count }, () => 2 * setup() - 1);
  return {
    program: program as never,
    dims: { rows: bound },
    inputs: { a: draw(bound * width), b: draw(width), c: draw(bound) },
  };
}
