// Sessions that do what random operations say, each beside a list of its tokens: whatever
// an engine answers is compared with what the list says it should be.

import { setImmediate as macrotask } from "node:timers/promises";
import fc from "fast-check";
import { expect, vi } from "vitest";
import {
  type Engine,
  type Logits,
  SchedulerError,
  type Session,
  type Want,
} from "../../src/index.js";

/** Looks at the logits that came after these tokens. */
export type RowCheck = (tokens: readonly number[], row: Float32Array) => void;

/** A failure of the model that is none of its own. */
export const CHANCE = "chance";

export const operation = fc.record({
  kind: fc.constantFrom(
    ...["open", "append", "append", "append", "decode", "decode"],
    ...["fork", "truncate", "dispose", "abort", "turn", "turn"],
  ),
  which: fc.nat(1000),
  size: fc.nat(1000),
  want: fc.constantFrom<Want>("last", "all", "none"),
  keep: fc.boolean(),
  fail: fc.boolean(),
});
export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

interface Mirror {
  readonly session: Session;
  tokens: number[];
  abort: AbortController | undefined;
  pending: Promise<void> | undefined;
  disposed: boolean;
}

interface Kept {
  readonly logits: Logits;
  readonly rows: readonly Float32Array[];
}

export class World {
  readonly sessions: Mirror[] = [];
  readonly seen = {
    resolved: 0,
    aborted: 0,
    full: 0,
    stalled: 0,
    failed: 0,
    disposed: 0,
    waited: 0,
  };
  readonly #engine: Engine;
  readonly #onRow: RowCheck;
  readonly #under = new Set<Promise<void>>();
  /** Logits that were not disposed of, and what they were: no later step may change them. */
  readonly #kept: Kept[] = [];

  readonly #turn: () => Promise<unknown>;

  /** @param turn  lets the engine get on. */
  constructor(engine: Engine, onRow: RowCheck, turn: () => Promise<unknown> = macrotask) {
    this.#engine = engine;
    this.#onRow = onRow;
    this.#turn = turn;
  }

  async do(op: Operation): Promise<void> {
    const mirror = this.sessions[op.which % this.sessions.length];
    if (op.kind === "turn") await this.#turn();
    else if (op.kind === "open" || mirror === undefined)
      this.#add(this.#engine.createSession(), []);
    else if (op.kind === "abort") mirror.abort?.abort(new Error("enough"));
    else if (op.kind === "dispose") this.#dispose(mirror);
    else if (mirror.session.busy) this.#expectBusy(mirror);
    else {
      await mirror.pending; // it has ended, and the handlers have yet to run
      this.#change(mirror, op);
    }
    const { pages, freePages, usedPages, reservedPages, waiting } = this.#engine.stats;
    expect(freePages + usedPages).toBe(pages);
    expect(reservedPages).toBeLessThanOrEqual(freePages);
    if (waiting > 0) this.seen.waited++;
  }

  /** Disposes of all sessions, some of them while appends are under way, and waits for what these come to. */
  async end(): Promise<void> {
    for (const mirror of [...this.sessions]) {
      await macrotask();
      this.#dispose(mirror);
    }
    await Promise.all(this.#under); // what went wrong in them
    this.#checkKept(0);
    const stats = { usedPages: 0, reservedPages: 0, sessions: 0, active: 0, waiting: 0 };
    // A step may still have rows of a session that was disposed of.
    await vi.waitFor(() => expect(this.#engine.stats).toMatchObject(stats), { interval: 1 });
  }

  #dispose(mirror: Mirror): void {
    mirror.disposed = true;
    mirror.session[Symbol.dispose]();
    this.sessions.splice(this.sessions.indexOf(mirror), 1);
  }

  #add(session: Session, tokens: number[]): void {
    const fresh = { session, tokens, abort: undefined, pending: undefined, disposed: false };
    if (this.sessions.length < 12) this.sessions.push(fresh);
    else session[Symbol.dispose]();
  }

  #change(mirror: Mirror, op: Operation): void {
    const { session, tokens } = mirror;
    if (op.kind === "fork") this.#add(session.fork(), [...tokens]);
    else if (op.kind === "truncate") {
      tokens.length = op.size % (tokens.length + 1);
      session.truncate(tokens.length);
    } else {
      const { vocabularySize } = this.#engine;
      const count = op.kind === "decode" ? 1 : 1 + (op.size % 70);
      const added = Array.from(
        { length: count },
        (_, i) => (op.size + i * op.which) % vocabularySize,
      );
      if (tokens.length + count <= session.maxLength) this.#append(mirror, added, op);
    }
  }

  #append(mirror: Mirror, added: number[], { want, fail, keep }: Operation): void {
    const abort = new AbortController();
    const whenFull = fail ? "fail" : "wait";
    mirror.abort = abort;
    const pending = mirror.session
      .append(added, want, { signal: abort.signal, whenFull })
      .then(
        (logits) => {
          this.#resolved(mirror, added, want, logits);
          this.#keepOrLetGo(logits, keep);
        },
        (error: unknown) => this.#rejected(mirror, abort.signal, error),
      )
      .finally(() => {
        mirror.pending = undefined;
        expect(mirror.disposed || mirror.session.length).toBe(
          mirror.disposed || mirror.tokens.length,
        );
      });
    mirror.pending = pending;
    this.#under.add(pending);
  }

  #resolved(mirror: Mirror, added: number[], want: Want, logits: Logits): void {
    this.seen.resolved++;
    mirror.tokens.push(...added);
    const { tokens } = mirror;
    expect(logits.rows).toBe(want === "all" ? added.length : want === "last" ? 1 : 0);
    for (let i = 0; i < logits.rows; i++) {
      this.#onRow(tokens.slice(0, tokens.length - logits.rows + i + 1), logits.row(i));
    }
  }

  #keepOrLetGo(logits: Logits, keep: boolean): void {
    if (keep) {
      const rows = Array.from({ length: logits.rows }, (_, i) => logits.row(i).slice());
      this.#kept.push({ logits, rows });
    } else logits[Symbol.dispose]();
    this.#checkKept(20);
  }

  /** Compares what is kept with what it was, and keeps the latest. */
  #checkKept(count: number): void {
    while (this.#kept.length > count) {
      const { logits, rows } = this.#kept.shift() as Kept;
      rows.forEach((row, i) => {
        expect(logits.row(i)).toEqual(row);
      });
      logits[Symbol.dispose]();
    }
  }

  #rejected(mirror: Mirror, signal: AbortSignal, error: unknown): void {
    if (signal.aborted && error === signal.reason) this.seen.aborted++;
    else if (!(error instanceof SchedulerError)) throw error;
    else if (error.code === "ERR_MEMORY") this.seen.full++;
    else if (error.code === "ERR_STALLED") this.seen.stalled++;
    else if (error.code === "ERR_DISPOSED" && mirror.disposed) this.seen.disposed++;
    else if (error.code === "ERR_RUN" && (error.cause as Error).message === CHANCE)
      this.seen.failed++;
    else throw error;
  }

  #expectBusy({ session }: Mirror): void {
    const busy = expect.objectContaining({ code: "ERR_BUSY" });
    expect(() => session.fork()).toThrow(busy);
    expect(() => session.truncate(0)).toThrow(busy);
    expect(session.busy).toBe(true);
  }
}
