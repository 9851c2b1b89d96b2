import { createHash } from "node:crypto";
import { bitsPerWeight } from "@ryanstream/format";
import { QuantError } from "./errors.js";
import type { Hessian } from "./numeric/hessian.js";
import type { MatrixPlan, QuantizationPlan } from "./plan.js";
import type { QuantizableMatrix } from "./quantizable-model.js";
import type { Profile } from "./quantized-tensor.js";
import { allocateChoices, allocateRates } from "./rates/allocate.js";
import { type Measured, measureSensitivities, type Trial } from "./rates/sensitivity.js";
import { sizeBudget } from "./rates/size-budget.js";
import { RATES } from "./settings.js";
import type { Work } from "./work.js";

export interface Planned {
  readonly plan: QuantizationPlan;
  readonly headInputs?: Hessian | undefined;
}

/** Rates of all matrices in all profiles: measured where the budget asks for it, else by kinds. */
export async function makePlan(work: Work): Promise<Planned> {
  const { settings, model } = work;
  const { targeted, profiles } = settings;
  const byKind = profiles
    .filter((profile) => profile !== targeted)
    .flatMap((profile) => model.matrices.map((matrix) => planByKind(work, profile, matrix)));
  if (targeted === undefined) return { plan: { fingerprint: fingerprint(work), matrices: byKind } };
  const budget = sizeBudget(work);
  const measuring = work.sensitivity.length > 0;
  const trials = trialsOf(work);
  const { measured, headInputs } = measuring
    ? await measureSensitivities(work, trials)
    : { measured: [], headInputs: undefined };
  const matrices =
    targeted === "file" ? planRates(work, measured, budget) : planTypes(work, measured, budget / 8);
  return {
    plan: { fingerprint: fingerprint(work), matrices: [...matrices, ...byKind] },
    headInputs,
  };
}

function trialsOf({ settings }: Work): Trial[] {
  if (settings.targeted === "file")
    return [{ bits: Math.min(6, Math.max(2.5, settings.targetBits)) }];
  return [
    { bits: 4, dtype: settings.fourBits },
    { bits: 8, dtype: "Q8_0" },
  ];
}

function planByKind(work: Work, profile: Profile, { name, kind }: QuantizableMatrix): MatrixPlan {
  const bits = work.settings.kindBits[kind];
  if (profile === "file") return { profile, name, bits };
  const dtype = bits === 4 ? work.settings.fourBits : "Q8_0";
  return { profile, name, bits: bitsPerWeight(dtype), dtype };
}

const weightsOf = ({ shape: [n, k] }: QuantizableMatrix): number => n * k;

function planRates(work: Work, measured: readonly Measured[], budget: number): MatrixPlan[] {
  const { matrices } = work.model;
  const found = new Map(measured.map((one) => [one.name, one]));
  const priced = matrices.map((matrix) => {
    const weights = weightsOf(matrix);
    const one = found.get(matrix.name);
    // Without measurements a weight is a weight: all get the same rate.
    const price = one === undefined ? weights : one.kl * 4 ** ((8 * one.bytes) / weights);
    return { weights, price };
  });
  const rates = allocateRates(priced, budget, RATES);
  return matrices.map(({ name }, i) => {
    const bits = rates[i] as number;
    const kl = found.has(name) ? (priced[i]?.price ?? 0) * 4 ** -bits : undefined;
    return { profile: "file", name, bits, kl };
  });
}

function planTypes(work: Work, measured: readonly Measured[], bytes: number): MatrixPlan[] {
  const { matrices } = work.model;
  const types = [work.settings.fourBits, "Q8_0"] as const;
  const choices = matrices.map((matrix) =>
    types.map((dtype) => {
      const one = measured.find(
        ({ name, ...trial }) => name === matrix.name && trial.dtype === dtype,
      );
      const size = one?.bytes ?? (weightsOf(matrix) * bitsPerWeight(dtype)) / 8;
      // Without measurements: what 4 bits cost is the same for each weight, and 8 bits cost nothing.
      const kl = one?.kl ?? (dtype === "Q8_0" ? 0 : weightsOf(matrix));
      return { value: { dtype, kl: one?.kl }, bytes: size, kl };
    }),
  );
  return allocateChoices(choices, bytes).map(({ dtype, kl }, i) => {
    const { name } = matrices[i] as QuantizableMatrix;
    return { profile: "resident", name, bits: bitsPerWeight(dtype), dtype, kl };
  });
}

/** What must be equal for a run to go on. */
export function fingerprint({ settings, model, calibration, sensitivity }: Work): string {
  const hash = createHash("sha256");
  const matrices = model.matrices.map(({ name, shape, kind, layer }) => [name, shape, kind, layer]);
  hash.update(JSON.stringify([settings, matrices, model.kept]));
  for (const sequences of [calibration, sensitivity]) {
    hash.update(`${sequences.length};`);
    for (const ids of sequences) {
      hash
        .update(`${ids.length};`)
        .update(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
    }
  }
  return hash.digest("hex");
}

/** @throws QuantError `ERR_RESUME` */
export function expectSame(plan: QuantizationPlan, work: Work): void {
  if (plan.fingerprint === fingerprint(work)) return;
  throw new QuantError(
    "ERR_RESUME",
    "expected the options, model and sequences of the interrupted run, found others",
  );
}
