// Appends that end before they are done: by a signal, by a failing model, by dispose.

import { describe, expect, it } from "vitest";
import { code, gate, settled, setup, tokensOf, watch } from "./support/engines.js";
import { logitsAfter } from "./support/hash-model.js";

describe("a signal", () => {
  it("that was aborted before the call lets nothing begin", async () => {
    using engine = setup().engine;
    const session = engine.createSession();
    const reason = new Error("no");
    const signal = AbortSignal.abort(reason);
    await expect(session.append([1], "last", { signal })).rejects.toBe(reason);
    expect(engine.stats).toMatchObject({ steps: 0, reservedPages: 0, active: 0 });
    expect(session.busy).toBe(false);
  });

  it("ends an append that waits for memory, and lets the next one in", async () => {
    using engine = setup({ pages: 4 }).engine;
    const holder = engine.createSession();
    await holder.append(tokensOf(32));
    const abort = new AbortController();
    const large = engine.createSession().append(tokensOf(64), "last", { signal: abort.signal });
    const small = watch(engine.createSession().append(tokensOf(16)));
    await settled();
    expect(small.state).toBe("pending");
    abort.abort();
    await expect(large).rejects.toThrow(/aborted/);
    await settled();
    expect(small.state).toBe("resolved");
  });

  it("ends a long append between two steps; the session is as before the call", async () => {
    let steps = 0;
    const abort = new AbortController();
    const { engine } = setup({
      maxRows: 16,
      maxSequences: 4,
      onStep: () => ++steps === 3 && abort.abort(),
    });
    using held = engine;
    const session = held.createSession();
    const prefix = tokensOf(10);
    await session.append(prefix);
    await expect(session.append(tokensOf(200), "all", { signal: abort.signal })).rejects.toThrow(
      /aborted/,
    );
    expect(session.length).toBe(10);
    expect(held.stats).toMatchObject({ usedPages: 1, reservedPages: 0, active: 0, steps: 3 });
    const after = await session.append([4]);
    expect(after.last).toEqual(logitsAfter([...prefix, 4], 50));
  });

  it("stops the model's step when all of its appends are cancelled, and not before", async () => {
    const signals: boolean[] = [];
    const aborts = [new AbortController(), new AbortController()];
    const { engine } = setup({
      onStep: (_, signal) => {
        for (const abort of aborts) {
          abort.abort();
          signals.push(signal?.aborted === true);
        }
      },
    });
    using held = engine;
    const appends = aborts.map(({ signal }) =>
      held.createSession().append([1], "last", { signal }),
    );
    const results = await Promise.allSettled(appends);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(signals).toEqual([false, true]);
    expect(held.stats.usedPages).toBe(0);
  });

  it("leaves the others in the step untouched", async () => {
    const abort = new AbortController();
    const { engine } = setup({ onStep: () => abort.abort() });
    using held = engine;
    const cancelled = held.createSession().append([1], "last", { signal: abort.signal });
    const other = held.createSession().append([2, 3]);
    await expect(cancelled).rejects.toThrow(/aborted/);
    expect((await other).last).toEqual(logitsAfter([2, 3], 50));
  });

  it("has no effect on an append that is done", async () => {
    using engine = setup().engine;
    const abort = new AbortController();
    const session = engine.createSession();
    await session.append([1], "last", { signal: abort.signal });
    const next = session.append([2]);
    abort.abort();
    await next;
    expect(session.length).toBe(2);
  });
});

describe("a model that fails", () => {
  it("rejects the appends of that step with its error as the cause; others go on", async () => {
    let fails = true;
    const failure = new Error("out of order");
    const onStep = () => {
      if (fails) throw failure;
    };
    const { engine } = setup({ onStep, maxSequences: 2 });
    using held = engine;
    const sessions = [1, 2, 3].map(() => held.createSession());
    const appends = sessions.map((session) => session.append(tokensOf(20)));
    appends[0]?.catch(() => {
      fails = false;
    });
    const results = await Promise.allSettled(appends);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    const { reason } = results[0] as PromiseRejectedResult;
    expect(reason).toEqual(code("ERR_RUN", /step 1: out of order/));
    expect(reason.cause).toBe(failure);
    expect(sessions.map(({ length }) => length)).toEqual([0, 0, 20]);
    expect(held.stats).toMatchObject({ usedPages: 2, reservedPages: 0 });
    await sessions[0]?.append([1]);
  });

  it("that gives too few logits is refused", async () => {
    const { engine, model } = setup();
    using held = engine;
    model.runner.run = async () => new Float32Array(49);
    await expect(held.createSession().append([1])).rejects.toEqual(
      code("ERR_RUN", /expected a Float32Array of 50 logits, found 49/),
    );
  });

  it("to copy a page loses nothing", async () => {
    const { engine, model } = setup({ pages: 3 });
    using held = engine;
    const parent = held.createSession();
    const prefix = tokensOf(20);
    await parent.append(prefix);
    const fork = parent.fork();
    const { copyPage } = model.runner;
    model.runner.copyPage = () => {
      throw new Error("no copies today");
    };
    await expect(fork.append([1])).rejects.toEqual(code("ERR_RUN", /no copies today/));
    expect(held.stats).toMatchObject({ usedPages: 2, reservedPages: 0 });
    model.runner.copyPage = copyPage;
    expect((await fork.append([1])).last).toEqual(logitsAfter([...prefix, 1], 50));
  });
});

describe("dispose", () => {
  it("of a session ends its append at once; pages come back when the step is over", async () => {
    const { open, opened } = gate();
    const { engine } = setup({ onStep: () => opened });
    using held = engine;
    const [session, other] = [held.createSession(), held.createSession()];
    const pending = session.append(tokensOf(20));
    const others = other.append(tokensOf(20));
    await settled();
    session[Symbol.dispose]();
    session[Symbol.dispose]();
    await expect(pending).rejects.toEqual(code("ERR_DISPOSED", /session was disposed of/));
    expect(held.stats.usedPages).toBe(4);
    open();
    await others;
    expect(held.stats).toMatchObject({ usedPages: 2, sessions: 1 });
    await expect(session.append([1])).rejects.toEqual(code("ERR_DISPOSED"));
    expect(() => session.fork()).toThrow(code("ERR_DISPOSED"));
    expect(() => session.truncate(0)).toThrow(code("ERR_DISPOSED"));
  });

  it("of an engine ends running, admitted and waiting appends at once", async () => {
    const { open, opened } = gate();
    const { engine, model } = setup({ pages: 4, maxSequences: 1, onStep: () => opened });
    const appends = [20, 20, 20].map((count) => engine.createSession().append(tokensOf(count)));
    await settled();
    expect(engine.stats).toMatchObject({ active: 2, waiting: 1 });
    engine[Symbol.dispose]();
    for (const append of appends) {
      await expect(append).rejects.toEqual(code("ERR_DISPOSED", /engine was disposed of/));
    }
    expect(model.runner.disposed).toBe(false); // a step uses it
    open();
    await engine[Symbol.asyncDispose]();
    expect(model.runner.disposed).toBe(true);
    const none = { usedPages: 0, reservedPages: 0, sessions: 0, active: 0, waiting: 0 };
    expect(engine.stats).toMatchObject(none);
    expect(() => engine.createSession()).toThrow(code("ERR_DISPOSED"));
  });

  it("of an idle engine gives the model's memory back now", async () => {
    const { engine, model } = setup();
    const session = engine.createSession();
    await session.append([1]);
    engine[Symbol.dispose]();
    engine[Symbol.dispose]();
    expect(model.runner.disposed).toBe(true);
    await expect(session.append([1])).rejects.toEqual(code("ERR_DISPOSED"));
    session[Symbol.dispose]();
  });
});

it("shares one signal among any number of sessions without a warning", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  using engine = setup({ pages: 100 }).engine;
  const controller = new AbortController();
  const sessions = Array.from({ length: 40 }, () => engine.createSession());
  const { signal } = controller;
  await Promise.all(sessions.map((session) => session.append([1, 2], "last", { signal })));
  const second = sessions.map((session) => session.append([3], "last", { signal }));
  controller.abort(new Error("enough"));
  const results = await Promise.allSettled(second);
  expect(results.every(({ status }) => status === "rejected")).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", note);
  expect(warnings).toEqual([]);
});
