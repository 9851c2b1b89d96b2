import type { LayerPass } from "./quantizable-model.js";
import type { Profile } from "./quantized-tensor.js";

/** All that goes through the layers while they are quantised. */
export class Passes implements Disposable {
  constructor(
    readonly calibration: LayerPass | undefined,
    /** The model as it was, on the sensitivity sequences. */
    readonly reference: LayerPass | undefined,
    /** The same through what its matrices became. */
    readonly changed: ReadonlyMap<Profile, LayerPass>,
  ) {}

  [Symbol.dispose](): void {
    this.calibration?.[Symbol.dispose]();
    this.reference?.[Symbol.dispose]();
    for (const pass of this.changed.values()) pass[Symbol.dispose]();
  }
}
