import { createHash } from "node:crypto";
import { bitsPerWeight } from "@ryanstream/format";
import { QuantError } from "./errors.js";
import type { Hessian } from "./numeric/hessian.js";
import type { MatrixPlan, QuantizationPlan } from "./plan.js";
import type { QuantizableMatrix } from "./quantizable-model.js";
import type { BlockDType, Profile } from "./quantized-tensor.js";
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
  sizeBudget(work); // refuses before anything is measured
  const measuring = work.sensitivity.length > 0;
  const trials = trialsOf(work);
  const { measured, headInputs } = measuring
    ? await measureSensitivities(work, trials)
    : { measured: [], headInputs: undefined };
  const matrices = targeted === "file" ? planRates(work, measured) : planTypes(work, measured);
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

/** Matrices that get one rate, and what they were measured to cost. */
interface Group {
  readonly weights: number;
  readonly measured: readonly Measured[];
}

/** For each matrix its group: what was measured together, or the matrix alone. */
function groupsOf(work: Work, measured: readonly Measured[]): Map<QuantizableMatrix, Group> {
  const groups = new Map<string, Group>();
  return new Map(
    work.model.matrices.map((matrix) => {
      const own = measured.filter(({ names }) => names.includes(matrix.name));
      const names = own[0]?.names ?? [matrix.name];
      const key = names.join("\n");
      const members = work.model.matrices.filter(({ name }) => names.includes(name));
      const weights = members.reduce((sum, member) => sum + weightsOf(member), 0);
      const group = groups.get(key) ?? { weights, measured: own };
      groups.set(key, group);
      return [matrix, group];
    }),
  );
}

function planRates(work: Work, measured: readonly Measured[]): MatrixPlan[] {
  const { matrices } = work.model;
  const groupOf = groupsOf(work, measured);
  const groups = [...new Set(groupOf.values())];
  const priced = groups.map(({ weights, measured: [one] }) => ({
    weights,
    // Without measurements a weight is a weight: all get the same rate.
    price: one === undefined ? weights : one.kl * 4 ** ((8 * one.bytes) / weights),
  }));
  const place = matrices.map((matrix) => groups.indexOf(groupOf.get(matrix) as Group));
  const spread = (rates: readonly number[]) => place.map((i) => rates[i] as number);
  let rates = allocateRates(priced, sizeBudget(work), RATES);
  for (let i = 0; i < 3; i++) {
    rates = allocateRates(priced, sizeBudget(work, spread(rates)), RATES);
  }
  return matrices.map((matrix, i) => {
    const group = groupOf.get(matrix) as Group;
    const bits = spread(rates)[i] as number;
    const price = priced[place[i] as number]?.price ?? 0;
    const share = weightsOf(matrix) / group.weights;
    const kl = group.measured.length === 0 ? undefined : share * price * 4 ** -bits;
    return { profile: "file", name: matrix.name, bits, kl };
  });
}

function planTypes(work: Work, measured: readonly Measured[]): MatrixPlan[] {
  const types = [work.settings.fourBits, "Q8_0"] as const;
  const groupOf = groupsOf(work, measured);
  const groups = [...new Set(groupOf.values())];
  const choices = groups.map((group) =>
    types.map((dtype) => {
      const one = group.measured.find((trial) => trial.dtype === dtype);
      const bytes = one?.bytes ?? (group.weights * bitsPerWeight(dtype)) / 8;
      // Without measurements: what 4 bits cost is the same for each weight, and 8 bits cost nothing.
      const kl = one?.kl ?? (dtype === "Q8_0" ? 0 : group.weights);
      return { value: { dtype, kl: one?.kl }, bytes, kl };
    }),
  );
  const chosen = allocateChoices(choices, sizeBudget(work) / 8);
  return work.model.matrices.map((matrix) => {
    const group = groupOf.get(matrix) as Group;
    const { dtype, kl } = chosen[groups.indexOf(group)] as { dtype: BlockDType; kl?: number };
    const share = weightsOf(matrix) / group.weights;
    return {
      profile: "resident",
      name: matrix.name,
      bits: bitsPerWeight(dtype),
      dtype,
      kl: kl === undefined ? undefined : share * kl,
    };
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
