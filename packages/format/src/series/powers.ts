// Powers of two by eighths of an octave. From a table and exact scaling alone, so that every reader has the same bits:
// Math.pow may differ between engines.

/** 2^(i/8) as float32. */
const EIGHTHS = Float32Array.of(
  1,
  1.0905077457427979,
  1.1892070770263672,
  1.2968395948410034,
  1.4142135381698608,
  1.5422108173370361,
  1.6817928552627563,
  1.8340080976486206,
);

const LEAST = -1200;
const octaves = new Float64Array(2400);
octaves[-LEAST] = 1;
for (let i = -LEAST + 1; i < octaves.length; i++) octaves[i] = (octaves[i - 1] as number) * 2;
for (let i = -LEAST - 1; i >= 0; i--) octaves[i] = (octaves[i + 1] as number) / 2;

/** 2^(eighths / 8), of which the fraction is rounded to float32. Exponents are cut to what float64 has. */
export function powerOfTwo(eighths: number): number {
  const octave = Math.min(Math.max(eighths >> 3, LEAST), LEAST + octaves.length - 1);
  return (EIGHTHS[eighths & 7] as number) * (octaves[octave - LEAST] as number);
}
