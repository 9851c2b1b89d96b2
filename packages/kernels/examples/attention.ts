import { fusedAttention, rope, ropeFrequencies, ropeTable } from "@ryanstream/kernels";
import { dim, f32, i32, program, reshape } from "@ryanstream/tensor";

const T = dim("T", { max: 4096 });
const specs = { q: f32(T, 8, 64), k: f32(T, 2, 64), v: f32(1, T, 2, 64), positions: i32(T) };
using attend = program(specs, ({ q, k, v, positions }) => {
  const table = ropeTable(positions, ropeFrequencies({ headDim: 64 }));
  const batch = (x: typeof q) => reshape(rope(x, table), [1, ...x.shape]);
  return fusedAttention(batch(q), batch(k), v); // causal, 8 query heads over 2 key heads
});
const values = (heads: number) => Float32Array.from({ length: 5 * heads * 64 }, Math.sin);
const positions = Int32Array.of(0, 1, 2, 3, 4);
const o = await attend.run({ q: values(8), k: values(2), v: values(2), positions }); // T = 5
console.log(o.length, String(attend.cost({ T: 4096 })));
