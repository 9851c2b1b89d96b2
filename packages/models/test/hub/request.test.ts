import { afterEach, describe, expect, it, vi } from "vitest";
import { bodyOf, type Connection, request } from "../../src/hub/request.js";
import { Passing } from "../../src/hub/retry.js";

const TIMEOUT = 1000;

/** A server whose every answer comes in parts, some milliseconds apart. */
const slow = (parts: number, milliseconds: number): Connection => ({
  endpoint: "https://hub.invalid",
  token: undefined,
  signal: undefined,
  timeout: TIMEOUT,
  retries: 0,
  fetch: async (_, init) => {
    let left = parts;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      vi.advanceTimersByTime(milliseconds);
      if (init?.signal?.aborted) controller.error(init.signal.reason);
      else if (left-- > 0) controller.enqueue(new Uint8Array(1));
      else controller.close();
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  },
});

const read = (connection: Connection): Promise<number> =>
  request(connection, "https://hub.invalid/x?secret", {}, async (answer) => {
    let bytes = 0;
    for await (const chunk of bodyOf(answer)) bytes += chunk.length;
    return bytes;
  });

describe("a slow answer", () => {
  afterEach(() => void vi.useRealTimers());

  it("may take any time, as long as it isn't silent", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    expect(await read(slow(20, TIMEOUT - 1))).toBe(20);
  });

  it("is given up once it is silent", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const error = await read(slow(20, TIMEOUT)).catch((reason) => reason);
    expect(error).toBeInstanceOf(Passing);
    expect(error.message).toBe("silence for 1 seconds from https://hub.invalid/x");
  });
});
