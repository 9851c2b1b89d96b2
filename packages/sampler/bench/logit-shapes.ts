// Rows of logits as they come: one token stands out, some do, or none.

export function logitShapes(size: number): Record<"peaked" | "broad" | "flat", Float32Array> {
  let state = 7;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const row = (deviation: number, peak: number | undefined) => {
    const logits = Float32Array.from({ length: size }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      return deviation * radius * Math.cos(2 * Math.PI * uniform());
    });
    if (peak === undefined) return logits;
    for (let i = 0; i < 40; i++) logits[Math.floor(uniform() * size)] = peak - 0.35 * i;
    return logits;
  };
  return { peaked: row(2.5, 22), broad: row(2, 12), flat: row(0.3, undefined) };
}
