// Logits that no probability can be made of.

import { SamplerError } from "../../errors.js";

/** @throws SamplerError ERR_LOGITS for the first that is NaN or Infinity. */
export function refuseOne(logits: Float32Array): never {
  const id = logits.findIndex((logit) => !(logit < Infinity));
  refuse(logits[id] as number, id);
}

/** @throws SamplerError ERR_LOGITS */
export function refuse(logit: number, id: number): never {
  const message = `logits[${id}]: expected a number below Infinity, found ${logit}`;
  throw new SamplerError("ERR_LOGITS", message);
}
