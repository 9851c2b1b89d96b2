// Appends that wait for memory, in the order of their calls. A sequence that holds
// pages may overtake one that needs more than there is, since finishing is what gives
// memory back; but not for ever.

import type { PagePool, Reservation } from "./page-pool.js";
import type { Sequence } from "./sequence.js";

export interface MemoryDemand {
  readonly sequence: Sequence;
  readonly tokens: { readonly length: number };
  reserved: Reservation | undefined;
}

interface Place<D> {
  readonly demand: D;
  /** What {@link WaitingLine.overtaken} was when it came. */
  readonly since: number;
}

export class WaitingLine<D extends MemoryDemand> {
  readonly #pool: PagePool;
  #line: Place<D>[] = [];
  /** Pages that went past one that waited, so far. */
  #overtaken = 0;

  constructor(pool: PagePool) {
    this.#pool = pool;
  }

  get length(): number {
    return this.#line.length;
  }

  /** Those that wait, in their order. */
  demands(): D[] {
    return this.#line.map(({ demand }) => demand);
  }

  /**
   * Reserves what the demand needs. If that can't be now, it gets a place in the line if it is to `wait`.
   *
   * @returns whether it has what it needs.
   */
  enter(demand: D, wait: boolean): boolean {
    const admitted = this.#admit(demand, this.#line[0]);
    if (!admitted && wait) this.#line.push({ demand, since: this.#overtaken });
    return admitted;
  }

  leave(demand: D): void {
    this.#line = this.#line.filter((place) => place.demand !== demand);
  }

  /** Takes out those that can have what they need by now. */
  advance(): D[] {
    return this.#takeOut((demand, first) => this.#admit(demand, first));
  }

  /**
   * Takes out those that hold pages and can have what they need, whoever waits before
   * them: for when nobody else will give memory back.
   */
  advanceHolders(): D[] {
    return this.#takeOut((demand) => demand.sequence.pages.length > 0 && this.#reserve(demand));
  }

  #takeOut(admit: (demand: D, first: Place<D> | undefined) => boolean): D[] {
    const admitted: D[] = [];
    const waiting: Place<D>[] = [];
    for (const place of this.#line) {
      if (admit(place.demand, waiting[0])) admitted.push(place.demand);
      else waiting.push(place);
    }
    this.#line = waiting;
    return admitted;
  }

  /** @param first  the first that waits, if it came before. */
  #admit(demand: D, first: Place<D> | undefined): boolean {
    if (first === undefined) return this.#reserve(demand);
    const { sequence, tokens } = demand;
    const needed = sequence.pagesToGrow(tokens.length);
    // As many pages as there are: by then all sequences that held pages when the first
    // one came could have grown to the end. What needs no page can always pass.
    const past = this.#overtaken - first.since + needed;
    if (sequence.pages.length === 0 || past > this.#pool.size) return false;
    if (!this.#reserve(demand)) return false;
    this.#overtaken += needed;
    return true;
  }

  #reserve(demand: D): boolean {
    const needed = demand.sequence.pagesToGrow(demand.tokens.length);
    if (needed > this.#pool.available) return false;
    demand.reserved = this.#pool.reserve(needed);
    return true;
  }
}
