import type { MatrixPlan } from "../plan.js";
import type { QuantizableMatrix } from "../quantizable-model.js";

/** How far a tensor's rate may be moved by what earlier ones left. */
const MOST = 0.05;

/** Bits that are planned and bits that are spent: what a tensor leaves, those after it share. */
export class Account {
  readonly #planned: Map<string, number>;
  readonly #weights: ReadonlyMap<string, number>;
  /** Of the tensors that aren't done. */
  #left: number;
  /** What they may take. */
  #funds: number;

  constructor(plans: readonly MatrixPlan[], matrices: readonly QuantizableMatrix[]) {
    this.#weights = new Map(matrices.map(({ name, shape: [n, k] }) => [name, n * k]));
    this.#planned = new Map(plans.map(({ name, bits }) => [name, bits * this.#size(name)]));
    this.#left = [...this.#planned.values()].reduce((sum, bits) => sum + bits, 0);
    this.#funds = this.#left;
  }

  /** Bits per weight for a tensor whose turn has come. */
  rate(name: string): number {
    const planned = (this.#planned.get(name) ?? 0) / this.#size(name);
    const share = this.#left > 0 ? this.#funds / this.#left : 1;
    // Above the plan a little at most; below it as far as it must.
    return planned * Math.min(1 + MOST, share);
  }

  spend(name: string, bits: number): void {
    this.#left -= this.#planned.get(name) ?? 0;
    this.#funds -= bits;
  }

  #size(name: string): number {
    return this.#weights.get(name) ?? 1;
  }
}
