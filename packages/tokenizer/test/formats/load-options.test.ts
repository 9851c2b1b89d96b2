import { describe, expect, it, vi } from "vitest";
import { loadDefinition } from "../../src/formats/resolve.js";
import { small, utf8 } from "./helpers.js";

describe("options of loading", () => {
  it.each<[object | null | number | string]>([
    [null],
    [5],
    ["x"],
    [{ signal: 5 }],
    [{ signal: null }],
    [{ offline: "yes" }],
    [{ cache: true }],
    [{ token: 5 }],
    [{ revision: 1 }],
    [{ endpoint: 1 }],
    [{ tiktoken: 1 }],
    [{ fetch: 1 }],
    [{ onProgress: 1 }],
    [{ maxBytes: -1 }],
    [{ retries: 0.5 }],
  ])("are refused: %j", async (options) => {
    const asked = vi.fn();
    vi.stubGlobal("fetch", asked);
    for (const source of [small(), utf8(JSON.stringify(small())), "org/name"]) {
      await expect(loadDefinition(source, options as object)).rejects.toMatchObject({
        code: "ERR_ARGUMENT",
        message: expect.stringMatching(/^options/),
      });
    }
    expect(asked).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});
