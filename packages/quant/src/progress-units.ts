import { matricesOf } from "./calibration/layer-inputs.js";
import { triedTogether } from "./rates/sensitivity.js";
import type { Work } from "./work.js";

/** Units of progress: a layer's turn each. */
export function unitsOf(work: Work, planning: boolean): number {
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
