// The pass over a model: embedding, layers, head. What earlier layers became is what later ones are calibrated on.

import { headHessian, layerHessians, matricesOf } from "./calibration/layer-inputs.js";
import { LayerMatrices } from "./calibration/layer-matrices.js";
import { QuantError } from "./errors.js";
import { findFinished } from "./find-finished.js";
import { expectSame, makePlan } from "./make-plan.js";
import type { Hessian } from "./numeric/hessian.js";
import type { MatrixPlan } from "./plan.js";
import type { LayerPass, QuantizableMatrix } from "./quantizable-model.js";
import { type QuantizedMatrix, quantizeMatrix } from "./quantize-matrix.js";
import type { Profile } from "./quantized-tensor.js";
import { Account } from "./rates/account.js";
import { Comparison, type Divergence } from "./rates/divergence.js";
import { fileOverhead, type StoredSize } from "./rates/file-overhead.js";
import { type Known, triedTogether } from "./rates/sensitivity.js";
import type { ProfileReport, QuantizationReport, TensorReport } from "./report.js";
import { outlierShare } from "./settings.js";
import type { Work } from "./work.js";

/** Values of matrices that are done, by name. */
type Values = Map<Profile, Map<string, Float32Array>>;

export async function quantizeModel(work: Work): Promise<QuantizationReport> {
  const { model, options } = work;
  const resume = options.resume;
  if (resume !== undefined) expectSame(resume.plan, work);
  work.expect(unitsOf(work, resume === undefined));
  const planned = resume === undefined ? await makePlan(work) : { plan: resume.plan };
  await options.onPlan?.(planned.plan);
  const run = new Run(work, planned.plan.matrices);
  const outer = matricesOf(model, undefined);
  const head = outer.find(({ kind }) => kind === "head");
  const embedding = outer.filter((matrix) => matrix !== head);
  await run.embed(
    embedding,
    head === undefined ? planned.headInputs : undefined,
    head === undefined,
  );
  using passes = await run.begin();
  for (let layer = 0; layer < model.layers; layer++) await run.layer(passes, layer);
  if (head !== undefined) await run.head(passes, head);
  await run.keep();
  const divergences = await run.evaluate(passes);
  return run.report(divergences);
}

/** Units of progress: a layer's turn each. */
function unitsOf(work: Work, planning: boolean): number {
  const { model, settings } = work;
  const own = 2 * model.matrices.length * settings.profiles.length;
  const measures = planning && settings.targeted !== undefined && work.sensitivity.length > 0;
  if (!measures) return own + 1;
  const trials = settings.targeted === "file" ? 1 : 2;
  const outer = matricesOf(model, undefined).length * (1 + model.layers);
  const layers = Array.from({ length: model.layers }, (_, layer) => {
    const groups = triedTogether(matricesOf(model, layer), settings.sensitivityBy);
    return groups.length * (1 + model.layers - layer);
  });
  return own + 1 + trials * layers.reduce((sum, units) => sum + units, outer);
}

class Passes implements Disposable {
  constructor(
    readonly calibration: LayerPass | undefined,
    readonly reference: LayerPass | undefined,
    readonly changed: ReadonlyMap<Profile, LayerPass>,
  ) {}

  [Symbol.dispose](): void {
    this.calibration?.[Symbol.dispose]();
    this.reference?.[Symbol.dispose]();
    for (const pass of this.changed.values()) pass[Symbol.dispose]();
  }
}

class Run {
  readonly #work: Work;
  readonly #plans: ReadonlyMap<string, MatrixPlan>;
  readonly #reports: TensorReport[] = [];
  readonly #sizes = new Map<Profile, StoredSize[]>();
  readonly #account: Account | undefined;
  /** Of the embedding and of the head: needed until the end. */
  #outer: Values = new Map();

  constructor(work: Work, plans: readonly MatrixPlan[]) {
    this.#work = work;
    this.#plans = new Map(plans.map((plan) => [`${plan.profile} ${plan.name}`, plan]));
    const budgeted = work.settings.targeted === "file";
    const own = plans.filter(({ profile }) => profile === "file");
    if (budgeted) this.#account = new Account(own, work.model.matrices);
    for (const profile of work.settings.profiles) this.#sizes.set(profile, []);
  }

  get #first(): Profile {
    return this.#work.settings.profiles[0] as Profile;
  }

  async embed(
    matrices: readonly QuantizableMatrix[],
    headInputs: Hessian | undefined,
    tied: boolean,
  ): Promise<void> {
    const { calibration } = this.#work;
    let inputs = headInputs;
    if (tied && inputs === undefined && calibration.length > 0) inputs = await this.#originalHead();
    this.#outer = await this.#quantize(matrices, async (matrix) => {
      const own = tied ? this.#work.inputsOfHead(inputs, matrix) : undefined;
      return { inputsOf: () => own };
    });
  }

  /** What the head multiplies in the model as it is. */
  async #originalHead(): Promise<Hessian | undefined> {
    const { model, calibration, products, signal } = this.#work;
    const width = model.matrices[0]?.shape[1];
    if (width === undefined) return undefined;
    using pass = await model.begin(calibration, { signal });
    while (pass.layer < model.layers) await pass.advance({ signal });
    return await headHessian(pass, width, products, signal);
  }

  async begin(): Promise<Passes> {
    const { model, calibration, sensitivity, settings, signal } = this.#work;
    const start = (sequences: readonly Int32Array[], profile?: Profile) => {
      const replace = profile === undefined ? undefined : this.#outer.get(profile);
      return model.begin(sequences, { replace, signal });
    };
    const inputs = calibration.length > 0 ? await start(calibration, this.#first) : undefined;
    const changed = new Map<Profile, LayerPass>();
    if (sensitivity.length === 0) return new Passes(inputs, undefined, changed);
    for (const profile of settings.profiles)
      changed.set(profile, await start(sensitivity, profile));
    return new Passes(inputs, await start(sensitivity), changed);
  }

  async layer({ calibration, reference, changed }: Passes, layer: number): Promise<void> {
    const { model, products, signal } = this.#work;
    const matrices = matricesOf(model, layer);
    let shared: LayerMatrices | undefined;
    const known = async () => {
      if (calibration === undefined) return undefined;
      if (shared === undefined) {
        using probe = calibration.fork();
        const hessians = await layerHessians(probe, matrices, products, undefined, signal);
        shared = new LayerMatrices(this.#work, matrices, hessians);
      }
      return shared;
    };
    const values = await this.#quantize(matrices, known);
    shared = undefined;
    await calibration?.advance({ replace: values.get(this.#first), signal });
    await reference?.advance({ signal });
    for (const [profile, pass] of changed)
      await pass.advance({ replace: values.get(profile), signal });
  }

  async head({ calibration }: Passes, matrix: QuantizableMatrix): Promise<void> {
    const { products, signal } = this.#work;
    const values = await this.#quantize([matrix], async () => {
      if (calibration === undefined) return undefined;
      const hessian = await headHessian(calibration, matrix.shape[1], products, signal);
      const own = this.#work.inputsOfHead(hessian, matrix);
      return { inputsOf: () => own };
    });
    for (const [profile, own] of values) {
      const outer = this.#outer.get(profile);
      for (const [name, x] of own) outer?.set(name, x);
    }
  }

  async #quantize(
    matrices: readonly QuantizableMatrix[],
    knownOf: (matrix: QuantizableMatrix) => Promise<Known | undefined>,
  ): Promise<Values> {
    const { model, settings, options, products, signal } = this.#work;
    const values: Values = new Map(settings.profiles.map((profile) => [profile, new Map()]));
    for (const matrix of matrices) {
      const share = outlierShare(settings, matrix);
      let original: Float32Array | undefined;
      for (const profile of settings.profiles) {
        const plan = this.#plan(profile, matrix);
        const found = await findFinished(options.resume, plan, matrix, share);
        let done = found;
        if (done === undefined) {
          original ??= await model.readMatrix(matrix.name);
          const known = await knownOf(matrix);
          const scales = profile === "file" ? known?.rowScales?.(matrix, original) : undefined;
          const budgeted = profile === settings.targeted ? this.#account : undefined;
          done = await quantizeMatrix({
            plan: budgeted === undefined ? plan : { ...plan, bits: budgeted.rate(matrix.name) },
            shape: matrix.shape,
            values: original,
            inputs: known?.inputsOf(matrix),
            rowScales: await scales,
            feedback: settings.feedback,
            outlierColumns: share,
            slack: 0.02,
            products,
            signal,
          });
          for (const tensor of done.tensors) await options.onTensor(tensor);
        }
        if (profile === settings.targeted) this.#account?.spend(matrix.name, 8 * done.bytes);
        values.get(profile)?.set(matrix.name, done.values);
        this.#add(plan, matrix, done);
        this.#work.done("quantize", matrix, 2);
      }
    }
    return values;
  }

  #plan(profile: Profile, { name }: QuantizableMatrix): MatrixPlan {
    const plan = this.#plans.get(`${profile} ${name}`);
    if (plan === undefined) {
      throw new QuantError("ERR_RESUME", `expected a plan for ${name} (${profile}), found none`);
    }
    return plan;
  }

  #add(plan: MatrixPlan, matrix: QuantizableMatrix, done: QuantizedMatrix): void {
    const { name, kind, layer, shape } = matrix;
    for (const tensor of done.tensors) {
      const size =
        "grid" in tensor
          ? { elementBytes: 2 * shape[0] * shape[1], storedBytes: done.bytes }
          : { elementBytes: tensor.data.byteLength, storedBytes: tensor.data.byteLength };
      this.#sizes.get(plan.profile)?.push(size);
    }
    this.#reports.push({
      profile: plan.profile,
      name,
      kind,
      layer,
      shape,
      encoding: done.encoding,
      bits: (8 * done.bytes) / (shape[0] * shape[1]),
      outliers: done.outliers,
      error: done.error,
      kl: plan.kl,
    });
  }

  /** Norms and biases, as they are. */
  async keep(): Promise<void> {
    const { model, settings, options } = this.#work;
    for (const { name, dtype, shape } of model.kept) {
      const data = await model.readKept(name);
      for (const profile of settings.profiles) {
        if ((await options.resume?.find(profile, name)) === undefined) {
          await options.onTensor({ profile, name, dtype, shape, data });
        }
        this.#sizes
          .get(profile)
          ?.push({ elementBytes: data.byteLength, storedBytes: data.byteLength });
      }
    }
  }

  async evaluate({ reference, changed }: Passes): Promise<Map<Profile, Divergence>> {
    const { model, signal } = this.#work;
    const found = new Map<Profile, Divergence>();
    if (reference === undefined) return found;
    using comparison = new Comparison(model.vocabularySize);
    for (const [profile, pass] of changed) {
      const replace = this.#outer.get(profile);
      found.set(profile, await comparison.compare(reference, pass, replace, signal));
    }
    return found;
  }

  report(divergences: ReadonlyMap<Profile, Divergence>): QuantizationReport {
    const { model, settings, calibration, sensitivity, seconds } = this.#work;
    const profiles = settings.profiles.map((profile): ProfileReport => {
      const sizes = this.#sizes.get(profile) ?? [];
      const stored = sizes.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
      const bytes = Math.ceil(stored + fileOverhead(sizes));
      const { kl, sameTop } = divergences.get(profile) ?? { kl: undefined, sameTop: undefined };
      const bits = (8 * bytes) / model.parameters;
      return { profile, bytes, bits, ratio: 16 / bits, kl, sameTop };
    });
    this.#work.done("evaluate", undefined, 1);
    return {
      parameters: model.parameters,
      calibrationTokens: tokensOf(calibration),
      sensitivityTokens: tokensOf(sensitivity),
      seconds,
      profiles,
      tensors: this.#reports,
    };
  }
}

const tokensOf = (sequences: readonly Int32Array[]): number =>
  sequences.reduce((sum, { length }) => sum + length, 0);
