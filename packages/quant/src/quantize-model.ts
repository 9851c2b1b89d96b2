// The pass over a model: embedding, layers, head. What earlier layers became is what later ones are calibrated on.

import { headHessian, layerHessians, matricesOf } from "./calibration/layer-inputs.js";
import { LayerMatrices } from "./calibration/layer-matrices.js";
import { QuantError } from "./errors.js";
import { findFinished } from "./find-finished.js";
import { expectSame, makePlan } from "./make-plan.js";
import type { Hessian } from "./numeric/hessian.js";
import { Passes } from "./passes.js";
import type { MatrixPlan } from "./plan.js";
import { unitsOf } from "./progress-units.js";
import type { LayerPass, QuantizableMatrix } from "./quantizable-model.js";
import { quantizeMatrix } from "./quantize-matrix.js";
import type { Profile } from "./quantized-tensor.js";
import { Account } from "./rates/account.js";
import { Comparison, type Divergence } from "./rates/divergence.js";
import type { Known } from "./rates/sensitivity.js";
import type { QuantizationReport } from "./report.js";
import { outlierShare } from "./settings.js";
import { Tally } from "./tally.js";
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
  if (head !== undefined || work.sensitivity.length === 0) run.release();
  for (let layer = 0; layer < model.layers; layer++) await run.layer(passes, layer);
  if (head !== undefined) await run.head(passes, head);
  await run.keep();
  const divergences = await run.evaluate(passes);
  work.done("evaluate", undefined, 1);
  return run.tally.report(work, divergences);
}

class Run {
  readonly #work: Work;
  readonly #plans: ReadonlyMap<string, MatrixPlan>;
  readonly tally = new Tally();
  readonly #account: Account | undefined;
  /** Of the embedding until passes begin, and of the head until the end; one matrix may be both. */
  #outer: Values = new Map();

  constructor(work: Work, plans: readonly MatrixPlan[]) {
    this.#work = work;
    this.#plans = new Map(plans.map((plan) => [`${plan.profile} ${plan.name}`, plan]));
    const budgeted = work.settings.targeted === "file";
    const own = plans.filter(({ profile }) => profile === "file");
    if (budgeted) this.#account = new Account(own, work.model.matrices);
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
    let known: Known | undefined;
    this.#outer = await this.#quantize(matrices, async (matrix) => {
      if (!tied || known !== undefined || calibration.length === 0) return known;
      const inputs = headInputs ?? (await this.#originalHead());
      const own = this.#work.inputsOfHead(inputs, matrix);
      known = { inputsOf: () => own };
      return known;
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
    for (const profile of settings.profiles) {
      changed.set(profile, await start(sensitivity, profile));
    }
    return new Passes(inputs, await start(sensitivity), changed);
  }

  /** Lets the embedding go, once passes have begun and where no logits of it as the head are wanted. */
  release(): void {
    for (const values of this.#outer.values()) values.clear();
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
    for (const [profile, pass] of changed) {
      await pass.advance({ replace: values.get(profile), signal });
    }
  }

  async head({ calibration }: Passes, matrix: QuantizableMatrix): Promise<void> {
    const { products, signal } = this.#work;
    let known: Known | undefined;
    const values = await this.#quantize([matrix], async () => {
      if (known !== undefined || calibration === undefined) return known;
      const hessian = await headHessian(calibration, matrix.shape[1], products, signal);
      const own = this.#work.inputsOfHead(hessian, matrix);
      known = { inputsOf: () => own };
      return known;
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
        this.tally.add(plan, matrix, done);
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

  /** Norms and biases, as they are. */
  async keep(): Promise<void> {
    const { model, settings, options } = this.#work;
    for (const { name, dtype, shape } of model.kept) {
      const data = await model.readKept(name);
      for (const profile of settings.profiles) {
        if ((await options.resume?.find(profile, name)) === undefined) {
          await options.onTensor({ profile, name, dtype, shape, data });
        }
        this.tally.keep(profile, data.byteLength);
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
}
