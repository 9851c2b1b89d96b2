// What a program costs besides its kernels: tracing and planning a deep network,
// the arena against its bound, and a round trip through run().

import { native } from "@ryanstream/native-kernels";
import { median, printRows, type Row } from "../../../tools/bench/rows.js";
import * as t from "../src/index.js";

type F32 = t.Sym<"f32">;

const rows = t.dim("rows", { max: 256 });
const [width, hidden, vocabulary, depth] = [64, 172, 512, 28];

/** A decoder-shaped training step: residual blocks of a mixer and a gated network. */
function trainingStep(): t.Program {
  const weight = (name: string, ...sizes: number[]) => t.parameter(name, t.f32(...sizes));
  const table = weight("table", vocabulary, width);
  const layers = Array.from({ length: depth }, (_, i) => ({
    q: weight(`q${i}`, width, width),
    k: weight(`k${i}`, width, width),
    v: weight(`v${i}`, width, width),
    up: weight(`up${i}`, hidden, width),
    gate: weight(`gate${i}`, hidden, width),
    down: weight(`down${i}`, width, hidden),
  }));
  const parameters = [table, ...layers.flatMap((l) => Object.values(l))];
  const norm = (x: F32) =>
    t.mul(x, t.rsqrt(t.add(t.mean(t.square(x), { axes: -1, keepDims: true }), 1e-6)));
  const dense = (x: F32, w: t.Operand<"f32">) => t.matmul(x, w, { transB: true });
  return t.program({ ids: t.i32(rows), targets: t.f32(rows, vocabulary) }, ({ ids, targets }) => {
    let x = t.embedding(table, ids);
    for (const [i, l] of layers.entries()) {
      x = t.scope(`layers.${i}`, () => {
        const h = norm(x);
        const scores = t.softmax(t.matmul(dense(h, l.q), dense(h, l.k), { transB: true }));
        const mixed = t.add(x, t.matmul(scores, dense(h, l.v)));
        const g = norm(mixed);
        return t.add(mixed, dense(t.mul(t.silu(dense(g, l.gate)), dense(g, l.up)), l.down));
      });
    }
    const loss = t.neg(
      t.mean(t.sum(t.mul(t.logSoftmax(dense(norm(x), table)), targets), { axes: -1 })),
    );
    for (const [i, d] of t.grad(loss, parameters).entries()) {
      const p = parameters[i] as t.Parameter<"f32">;
      t.assign(p, t.sub(p, t.mul(d, 0.01)));
    }
    return { loss };
  }) as never;
}

async function times(count: number, run: () => unknown): Promise<number[]> {
  const out: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run();
    out.push(performance.now() - start);
  }
  return out;
}

const tracing = await times(5, trainingStep);
const step = trainingStep();
const { bytes, lowerBoundBytes } = step.plan.arena;

using empty = t.program({ x: t.f32(rows, 4) }, ({ x }) => x);
const x = new Float32Array(64);
const roundTrip = (await times(20000, () => empty.run({ x }))).slice(5000);

// The same words by hand, without binding, checking or naming anything.
const raw = new (native().Program)(
  Float64Array.of(0x52535031, 1, 0, 0, 0, 256, 1, 0, 1, 1, 64, 0, 1, 0, 0, 256, 0, 1, 0),
  [],
);
const y = new Float32Array(64);
const direct = (await times(20000, () => raw.run(new Float64Array(0), [], [x], [y]))).slice(5000);
raw.dispose();

const table: Row[] = [
  {
    name: `arena of a ${depth}-layer training step of ${step.plan.steps.length} operations`,
    ours: bytes / 2 ** 20,
    peer: lowerBoundBytes / 2 ** 20,
    peerName: "most live at once",
    unit: "MiB",
    ratio: lowerBoundBytes / bytes,
    target: 0.95,
    met: lowerBoundBytes / bytes >= 0.95,
  },
  { name: "tracing twice, simplifying and planning it", ours: median(tracing), unit: "ms" },
  {
    name: "round trip of an empty program, median",
    ours: 1000 * median(roundTrip),
    peer: 30,
    peerName: "limit",
    unit: "us",
    ratio: 30 / (1000 * median(roundTrip)),
    target: 1,
    met: median(roundTrip) <= 0.03,
  },
  { name: "the same through the addon alone", ours: 1000 * median(direct), unit: "us" },
];
printRows(table, process.argv.includes("--json"));
