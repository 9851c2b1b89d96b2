import type { MatrixPlan } from "./plan.js";
import type { QuantizableMatrix } from "./quantizable-model.js";
import type { QuantizedMatrix } from "./quantize-matrix.js";
import type { Profile } from "./quantized-tensor.js";
import type { Divergence } from "./rates/divergence.js";
import { fileOverhead, type StoredSize } from "./rates/file-overhead.js";
import type { ProfileReport, QuantizationReport, TensorReport } from "./report.js";
import type { Work } from "./work.js";

/** What has been made so far, for the report. */
export class Tally {
  readonly #reports: TensorReport[] = [];
  readonly #sizes = new Map<Profile, StoredSize[]>();

  add(plan: MatrixPlan, matrix: QuantizableMatrix, done: QuantizedMatrix): void {
    const { name, kind, layer, shape } = matrix;
    const { encoding, outliers, error } = done;
    const { profile, kl } = plan;
    for (const tensor of done.tensors) {
      if ("grid" in tensor) {
        const size = { elementBytes: 2 * shape[0] * shape[1], storedBytes: done.bytes, head: true };
        this.#push(profile, size);
      } else this.keep(profile, tensor.data.byteLength);
    }
    const bits = (8 * done.bytes) / (shape[0] * shape[1]);
    this.#reports.push({ profile, name, kind, layer, shape, encoding, bits, outliers, error, kl });
  }

  /** A tensor that is stored as it is. */
  keep(profile: Profile, bytes: number): void {
    this.#push(profile, { elementBytes: bytes, storedBytes: bytes });
  }

  #push(profile: Profile, size: StoredSize): void {
    const sizes = this.#sizes.get(profile) ?? [];
    sizes.push(size);
    this.#sizes.set(profile, sizes);
  }

  report(work: Work, divergences: ReadonlyMap<Profile, Divergence>): QuantizationReport {
    const { model, settings, calibration, sensitivity, seconds } = work;
    const profiles = settings.profiles.map((profile): ProfileReport => {
      const sizes = this.#sizes.get(profile) ?? [];
      const stored = sizes.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
      const bytes = Math.ceil(stored + fileOverhead(sizes));
      const { kl, sameTop } = divergences.get(profile) ?? { kl: undefined, sameTop: undefined };
      const bits = (8 * bytes) / model.parameters;
      return { profile, bytes, bits, ratio: 16 / bits, kl, sameTop };
    });
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
