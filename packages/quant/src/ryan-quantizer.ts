import type { QuantizeOptions, QuantizerOptions } from "./options.js";
import type { QuantizableModel } from "./quantizable-model.js";
import type { QuantizationReport } from "./report.js";

/**
 * Quantises models as the options say.
 *
 * @throws QuantError `ERR_ARGUMENT` for options out of range
 */
export class RyanQuantizer {
  readonly options: QuantizerOptions;

  constructor(options: QuantizerOptions = {}) {
    this.options = options;
  }

  /**
   * Layer by layer; at most two layers' matrices are held at once.
   *
   * @throws QuantError `ERR_ARGUMENT`, `ERR_BUDGET`, `ERR_VALUE`, `ERR_RESUME`; the signal's reason
   */
  async quantize(_model: QuantizableModel, _options: QuantizeOptions): Promise<QuantizationReport> {
    throw new Error("not yet");
  }
}
