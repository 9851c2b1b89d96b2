import { ensure } from "./errors.js";
import type { QuantizerOptions } from "./options.js";
import type { MatrixKind, QuantizableMatrix } from "./quantizable-model.js";
import type { Profile } from "./quantized-tensor.js";

/** Stored bits per weight that a grid may have. */
export const RATES = { least: 1.5, most: 8 } as const;

const KINDS = ["attention", "ffn", "embedding", "head"] as const satisfies readonly MatrixKind[];

/** Options, checked, with all defaults. */
export interface Settings {
  readonly profiles: readonly Profile[];
  /** The profile that {@link targetBits} is for. */
  readonly targeted: Profile | undefined;
  readonly targetBits: number;
  readonly kindBits: Readonly<Record<MatrixKind, number>>;
  readonly fourBits: "IQ4_NL" | "Q4_0";
  readonly outlierColumns: number;
  readonly feedback: boolean;
  readonly damping: number;
  readonly sensitivityTokens: number;
  readonly sensitivityBy: "matrix" | "input" | "layer";
}

/** @throws QuantError `ERR_ARGUMENT` */
export function settingsOf(options: QuantizerOptions): Settings {
  const profiles = options.profiles ?? ["file"];
  const known = profiles.every((profile) => profile === "file" || profile === "resident");
  const fine = known && profiles.length > 0 && new Set(profiles).size === profiles.length;
  ensure(
    fine,
    "ERR_ARGUMENT",
    () => `expected "file", "resident" or both as profiles, found ${profiles.join(", ")}`,
  );
  const given = KINDS.some((kind) => options[`${kind}Bits`] !== undefined);
  const first = profiles.includes("file") ? "file" : "resident";
  const byDefault = first === "file" && !given;
  const targeted = options.targetBits !== undefined || byDefault ? first : undefined;
  ensure(
    !given || profiles.some((profile) => profile !== targeted),
    "ERR_ARGUMENT",
    () => "expected targetBits or bits of kinds for the only profile, found both",
  );
  const targetBits = inRange("targetBits", options.targetBits ?? 4, RATES.least, 16);
  const kindBits = Object.fromEntries(
    KINDS.map((kind) => [kind, kindRate(options, kind, profiles, targeted)]),
  ) as Record<MatrixKind, number>;
  return {
    profiles,
    targeted,
    targetBits,
    kindBits,
    fourBits: oneOf("fourBits", options.fourBits ?? "IQ4_NL", ["IQ4_NL", "Q4_0"]),
    outlierColumns: inRange("outlierColumns", options.outlierColumns ?? 0, 0, 0.25),
    feedback: oneOf("method", options.method ?? "gptq", ["gptq", "nearest"]) === "gptq",
    damping: inRange("damping", options.damping ?? 0.01, 0, 1),
    sensitivityTokens: inRange("sensitivityTokens", options.sensitivityTokens ?? 4096, 1, 2 ** 30),
    sensitivityBy: oneOf("sensitivityBy", options.sensitivityBy ?? "matrix", [
      "matrix",
      "input",
      "layer",
    ]),
  };
}

/** The share of a matrix's columns that are held in 8 bits: those of an embedding or a head aren't multiplied apart. */
export const outlierShare = (
  { outlierColumns }: Settings,
  { layer }: Pick<QuantizableMatrix, "layer">,
): number => (layer === undefined ? 0 : outlierColumns);

function kindRate(
  options: QuantizerOptions,
  kind: MatrixKind,
  profiles: readonly Profile[],
  targeted: Profile | undefined,
): number {
  const bits = options[`${kind}Bits`] ?? (kind === "ffn" ? 4 : 8);
  if (profiles.includes("resident") && targeted !== "resident") {
    ensure(
      bits === 4 || bits === 8,
      "ERR_ARGUMENT",
      () => `expected 4 or 8 as ${kind}Bits of "resident", found ${bits}`,
    );
  }
  return inRange(`${kind}Bits`, bits, RATES.least, RATES.most);
}

function inRange(name: string, value: number, least: number, most: number): number {
  const fine = typeof value === "number" && value >= least && value <= most;
  ensure(
    fine,
    "ERR_ARGUMENT",
    () => `expected from ${least} to ${most} as ${name}, found ${value}`,
  );
  return value;
}

function oneOf<T>(name: string, value: T, values: readonly T[]): T {
  ensure(
    values.includes(value),
    "ERR_ARGUMENT",
    () => `expected ${values.join(" or ")} as ${name}, found ${value}`,
  );
  return value;
}
