// How far a long append is, and what the code that is told so may do.

import { describe, expect, it } from "vitest";
import { type AppendProgress, generate, type Session } from "../src/index.js";
import { settled, setup, tokensOf } from "./support/engines.js";
import { logitsAfter } from "./support/hash-model.js";

const collector = () => {
  const seen: AppendProgress[] = [];
  return { seen, onProgress: (progress: AppendProgress) => void seen.push(progress) };
};

describe("progress", () => {
  it("is told after each step but the last", async () => {
    using engine = setup({ maxRows: 32, maxSequences: 4 }).engine;
    const session = engine.createSession();
    const { seen, onProgress } = collector();
    const { last } = await session.append(tokensOf(100), "last", { onProgress });
    expect(seen).toEqual([32, 64, 96].map((done) => ({ done, total: 100 })));
    expect(last).toEqual(logitsAfter(tokensOf(100), 50));
    await session.append([1], "last", { onProgress });
    expect(seen).toHaveLength(3);
  });

  it("counts the tokens of its own append, whatever shares its steps", async () => {
    using engine = setup({ maxRows: 48, maxSequences: 4 }).engine;
    const all = [0, 1, 2].map((i) => {
      const { seen, onProgress } = collector();
      const count = 70 + 10 * i;
      const done = engine.createSession().append(tokensOf(count, i), "none", { onProgress });
      return { count, seen, done };
    });
    await Promise.all(all.map(({ done }) => done));
    for (const { count, seen } of all) {
      const dones = seen.map(({ done }) => done);
      expect(dones.length).toBeGreaterThan(1);
      expect(dones).toEqual([...new Set(dones)].sort((a, b) => a - b));
      expect(seen.every(({ done, total }) => done > 0 && done < count && total === count)).toBe(
        true,
      );
    }
  });

  it("is that of a generation's prompt", async () => {
    using engine = setup({ maxRows: 16, maxSequences: 2 }).engine;
    const { seen, onProgress } = collector();
    const options = { maxTokens: 3, onProgress };
    for await (const _ of generate(engine.createSession(), tokensOf(40), options));
    expect(seen).toEqual([16, 32].map((done) => ({ done, total: 40 })));
  });
});

describe("what is told of it", () => {
  it("may throw: the append rejects with that, and the session is as before", async () => {
    using engine = setup({ maxRows: 16, maxSequences: 2 }).engine;
    const session = engine.createSession();
    await session.append(tokensOf(5));
    const reason = new Error("no more");
    const onProgress = () => {
      throw reason;
    };
    const other = engine.createSession().append(tokensOf(60, 3));
    await expect(session.append(tokensOf(60), "last", { onProgress })).rejects.toBe(reason);
    expect([session.length, session.busy]).toEqual([5, false]);
    expect((await session.append([4])).last).toEqual(logitsAfter([...tokensOf(5), 4], 50));
    expect((await other).last).toEqual(logitsAfter(tokensOf(60, 3), 50));
    expect(engine.stats).toMatchObject({ active: 0, reservedPages: 0 });
  });

  it.each([
    ["its own session", (own: Session) => own],
    ["another session of the step", (_: Session, other: Session) => other],
  ])("may dispose of %s", async (_, which) => {
    using engine = setup({ maxRows: 32, maxSequences: 2 }).engine;
    const sessions = [engine.createSession(), engine.createSession()] as const;
    const victim = which(...sessions);
    const onProgress = () => victim[Symbol.dispose]();
    const ends = await Promise.allSettled([
      sessions[0].append(tokensOf(60), "last", { onProgress }),
      sessions[1].append(tokensOf(70), "last"),
    ]);
    const survivor = victim === sessions[0] ? 1 : 0;
    expect(ends.map(({ status }) => status)).toEqual(
      survivor === 0 ? ["fulfilled", "rejected"] : ["rejected", "fulfilled"],
    );
    expect(sessions[survivor].length).toBe([60, 70][survivor]);
    await settled();
    sessions[survivor][Symbol.dispose]();
    expect(engine.stats).toMatchObject({ usedPages: 0, reservedPages: 0, sessions: 0, active: 0 });
  });

  it("may dispose of the engine", async () => {
    const { engine } = setup({ maxRows: 16, maxSequences: 2 });
    const onProgress = () => engine[Symbol.dispose]();
    const append = engine.createSession().append(tokensOf(60), "last", { onProgress });
    await expect(append).rejects.toMatchObject({ code: "ERR_DISPOSED" });
    await settled();
    expect(engine.stats).toMatchObject({ steps: 1, usedPages: 0, active: 0 });
  });
});
