// `npm start`: the stack at work on something small. A transformer of one layer
// learns to add numbers of two digits, natively, from TypeScript: one program for a
// training step, one for answering.

import { adamw, fusedAttention, fusedFFN, linearCrossEntropy, rmsNorm } from "@ryanstream/kernels";
import { native } from "@ryanstream/native-kernels";
import {
  add,
  argmax,
  embedding,
  f32,
  grad,
  i32,
  matmul,
  type Operand,
  type Parameter,
  parameter,
  program,
  reshape,
} from "@ryanstream/tensor";

const width = 64;
const heads = 4;
const hidden = 128;
const [plus, equals, vocab] = [10, 11, 12];
const time = 8; // 4 7 + 0 5 = 2 5: the answer's digits from the right, its last one is never read
const batch = 256;
const steps = 1000;

// Counter-based random numbers: the same run every time.
function random(counter: number): number {
  let h = Math.imul(counter + 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

let drawn = 0;
const weight = (name: string, rows: number, columns: number): Parameter<"f32"> =>
  parameter(name, f32(rows, columns), {
    init: Float32Array.from(
      { length: rows * columns },
      () => (2 * random(drawn++) - 1) * Math.sqrt(3 / columns),
    ),
  });
const gain = (name: string): Parameter<"f32"> =>
  parameter(name, f32(width), { init: new Float32Array(width).fill(1) });

const tokensTable = weight("tokens", vocab, width);
const placesTable = weight("places", time, width);
const query = weight("query", width, width);
const key = weight("key", width, width);
const value = weight("value", width, width);
const output = weight("output", width, width);
const ffn = {
  gate: weight("gate", hidden, width),
  up: weight("up", hidden, width),
  down: weight("down", width, hidden),
};
const gains = [gain("norm.attention"), gain("norm.ffn"), gain("norm.head")] as const;
const head = weight("head", vocab, width);
const parameters = [
  ...[tokensTable, placesTable, query, key, value, output],
  ...Object.values(ffn),
  ...gains,
  head,
];

/** The last layer's output for every position: `f32[batch * time, width]`. */
function model(tokens: Operand<"i32">, batch: number) {
  const project = (x: Operand<"f32">, w: Operand<"f32">) => matmul(x, w, { transB: true });
  const split = (x: Operand<"f32">) => reshape(x, [batch, time, heads, width / heads]);
  const flat = (x: Operand<"f32">) => reshape(x, [batch * time, width]);
  const start = flat(add(embedding(tokensTable, tokens), placesTable));
  const h = rmsNorm(start, gains[0]);
  const o = fusedAttention(
    split(project(h, query)),
    split(project(h, key)),
    split(project(h, value)),
  );
  const x = add(start, project(flat(o), output));
  return rmsNorm(add(x, fusedFFN(rmsNorm(x, gains[1]), ffn)), gains[2]);
}

const digits = (n: number, count: number) =>
  Array.from({ length: count }, (_, i) => Math.floor(n / 10 ** i) % 10);
const written = (a: number, b: number) => [
  ...[...digits(a, 2).reverse(), plus, ...digits(b, 2).reverse(), equals],
  ...digits(a + b, 3),
];
// One sum in ten is never trained on.
const problems = Array.from({ length: 10_000 }, (_, i) => [Math.floor(i / 100), i % 100] as const);
const heldOut = problems.filter((_, i) => random(1e6 + i) < 0.1);
const training = problems.filter((_, i) => random(1e6 + i) >= 0.1);

const device = native().devices()[0];
console.log(`${device?.name}: ${device?.isa} kernels on ${device?.threads} threads\n`);

const optimizer = adamw(parameters, { weightDecay: 0.1 });
const step = program(
  { tokens: i32(batch, time), targets: i32(batch * time), rate: f32(1) },
  ({ tokens, targets, rate }) => {
    const loss = linearCrossEntropy(model(tokens, batch), head, targets);
    optimizer.update(grad(loss, parameters), rate);
    return { loss };
  },
);
const { arenaBytes, parameterBytes, stateBytes } = step.memory;
const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
console.log(
  `A training step is one program of ${step.plan.steps.length} operations, ` +
    `${(step.cost().flops / 1e6).toFixed(0)} MFLOP: ${kib(parameterBytes)} of parameters, ` +
    `${kib(stateBytes)} of optimiser state, one arena of ${kib(arenaBytes)}.\n`,
);

const began = performance.now();
for (let i = 1; i <= steps; i++) {
  const some = Array.from({ length: batch }, (_, j) => {
    const [a, b] = training[Math.floor(random(i * batch + j) * training.length)] as [
      number,
      number,
    ];
    return written(a, b);
  });
  const { loss } = await step.run({
    tokens: Int32Array.from(some.flatMap((text) => text.slice(0, time))),
    // The question has no loss, only the digits of the answer.
    targets: Int32Array.from(
      some.flatMap((text) => text.slice(1).map((t, at) => (at < 5 ? -100 : t))),
    ),
    rate: Float32Array.of(6e-3 * Math.min(1, i / 20, 1.05 - i / steps)),
  });
  if (i === 1 || i % 100 === 0)
    console.log(`step ${String(i).padStart(3)}  loss ${loss[0]?.toFixed(4)}`);
}
console.log(`${((performance.now() - began) / steps).toFixed(2)} ms a step\n`);

const answer = program({ tokens: i32(heldOut.length, time) }, (x) =>
  argmax(matmul(model(x.tokens, heldOut.length), head, { transB: true })),
);
const texts = heldOut.map(([a, b]) => [...written(a, b).slice(0, 6), 0, 0, 0]);
for (const place of [5, 6, 7]) {
  const tokens = Int32Array.from(texts.flatMap((text) => text.slice(0, time)));
  const next = await answer.run({ tokens });
  for (const [i, text] of texts.entries()) text[place + 1] = next[i * time + place] as number;
}
const sums = texts.map((text) => text.slice(6).reduce((n, digit, i) => n + digit * 10 ** i, 0));
for (const i of [0, 100, 300, 500, 900]) {
  const [a, b] = heldOut[i] as [number, number];
  console.log(`${a} + ${b} = ${sums[i]}`);
}
const right = heldOut.filter(([a, b], i) => sums[i] === a + b).length;
console.log(`\n${right} of ${heldOut.length} sums that it never saw are right.`);

for (const owned of [step, answer, optimizer, ...parameters]) owned.dispose();
