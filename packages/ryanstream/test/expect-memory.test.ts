// What doesn't fit is refused before weights are loaded, and of a repository before they are fetched.

import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitOf, HubServer } from "../../models/test/support/hub-server.js";
import { expectMemory } from "../src/model/expect-memory.js";
import { useCli } from "./support/cli.js";
import { useTinyModel, writeTinyFolder, writeTinyGguf } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();
/** Keys and values of so many tokens are more than any machine has. */
const POSITIONS = 2_000_000_000;
const prompt = "Two plus two is";

let server: HubServer;
beforeAll(async () => {
  server = await HubServer.start();
});
afterAll(() => server.close());

async function longFolder(name: string): Promise<string> {
  const folder = join(tiny.folder, name);
  await mkdir(folder);
  await writeTinyFolder(folder, { positions: POSITIONS });
  return folder;
}

async function longGguf(name: string): Promise<string> {
  const path = join(tiny.folder, name);
  await writeTinyGguf(path, { positions: POSITIONS });
  return path;
}

const size = ["--context", String(POSITIONS)];

describe.concurrent("before weights are loaded", () => {
  it.each([
    ["generate, a folder", () => longFolder("a"), ["generate"], [prompt, ...size, "--n", "8"]],
    ["generate, a GGUF file", () => longGguf("a.gguf"), ["generate"], [prompt, ...size]],
    ["chat", () => longFolder("b"), ["chat"], ["Hi", ...size, "--kv", "f32"]],
    [
      "bench",
      () => longGguf("b.gguf"),
      ["bench"],
      ["--tokens", "1000000", "--sequences", "512", "--kv", "f32"],
    ],
  ] as const)("%s", async (_, write, before, after) => {
    // Without kernels no weight can be loaded.
    const env = { RYANSTREAM_KERNELS_PATH: join(tiny.folder, "none.node") };
    const words = [...before, await write(), ...after, "--weights", "int8"];
    const { code, stdout, stderr } = await cli.run(words, { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("(ERR_MEMORY)");
    expect(stderr).toMatch(/expected at most [\d.]+ [MGT]B of memory.*found [\d.]+ [GT]B of keys/);
    expect(stderr).toMatch(/and [\d.]+ kB of weights/);
    expect(stderr).toMatch(/^Lower --(context|prompt)/m);
  });
});

describe("of a repository", () => {
  it.each([
    ["generate", [prompt, ...size]],
    ["bench", ["--prompt", "1000000", "--sequences", "512", "--kv", "f32"]],
  ])("%s refuses before weights are fetched", async (command, after) => {
    const folder = await longFolder(`hub-${command}`);
    const names = await readdir(folder);
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(join(folder, name))] as const),
    );
    server.add("org/long", { commit: commitOf("long"), files: Object.fromEntries(files) });
    server.forget();
    const env = {
      HF_ENDPOINT: server.url,
      HF_HUB_CACHE: join(tiny.folder, `cache-${command}`),
      HF_HOME: join(tiny.folder, "home"),
      HF_TOKEN: undefined,
    };
    const { code, stderr } = await cli.run([command, "org/long", ...after], { env });
    expect(stderr).toContain("(ERR_MEMORY)");
    expect(stderr).not.toContain("of weights");
    expect(code).toBe(1);
    expect(server.seen.some(({ path }) => path.endsWith("config.json"))).toBe(true);
    expect(server.seen.filter(({ path }) => path.includes("model.safetensors"))).toEqual([]);
  });
});

describe("memory", () => {
  const model = { kvBytesPerPosition: () => 1000, weightBytes: 5e9 };
  const settings = { kvType: "f16", weights: "as-is" } as const;
  const needs = (context: number, sequences = 1) => ({
    context,
    sequences,
    options: { context: "--context", sequences: "--n" },
  });

  it("is needed for weights, keys and values together, of whole pages", () => {
    expectMemory(model, settings, needs(64), 5e9 + 64_000);
    expect(() => expectMemory(model, settings, needs(65), 5e9 + 127_999)).toThrow(/of weights/);
    expect(() => expectMemory(model, settings, needs(64, 3), 5e9 + 191_999)).toThrow(
      expect.objectContaining({ code: "ERR_MEMORY" }),
    );
  });

  it("that lacks is told with what can be done", () => {
    expect(() =>
      expectMemory(model, { ...settings, kvType: "f32" }, needs(1_000_000, 3), 8e9 - 1),
    ).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(
          "found 3.00 GB of keys and values (1000000 tokens in each of 3 sequences, --kv f32) and 5.00 GB of weights",
        ),
        advice:
          "Lower --context or --n, or hold keys and values as --kv f16, or hold weights as --weights int4.",
      }),
    );
    const least = { kvType: "f16", weights: "int4" } as const;
    expect(() => expectMemory(model, least, needs(1_000_000), 1)).toThrow(
      expect.objectContaining({ advice: "Lower --context or --n." }),
    );
  });
});
