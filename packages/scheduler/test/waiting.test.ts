// What happens when memory runs out.

import { describe, expect, it } from "vitest";
import type { Session } from "../src/index.js";
import { code, settled, setup, tokensOf, watch } from "./support/engines.js";

const filled = async (session: Session, count: number) => {
  await session.append(tokensOf(count), "none");
  return session;
};

describe('whenFull: "fail"', () => {
  it("rejects and takes nothing", async () => {
    using engine = setup({ pages: 4, whenFull: "fail" }).engine;
    await filled(engine.createSession(), 48);
    const session = engine.createSession();
    await expect(session.append(tokensOf(32))).rejects.toEqual(
      code("ERR_MEMORY", /append of 32 tokens: expected 2 free pages, found 1 of 4/),
    );
    expect(session.length).toBe(0);
    expect(engine.stats).toMatchObject({ usedPages: 3, reservedPages: 0, waiting: 0, active: 0 });
    await session.append(tokensOf(16));
  });

  it("can be asked for in one call, and does not go before those that wait", async () => {
    using engine = setup({ pages: 4 }).engine;
    const first = await filled(engine.createSession(), 48);
    const waiting = watch(engine.createSession().append(tokensOf(32)));
    const failing = engine.createSession().append([1], "last", { whenFull: "fail" });
    await expect(failing).rejects.toEqual(code("ERR_MEMORY", /1 appends in line/));
    expect(waiting.state).toBe("pending");
    first[Symbol.dispose]();
    await settled();
    expect(waiting.state).toBe("resolved");
  });
});

describe('whenFull: "wait"', () => {
  it("serves those that wait in the order of their calls", async () => {
    using engine = setup({ pages: 8 }).engine;
    const holder = await filled(engine.createSession(), 112);
    const order: number[] = [];
    const sizes = [6, 1, 3, 2, 1]; // pages; the second would fit at once
    const all = sizes.map(async (pages, i) => {
      using session = engine.createSession();
      await session.append(tokensOf(pages * 16), "none");
      order.push(i);
    });
    await settled();
    expect(engine.stats.waiting).toBe(5);
    expect(order).toEqual([]);
    holder[Symbol.dispose]();
    await Promise.all(all);
    expect(order[0]).toBe(0);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(engine.stats.usedPages).toBe(0);
  });

  it("lets sessions that hold memory grow past a large newcomer, but not for ever", async () => {
    using engine = setup({ pages: 10 }).engine;
    const [a, b] = [engine.createSession(), engine.createSession()];
    await Promise.all([filled(a, 32), filled(b, 32)]);
    const visit = async () => {
      using session = engine.createSession();
      await session.append(tokensOf(8 * 16));
    };
    const newcomer = watch(visit());
    // One page of each is enough for the newcomer. But they give back the others at different times, and take them again.
    let rounds = 0;
    const recycle = async (session: Session) => {
      for (; newcomer.state === "pending" && rounds < 60; rounds++) {
        session.truncate(16);
        await session.append(tokensOf(16), "none");
      }
    };
    await Promise.all([recycle(a), recycle(b)]);
    expect(newcomer.state).toBe("resolved");
    expect(rounds).toBeGreaterThan(2);
    expect(rounds).toBeLessThan(30);
  });

  it("lets appends that need no page pass", async () => {
    using engine = setup({ pages: 4 }).engine;
    const holder = await filled(engine.createSession(), 40);
    const waiting = watch(engine.createSession().append(tokensOf(64)));
    for (let i = 0; i < 8; i++) await holder.append([1]);
    expect(waiting.state).toBe("pending");
    holder.truncate(0);
    await settled();
    expect(waiting.state).toBe("resolved");
  });

  it("refuses at once what can never fit", async () => {
    using engine = setup({ pages: 4 }).engine;
    expect(engine.maxLength).toBe(64);
    await expect(engine.createSession().append(tokensOf(65))).rejects.toEqual(
      code("ERR_LENGTH", /at most 64 tokens in a session, found 0 and 65 more/),
    );
  });
});

describe("a deadlock", () => {
  it("ends the append of the youngest session that holds memory; the oldest gets on", async () => {
    using engine = setup({ pages: 6 }).engine;
    const sessions = [1, 2, 3].map(() => engine.createSession());
    await Promise.all(sessions.map((session) => filled(session, 32)));
    const [first, second, third] = sessions.map((session) => watch(session.append(tokensOf(32))));
    await settled();
    expect([first?.state, second?.state]).toEqual(["pending", "pending"]);
    expect(third?.error).toEqual(
      code("ERR_STALLED", /expected 2 free pages, found 0 of 6.*all others wait too/),
    );
    expect(sessions[2]?.length).toBe(32);
    sessions[2]?.[Symbol.dispose]();
    await settled();
    expect([first?.state, second?.state]).toEqual(["resolved", "pending"]);
    sessions[0]?.[Symbol.dispose]();
    await settled();
    expect(second?.state).toBe("resolved");
  });

  it("ends the append of the youngest session, not the youngest append, and another one the next time", async () => {
    using engine = setup({ pages: 6 }).engine;
    const sessions = [1, 2, 3].map(() => engine.createSession());
    await Promise.all(sessions.map((session) => filled(session, 32)));
    const [third, second, first] = sessions
      .reverse()
      .map((session) => watch(session.append(tokensOf(48))));
    const newcomer = watch(engine.createSession().append([1]));
    await settled();
    expect([first?.state, second?.state, third?.state]).toEqual(["pending", "pending", "rejected"]);
    const again = watch(sessions[0]?.append([1]) as Promise<unknown>); // it has given nothing back
    await settled();
    expect([first?.state, second?.state, again.state]).toEqual(["pending", "rejected", "pending"]);
    sessions[1]?.[Symbol.dispose]();
    await settled();
    expect(again.state).toBe("resolved");
    sessions[0]?.[Symbol.dispose]();
    await settled();
    expect(first?.state).toBe("resolved");
    sessions[2]?.[Symbol.dispose]();
    await settled();
    expect(newcomer.state).toBe("resolved");
  });

  it("is none where nobody may pass the first any more, and the others could go on", async () => {
    using engine = setup({ pages: 4 }).engine;
    const session = await filled(engine.createSession(), 16);
    const newcomer = watch(engine.createSession().append(tokensOf(64)));
    for (let i = 0; i < 20; i++) {
      await session.append(tokensOf(16));
      session.truncate(16);
    }
    expect(newcomer.state).toBe("pending");
    session[Symbol.dispose]();
    await settled();
    expect(newcomer.state).toBe("resolved");
  });

  it("may end appends of the same session again once it has grown", async () => {
    using engine = setup({ pages: 4 }).engine;
    const [older, younger] = [engine.createSession(), engine.createSession()];
    await Promise.all([filled(older, 32), filled(younger, 32)]);
    const waiting = watch(older.append(tokensOf(32)));
    await expect(younger.append(tokensOf(32))).rejects.toEqual(code("ERR_STALLED"));
    younger.truncate(16);
    await filled(younger, 16);
    await expect(younger.append(tokensOf(32))).rejects.toEqual(code("ERR_STALLED"));
    expect(waiting.state).toBe("pending");
    younger.truncate(0);
    await settled();
    expect(waiting.state).toBe("resolved");
  });

  it("is none where one that holds memory fits, though others wait before it", async () => {
    using engine = setup({ pages: 7 }).engine;
    const sessions = [1, 2].map(() => engine.createSession());
    await Promise.all(sessions.map((session) => filled(session, 48)));
    const newcomer = watch(engine.createSession().append(tokensOf(7 * 16)));
    const large = watch(sessions[0]?.append(tokensOf(48)) as Promise<unknown>);
    const small = watch(sessions[1]?.append([1]) as Promise<unknown>);
    await settled();
    expect([newcomer.state, large.state, small.state]).toEqual(["pending", "pending", "resolved"]);
    sessions[1]?.[Symbol.dispose]();
    await settled();
    expect([newcomer.state, large.state]).toEqual(["pending", "resolved"]);
  });

  it("that only a session without an append could end is ended after stallTimeout", async () => {
    using engine = setup({ pages: 2, stallTimeout: 20 }).engine;
    const parent = await filled(engine.createSession(), 24);
    const forks = [parent.fork(), parent.fork()];
    const results = await Promise.allSettled(forks.map((fork) => fork.append([1])));
    expect(results[0]).toMatchObject({ status: "rejected" });
    expect(results[1]).toMatchObject({
      status: "rejected",
      reason: code("ERR_STALLED", /nothing ran for 20 ms/),
    });
    expect(engine.stats).toMatchObject({ waiting: 0, usedPages: 2 });
  });

  it("is not seen where a session has yet to decide", async () => {
    using engine = setup({ pages: 2 }).engine;
    const idle = await filled(engine.createSession(), 16);
    const busy = await filled(engine.createSession(), 16);
    const waiting = watch(busy.append([1]));
    await settled();
    expect(waiting.state).toBe("pending");
    idle[Symbol.dispose]();
    await settled();
    expect(waiting.state).toBe("resolved");
  });
});
