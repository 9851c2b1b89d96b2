import { describe, expect, it, vi } from "vitest";
import { HubError } from "../../src/hub/errors.js";
import { Passing, retrying, waitAskedFor } from "../../src/hub/retry.js";
import { pauses } from "./support/pauses.js";
import { failure, fetchAll, useWorkplace } from "./support/workplace.js";

vi.mock("../../src/hub/pause.js", () => import("./support/pauses.js"));

const place = useWorkplace();

describe("a failure that may pass", () => {
  it.each([500, 502, 503, 504, 408, 429])("is status %s, after a wait", async (status) => {
    place.server.fail(/api/, { kind: "status", status });
    place.server.fail(/storage/, { kind: "status", status });
    expect((await fetchAll(place)).resolvedBy).toBe("hub");
    expect(pauses).toHaveLength(2);
  });

  it("is a connection that breaks", async () => {
    place.server.fail(/api/, { kind: "reset" });
    place.server.fail(/storage/, { kind: "reset" });
    await fetchAll(place);
    expect(pauses).toHaveLength(2);
  });

  it("is silence, before the answer and within it", async () => {
    place.server.fail(/storage/, { kind: "stall", after: 10 }, { kind: "stall", after: 0 });
    await fetchAll(place, { timeout: 150, concurrency: 1 });
    // A busy machine may be silent too.
    expect(pauses.length).toBeGreaterThanOrEqual(2);
  });

  it("waits twice as long each time, within a quarter", async () => {
    place.server.fail(/api/, ...Array(6).fill({ kind: "status", status: 500 }));
    const error = await failure(fetchAll(place));
    expect(error.code).toBe("ERR_NETWORK");
    expect(error.message).toMatch(/6 tries in a row: status 500/);
    expect(pauses).toHaveLength(5);
    for (const [i, wait] of pauses.entries()) {
      expect(wait).toBeGreaterThanOrEqual(375 * 2 ** i);
      expect(wait).toBeLessThanOrEqual(625 * 2 ** i);
    }
  });

  it("is told with what there is of it: of a file what has come, of a list nothing", async () => {
    place.server.fail(/storage/, ...Array(6).fill({ kind: "status", status: 500 }));
    expect((await failure(fetchAll(place, { retries: 1 }))).message).toContain("is kept, or use");
    place.server.fail(/api/, ...Array(6).fill({ kind: "status", status: 500 }));
    const options = { retries: 1, revision: "other" };
    expect((await failure(fetchAll(place, options))).message).toMatch(/try again, or use/);
  });

  it("waits as long as the server asks", async () => {
    const status = (headers: Record<string, string>) =>
      ({ kind: "status", status: 429, headers }) as const;
    place.server.fail(
      /api/,
      status({ "retry-after": "7" }),
      status({ ratelimit: '"api";r=0;t=55' }),
    );
    await fetchAll(place, { files: () => [] });
    expect(pauses).toEqual([7000, 56_000]);
  });

  it("isn't waited for when the server asks for too long", async () => {
    place.server.fail(/api/, { kind: "status", status: 503, headers: { "retry-after": "3600" } });
    const error = await failure(fetchAll(place));
    expect(error.code).toBe("ERR_NETWORK");
    expect(error.message).toMatch(/try again in 60 minutes/);
    expect(pauses).toEqual([]);
  });

  it("ends the waiting when the signal does", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const call = retrying("x", { retries: 9, signal: stop.signal }, async () => {
      stop.abort(reason);
      throw new Passing("busy");
    });
    await expect(call).rejects.toBe(reason);
  });

  it("is not every failure", async () => {
    const error = new HubError("ERR_RESPONSE", "x");
    const attempt = vi.fn(() => Promise.reject(error));
    await expect(retrying("x", { retries: 9 }, attempt)).rejects.toBe(error);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it("keeps the message free of links to storage, which are secrets", async () => {
    place.server.fail(/storage/, { kind: "reset" });
    expect((await failure(fetchAll(place, { retries: 0 }))).message).not.toMatch(/secret/i);
  });
});

describe("how long to wait", () => {
  const now = Date.parse("2025-01-01T00:00:00Z");
  it.each([
    [{}, undefined],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": " 12 " }, 12_000],
    [{ "retry-after": "Wed, 01 Jan 2025 00:00:30 GMT" }, 30_000],
    [{ "retry-after": "Tue, 31 Dec 2024 00:00:00 GMT" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{ ratelimit: '"resolvers";r=2998;t=172' }, undefined],
    [{ ratelimit: '"api";r=0;t=9' }, 10_000],
    [{ ratelimit: '"api";r=0;t=9', "retry-after": "1" }, 1000],
  ])("is in %j", (headers, milliseconds) => {
    expect(waitAskedFor(new Headers(headers as Record<string, string>), now)).toBe(milliseconds);
  });
});
