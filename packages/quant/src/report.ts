import type { MatrixKind } from "./quantizable-model.js";
import type { Profile } from "./quantized-tensor.js";

/** What quantising did to one matrix. */
export interface TensorReport {
  readonly profile: Profile;
  readonly name: string;
  readonly kind: MatrixKind;
  readonly layer: number | undefined;
  readonly shape: readonly [number, number];
  /** `grid`, or the type of its blocks. */
  readonly encoding: string;
  /** Stored bits per weight, with steps, scales and outliers. */
  readonly bits: number;
  /** Columns held in 8 bits. */
  readonly outliers: number;
  /** Of the matrix's outputs on the calibration, relative: sum of squares of the difference over sum of squares. Undefined
   * for tensors of an interrupted run. */
  readonly error: number | undefined;
  /**
   * KL divergence in nats a token with this matrix alone quantised, at the rate that it got by the model of rates; where it
   * was measured. Of matrices that were measured together, its share by size.
   */
  readonly kl: number | undefined;
}

/** A whole profile. */
export interface ProfileReport {
  readonly profile: Profile;
  /** Of the whole file: all tensors, and an estimate of its index and of the gaps between chunks. */
  readonly bytes: number;
  /** Stored bits per weight. */
  readonly bits: number;
  /** How many times smaller than 16 bits per weight. */
  readonly ratio: number;
  /** KL divergence of the outputs from the original's, in nats a token, on the sensitivity sequences; where given. */
  readonly kl: number | undefined;
  /** Share of tokens after which both models prefer the same next one. */
  readonly sameTop: number | undefined;
}

/** Plain JSON. */
export interface QuantizationReport {
  /** Weights of the model. */
  readonly parameters: number;
  readonly calibrationTokens: number;
  readonly sensitivityTokens: number;
  readonly seconds: number;
  readonly profiles: readonly ProfileReport[];
  readonly tensors: readonly TensorReport[];
}

const figure = (x: number | undefined, digits = 3): string =>
  x === undefined
    ? "-"
    : x === 0
      ? "0"
      : x < 0.001
        ? x.toExponential(digits - 1)
        : x.toPrecision(digits);

const percent = (x: number | undefined): string =>
  x === undefined ? "-" : `${(100 * x).toFixed(2)} %`;

/** The report as text: a table of tensors, then what the whole is. */
export function formatReport(report: QuantizationReport): string {
  const { parameters, calibrationTokens, sensitivityTokens, seconds, profiles, tensors } = report;
  const sections = profiles.map((whole) => {
    const own = tensors.filter(({ profile }) => profile === whole.profile);
    const rows = own.map(({ name, shape, encoding, bits, outliers, error, kl }) => [
      name,
      shape.join(" x "),
      encoding,
      bits.toFixed(3),
      figure(error),
      figure(kl),
      outliers === 0 ? "" : `${outliers}`,
    ]);
    const head = ["tensor", "shape", "held as", "bits", "error", "KL", "8-bit columns"];
    const sums = [
      `${whole.profile}: ${whole.bits.toFixed(3)} bits per weight, ${whole.bytes} bytes`,
      `${whole.ratio.toFixed(2)}x smaller than 16 bits`,
      `KL ${figure(whole.kl)} nats a token, same first choice ${percent(whole.sameTop)}`,
    ];
    return `${table([head, ...rows], [0, 1, 2])}\n\n${sums.join("; ")}`;
  });
  const run = `${parameters} weights, ${calibrationTokens} tokens of calibration, ${sensitivityTokens} of sensitivity, ${seconds.toFixed(1)} s`;
  return [...sections, run].join("\n\n");
}

/** @param left  columns that are aligned to the left */
function table(rows: readonly (readonly string[])[], left: readonly number[]): string {
  const widths = (rows[0] ?? []).map((_, i) =>
    rows.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, i) =>
      left.includes(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
  return rows.map((row) => line(row).join("  ").trimEnd()).join("\n");
}
