import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { RyanQuantizer } from "../src/index.js";
import { sequences, TinyModel } from "./support/tiny-model.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Looks at each matrix that is read how much memory arrays have, besides the model's own. */
class MeasuredModel extends TinyModel {
  /** The most, by layer. */
  readonly peaks: number[] = [];
  #before: number | undefined;

  override async readMatrix(name: string): Promise<Float32Array> {
    // What a job has touched lives until its end, and what is collected is freed a little later.
    for (let i = 0; i < 3; i++) {
      await setImmediate();
      collect();
    }
    const { arrayBuffers } = process.memoryUsage();
    this.#before ??= arrayBuffers;
    const layer = this.matrices.find((matrix) => matrix.name === name)?.layer;
    if (layer !== undefined) {
      this.peaks[layer] = Math.max(this.peaks[layer] ?? 0, arrayBuffers - this.#before);
    }
    return super.readMatrix(name);
  }
}

it("is that of two layers and of what one layer's inputs need, whatever the number of layers", async () => {
  const [width, hidden] = [64, 256];
  const model = new MeasuredModel({ layers: 4, width, hidden, vocabulary: 64 });
  const quantizer = new RyanQuantizer({
    profiles: ["file", "resident"],
    attentionBits: 8,
    ffnBits: 4,
  });
  await quantizer.quantize(model, {
    calibration: sequences(2, 32, 64, 1),
    onTensor: () => {},
  });
  const layer = 4 * (2 * width * width + 2 * width * hidden);
  const hessians = 8 * (3 * width * width + hidden * hidden);
  // X^T X, its factor and its float32 form; what isn't of a layer is less than another one's matrices.
  for (const peak of model.peaks) expect(peak).toBeLessThan(2 * layer + 2.5 * hessians);
  expect(model.peaks[3]).toBeLessThan((model.peaks[1] ?? 0) + layer / 4);
});
