// Ten thousand operations at random, against a list of tokens for each session.

import { setImmediate as macrotask } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Engine, type Logits, SchedulerError, type Session, type Want } from "../src/index.js";
import { settled, setup } from "./support/engines.js";
import { logitsAfter } from "./support/hash-model.js";

const seed = 20260202;
const OPERATIONS = 500;
const RUNS = 20;

const operation = fc.record({
  kind: fc.constantFrom(
    ...["open", "append", "append", "append", "decode", "decode"],
    ...["fork", "truncate", "dispose", "abort", "turn", "turn"],
  ),
  which: fc.nat(1000),
  size: fc.nat(1000),
  want: fc.constantFrom<Want>("last", "all", "none"),
  fail: fc.boolean(),
});
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

interface Mirror {
  readonly session: Session;
  tokens: number[];
  abort: AbortController | undefined;
  pending: Promise<void> | undefined;
  disposed: boolean;
}

/** Does what it is told, and compares the engine with what it should be. */
class World {
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
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async do(op: Operation): Promise<void> {
    const mirror = this.sessions[op.which % this.sessions.length];
    if (op.kind === "turn") await macrotask();
    else if (op.kind === "open" || mirror === undefined)
      this.#add(this.#engine.createSession(), []);
    else if (op.kind === "abort") mirror.abort?.abort(new Error("enough"));
    else if (op.kind === "dispose") this.dispose(mirror);
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

  dispose(mirror: Mirror): void {
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
      const count = op.kind === "decode" ? 1 : 1 + (op.size % 70);
      const added = Array.from({ length: count }, (_, i) => (op.size + i * op.which) % 50);
      if (tokens.length + count <= session.maxLength) this.#append(mirror, added, op);
    }
  }

  #append(mirror: Mirror, added: number[], { want, fail }: Operation): void {
    const abort = new AbortController();
    const whenFull = fail ? "fail" : "wait";
    mirror.abort = abort;
    mirror.pending = mirror.session
      .append(added, want, { signal: abort.signal, whenFull })
      .then(
        (logits) => this.#resolved(mirror, added, want, logits),
        (error: unknown) => this.#rejected(mirror, abort.signal, error),
      )
      .finally(() => {
        mirror.pending = undefined;
        expect(mirror.disposed || mirror.session.length).toBe(
          mirror.disposed || mirror.tokens.length,
        );
      });
  }

  #resolved(mirror: Mirror, added: number[], want: Want, logits: Logits): void {
    this.seen.resolved++;
    mirror.tokens.push(...added);
    const { tokens } = mirror;
    expect(logits.rows).toBe(want === "all" ? added.length : want === "last" ? 1 : 0);
    for (let i = 0; i < logits.rows; i++) {
      const expected = logitsAfter(tokens.slice(0, tokens.length - logits.rows + i + 1), 50);
      if (!logits.row(i).every((x, id) => x === expected[id])) throw new Error(`row ${i}`);
    }
  }

  #rejected(mirror: Mirror, signal: AbortSignal, error: unknown): void {
    if (signal.aborted && error === signal.reason) this.seen.aborted++;
    else if (!(error instanceof SchedulerError)) throw error;
    else if (error.code === "ERR_MEMORY") this.seen.full++;
    else if (error.code === "ERR_STALLED") this.seen.stalled++;
    else if (error.code === "ERR_DISPOSED" && mirror.disposed) this.seen.disposed++;
    else if (error.code === "ERR_RUN" && (error.cause as Error).message === "chance")
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

it("holds its promises over 10,000 operations", async () => {
  const total = {
    resolved: 0,
    aborted: 0,
    full: 0,
    stalled: 0,
    failed: 0,
    disposed: 0,
    waited: 0,
    copies: 0,
  };
  const ops = fc.array(operation, { minLength: OPERATIONS, maxLength: OPERATIONS });
  await fc.assert(
    fc.asyncProperty(ops, fc.integer({ min: 4, max: 30 }), async (list, pages) => {
      let steps = 0;
      const onStep = () => {
        if (++steps % 7 === 0) throw new Error("chance");
      };
      const limits = { maxRows: 40, maxSequences: 5, maxLogits: 12, stallTimeout: 1 };
      const { engine, model } = setup({ pages, onStep, ...limits });
      const world = new World(engine);
      const all = new Set<Promise<void>>();
      for (const op of list) {
        await world.do(op);
        for (const { pending } of world.sessions) if (pending) all.add(pending);
      }
      for (const mirror of [...world.sessions]) {
        await macrotask();
        world.dispose(mirror);
      }
      await Promise.all(all); // what went wrong in them
      await settled(); // a step may still have rows of a session that was disposed of
      const stats = { usedPages: 0, reservedPages: 0, sessions: 0, active: 0, waiting: 0 };
      expect(engine.stats).toMatchObject(stats);
      await engine[Symbol.asyncDispose]();
      expect(model.runner.disposed).toBe(true);
      total.copies += model.runner.copies;
      for (const [key, count] of Object.entries(world.seen))
        total[key as keyof typeof total] += count;
    }),
    { seed, numRuns: RUNS, endOnFailure: true },
  );
  // The operations did reach all of these.
  for (const [key, count] of Object.entries(total)) expect(count, key).toBeGreaterThan(3);
});
