// Which appends get how many rows of the next step. Those of one row come first, since
// decoding must not wait for a whole prompt; prompts share what is left.

/** What of an append matters here. */
export interface RowDemand {
  /** Rows that are left: at least 1. */
  readonly rest: number;
  /** Logits that its next `rows` rows give. */
  logitsOf(rows: number): number;
}

export interface StepLimits {
  readonly maxRows: number;
  readonly maxLogits: number;
  readonly maxSequences: number;
}

export interface RowShare<D extends RowDemand> {
  readonly append: D;
  readonly rows: number;
}

/** Rows below which it is better for a prompt to come later than to take a part. */
export const LEAST_SHARE = 16;

/**
 * @param appends  by age, the oldest first.
 * @param owed  an append that is to be served first, since the last step had nothing for it.
 */
export function shareRows<D extends RowDemand>(
  appends: readonly D[],
  limits: StepLimits,
  owed: D | undefined,
): RowShare<D>[] {
  const step = new Sharing<D>(limits);
  if (owed !== undefined) step.give(owed, Math.min(owed.rest, LEAST_SHARE));
  for (const append of appends) {
    if (step.full) break;
    if (append.rest === 1 && append !== owed) step.give(append, 1);
  }
  const prompts = appends.filter((append) => append.rest > 1);
  const most = Math.max(1, Math.floor(step.rows / LEAST_SHARE));
  let active = prompts.slice(0, most);
  while (active.length > 0 && step.rows > 0) {
    const share = Math.max(1, Math.floor(step.rows / active.length));
    const logits = Math.max(1, Math.floor(step.logits / active.length));
    active = active.filter((append) => step.give(append, share, logits) > 0);
  }
  return step.shares();
}

/** The oldest prompt, if a step that has these shares passed it over. */
export function passedOver<D extends RowDemand>(
  appends: readonly D[],
  shares: readonly RowShare<D>[],
): D | undefined {
  const prompt = appends.find((append) => append.rest > 1);
  return shares.some(({ append }) => append === prompt) ? undefined : prompt;
}

class Sharing<D extends RowDemand> {
  rows: number;
  logits: number;
  #sequences: number;
  readonly #given = new Map<D, number>();

  constructor(limits: StepLimits) {
    this.rows = limits.maxRows;
    this.logits = limits.maxLogits;
    this.#sequences = limits.maxSequences;
  }

  get full(): boolean {
    return this.rows === 0 || this.#sequences === 0;
  }

  /**
   * Gives an append up to `wanted` more rows, with at most `mostLogits` more logits.
   *
   * @returns the rows that it was given.
   */
  give(append: D, wanted: number, mostLogits = this.logits): number {
    const given = this.#given.get(append) ?? 0;
    if (given === 0 && this.#sequences === 0) return 0;
    const before = append.logitsOf(given);
    const logits = Math.min(mostLogits, this.logits);
    const costs = (rows: number) => append.logitsOf(given + rows) - before;
    let rows = Math.min(wanted, this.rows, append.rest - given);
    // Every row costs one, or only the last of all does.
    if (costs(rows) > logits) rows = costs(1) > 0 ? Math.min(rows, logits) : rows - 1;
    if (rows === 0) return 0;
    if (given === 0) this.#sequences--;
    this.#given.set(append, given + rows);
    this.rows -= rows;
    this.logits -= costs(rows);
    return rows;
  }

  shares(): RowShare<D>[] {
    return [...this.#given].map(([append, rows]) => ({ append, rows }));
  }
}
