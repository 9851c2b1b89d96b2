// Trains one attention block to repeat the token before: a program of fused
// operations, their adjoints and AdamW, run natively; then what a step saves.

import {
  adamw,
  addRmsNorm,
  flopSavings,
  fusedAttention,
  fusedFFN,
  linearCrossEntropy,
  normProjection,
} from "@ryanstream/kernels";
import {
  embedding,
  f32,
  grad,
  i32,
  parameter,
  program,
  reshape,
  type Sym,
} from "@ryanstream/tensor";

const [B, T, vocab, width] = [4, 32, 16, 32];
let seed = 0;
const weight = (name: string, ...shape: number[]) =>
  parameter(name, f32(...shape), {
    init: (values) => values.set(values.map(() => Math.sin((++seed) ** 2) * 0.2)),
  });
const weights = {
  table: weight("table", vocab, width),
  places: weight("places", T, width),
  q: weight("q", width, width),
  k: weight("k", width, width),
  v: weight("v", width, width),
  gate: weight("gate", 64, width),
  up: weight("up", 64, width),
  down: weight("down", width, 64),
  norm: parameter("norm", f32(width), { init: 1 }),
};
const parameters = Object.values(weights);
using optimizer = adamw(parameters);

const specs = { tokens: i32(B, T), targets: i32(B, T), places: i32(B, T) };
using step = program(specs, ({ tokens, targets, places }) => {
  const { table, q, k, v, gate, up, down, norm } = weights;
  const at = embedding(weights.places, places);
  const { sum, normalised } = addRmsNorm(embedding(table, tokens), at, norm);
  const heads = normProjection(normalised, [q, k, v], { norm }).map((y) =>
    reshape(y, [B, T, 2, width / 2]),
  ) as [Sym<"f32">, Sym<"f32">, Sym<"f32">];
  const x = addRmsNorm(reshape(fusedAttention(...heads), [B, T, width]), sum, norm);
  const y = addRmsNorm(fusedFFN(x.normalised, { gate, up, down }), x.sum, norm);
  const loss = linearCrossEntropy(y.normalised, table, targets);
  optimizer.update(grad(loss, parameters), 0.01);
  return { loss };
});

export const losses: number[] = [];
for (let i = 0; i < 150; i++) {
  const tokens = Int32Array.from({ length: B * T }, (_, j) => ((i * 7 + j * 5) * (j + 3)) % vocab);
  const targets = tokens.map((_, j) => (j % T === 0 ? -100 : (tokens[j - 1] as number)));
  const { loss } = await step.run({ tokens, targets, places: tokens.map((_, j) => j % T) });
  losses.push(loss[0] as number);
}
console.log(`loss ${losses[0]?.toFixed(3)} -> ${losses.at(-1)?.toFixed(3)}`);
console.log(String(flopSavings(step.cost({}, { lossShare: (T - 1) / T }))));
for (const p of parameters) p.dispose();
