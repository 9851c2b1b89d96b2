import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { takeLock } from "../../src/hub/lock.js";
import { ownerName, ownerState } from "../../src/hub/owner.js";
import { tree, useWorkplace } from "./support/workplace.js";

vi.mock("../../src/hub/pause.js", () => import("./support/pauses.js"));

const place = useWorkplace();
let path: string;
beforeEach(async () => {
  path = join(place.cacheDir, "locks/etag.owner");
  await mkdir(join(path, ".."));
});
const needed = async () => false;
const other = "00000000-1";

describe("a lock", () => {
  it("is held by one at a time", async () => {
    const order: string[] = [];
    const first = await takeLock(path, needed);
    const second = takeLock(path, needed).then((release) => {
      order.push("second");
      return release;
    });
    expect(await readFile(path, "utf8")).toBe(ownerName);
    order.push("first");
    await first?.();
    await (await second)?.();
    expect(order).toEqual(["first", "second"]);
    expect(await tree(place.cacheDir)).toEqual([]);
  });

  it("isn't waited for once it's needless", async () => {
    await writeFile(path, other);
    let asked = 0;
    expect(await takeLock(path, async () => ++asked > 3)).toBeUndefined();
    expect(await readFile(path, "utf8")).toBe(other);
  });

  it("isn't kept if it became needless just before it was taken", async () => {
    let asked = 0;
    expect(await takeLock(path, async () => ++asked > 1)).toBeUndefined();
    expect(await tree(place.cacheDir)).toEqual([]);
  });

  it("of a dead process is taken", async () => {
    await writeFile(path, ownerName.replace(/\d+$/, "4194305"));
    await (await takeLock(path, needed))?.();
    expect(await tree(place.cacheDir)).toEqual([]);
  });

  it("that nobody has touched for two minutes is taken", async () => {
    await writeFile(path, other);
    const then = new Date(Date.now() - 121_000);
    await utimes(path, then, then);
    expect(await takeLock(path, needed)).toBeTypeOf("function");
  });

  it("isn't waited for any more when the signal says so", async () => {
    await writeFile(path, other);
    const reason = new Error("enough");
    const stop = new AbortController();
    const waiting = takeLock(
      path,
      async () => {
        stop.abort(reason);
        return false;
      },
      stop.signal,
    );
    await expect(waiting).rejects.toBe(reason);
  });
});

describe("an owner", () => {
  it("is alive, gone, or of another machine", () => {
    expect(ownerState(ownerName)).toBe("alive");
    expect(ownerState(ownerName.replace(/\d+$/, "4194305"))).toBe("gone");
    expect(ownerState(other)).toBe("unknown");
    expect(ownerState("deadbeef")).toBe("unknown");
    expect(ownerState("")).toBe("unknown");
  });
});
