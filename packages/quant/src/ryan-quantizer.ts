import type { QuantizeOptions, QuantizerOptions } from "./options.js";
import type { QuantizableModel } from "./quantizable-model.js";
import { quantizeModel } from "./quantize-model.js";
import type { QuantizationReport } from "./report.js";
import { type Settings, settingsOf } from "./settings.js";
import { Work } from "./work.js";

/**
 * Quantises models as its options say.
 *
 * @throws QuantError `ERR_ARGUMENT` for options out of range
 */
export class RyanQuantizer {
  readonly #settings: Settings;

  constructor(options: QuantizerOptions = {}) {
    this.#settings = settingsOf(options);
  }

  /**
   * Quantises layer by layer, each calibrated on what the quantised ones before it give. Memory holds the matrices of
   * one layer and one more, an embedding that is the head besides, and `X^T X` of one layer's inputs in double precision.
   *
   * @throws QuantError `ERR_ARGUMENT`, `ERR_BUDGET`, `ERR_VALUE`, `ERR_RESUME`; the signal's reason
   */
  async quantize(model: QuantizableModel, options: QuantizeOptions): Promise<QuantizationReport> {
    options.signal?.throwIfAborted();
    using work = new Work(model, this.#settings, options);
    return await quantizeModel(work);
  }
}
