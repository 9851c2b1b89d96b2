// The code that the README shows runs as it stands.

import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

describe("examples", () => {
  it("the README's first is examples/attention.ts, and runs", async () => {
    const [, shown] = /```ts run\n(.*?)```/s.exec(read("../README.md")) as RegExpExecArray;
    expect(shown).toBe(read("../examples/attention.ts"));
    using log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import("../examples/attention.js");
    expect(log.mock.calls[0]?.[0]).toBe(5 * 8 * 64);
  });

  it("examples/kernels.ts learns", async () => {
    using log = vi.spyOn(console, "log").mockImplementation(() => {});
    const { losses } = await import("../examples/kernels.js");
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
    expect(log.mock.calls.at(-1)?.[0]).toMatch(/attention\n.*executed$/s);
  });
});
