// A session of a model whose logits follow from the last two tokens by a table.

import type { BeamSession } from "../../src/index.js";

export type Table = readonly (readonly (readonly number[])[])[];

/** What there is, and what happened. */
export interface World {
  readonly table: Table;
  live: number;
  /** The largest number of live ones. */
  most: number;
  /** The largest number of appends under way. */
  together: number;
  appends: number;
  readonly rejectAt?: number;
}

export class TableSession implements BeamSession {
  readonly #world: World;
  #tokens: number[];
  #isDisposed = false;
  static #underWay = 0;

  constructor(world: World, tokens: number[] = []) {
    this.#world = world;
    this.#tokens = tokens;
    world.most = Math.max(world.most, ++world.live);
  }

  get length(): number {
    return this.#tokens.length;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  async append(tokens: Int32Array, _: "last", { signal }: { signal?: AbortSignal } = {}) {
    this.#check();
    signal?.throwIfAborted();
    const world = this.#world;
    world.together = Math.max(world.together, ++TableSession.#underWay);
    await null;
    TableSession.#underWay--;
    if (++world.appends === world.rejectAt) throw new Error("no memory");
    this.#tokens.push(...tokens);
    const [before = 0, last = 0] = this.#tokens.slice(-2);
    return { last: Float32Array.from(world.table[before]?.[last] ?? []) };
  }

  fork(): TableSession {
    this.#check();
    return new TableSession(this.#world, [...this.#tokens]);
  }

  [Symbol.dispose](): void {
    if (!this.#isDisposed) this.#world.live--;
    this.#isDisposed = true;
  }

  #check(): void {
    if (this.#isDisposed) throw new Error("disposed");
  }
}
