import type { Measured } from "./measure.js";
export function plotOf(_measured: ReadonlyMap<string, readonly Measured[]>): string {
  return "";
}
