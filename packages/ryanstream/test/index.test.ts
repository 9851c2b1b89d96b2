// One import is enough for what the documentation does.

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as ryanstream from "../src/index.js";
import { HubError, type HubOptions, resolveModel } from "../src/index.js";

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

/** What has no value at run time. */
const types = ["ChatMessage", "Generation", "Model", "Session"];

describe("the exports", () => {
  it("are what the README's table of the API names", () => {
    const [, table = ""] =
      /\n## API\n\n((?:\|.*\n)+)/.exec(read("packages/ryanstream/README.md")) ?? [];
    const names = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
    const values = names.filter((name) => !types.includes(name)).sort();
    expect(values.length).toBeGreaterThan(10);
    expect(Object.keys(ryanstream).sort()).toEqual(values);
  });

  it.each(["docs/run-a-model.md", "packages/scheduler/README.md", "packages/models/README.md"])(
    "have what %s takes of sampling, headers and loading",
    (path) => {
      const wanted = /\b(uniform|sampleToken|logProbability|openHeaders|describeModel)\(/g;
      for (const [, name] of read(path).matchAll(wanted))
        expect(ryanstream).toHaveProperty([name as string]);
    },
  );

  it("have the class of the hub's errors, to tell them from others", async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), "ryanstream-hub-"));
    const hub: HubOptions = { cacheDir, offline: true };
    const failed = resolveModel("org/none", { hub });
    await expect(failed).rejects.toBeInstanceOf(HubError);
    await rm(cacheDir, { recursive: true });
  });
});
