// What doesn't fit is refused before weights are loaded, and of a repository before they are fetched.

import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commitOf, filesOf, HubServer } from "../../models/test/support/hub-server.js";
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

describe("of a repository, before weights are fetched", () => {
  /** Runs a command over a repository with the files of a folder; its weights must not come. */
  async function refused(folder: string, model: string, command: string, after: readonly string[]) {
    const lfs = (name: string) => /\.(safetensors|gguf)$/.test(name);
    server.add("org/long", { commit: commitOf(folder), files: await filesOf(folder), lfs });
    const cache = join(folder, "cache");
    const env = {
      HF_ENDPOINT: server.url,
      HF_HUB_CACHE: cache,
      HF_HOME: join(folder, "home"),
      HF_TOKEN: undefined,
    };
    const { code, stderr } = await cli.run([command, model, ...after], { env });
    expect(stderr).toContain("(ERR_MEMORY)");
    expect(code).toBe(1);
    const kept = await readdir(cache, { recursive: true });
    expect(kept.filter((name) => lfs(name) || name.endsWith(".incomplete"))).toEqual([]);
    for (const { range } of server.downloads) expect(range).toMatch(/^bytes=0-\d+$/);
    expect(server.downloads.length).toBeGreaterThan(0);
    return stderr;
  }
  beforeEach(() => server.forget());

  it.each([
    ["generate", [prompt, ...size]],
    ["bench", ["--prompt", "1000000", "--sequences", "512", "--kv", "f32"]],
  ])("%s counts weights, keys and values of safetensors", async (command, after) => {
    const stderr = await refused(await longFolder(`hub-${command}`), "org/long", command, after);
    expect(stderr).toMatch(/[\d.]+ [GT]B of keys and values .* and [\d.]+ kB of weights/);
  });

  it("generate counts keys and values where the server gives no parts of files", async () => {
    const folder = await longFolder("hub-whole");
    server.fail(/storage GET/, { kind: "ignoreRange" });
    const stderr = await refused(folder, "org/long", "generate", [prompt, ...size]);
    expect(stderr).toMatch(/of keys and values/);
    expect(stderr).not.toContain("of weights");
  });

  async function ggufFolder(name: string, more: Readonly<Record<string, unknown>> = {}) {
    const folder = join(tiny.folder, name);
    await mkdir(folder);
    await writeTinyGguf(join(folder, "m-q8_0.gguf"), { positions: POSITIONS, more });
    return folder;
  }

  it("bench counts all of GGUF files", async () => {
    const words = ["--prompt", "1000000", "--sequences", "512", "--kv", "f32"];
    const stderr = await refused(await ggufFolder("hub-gguf"), "org/long:q8_0", "bench", words);
    expect(stderr).toMatch(/of keys and values .* and [\d.]+ kB of weights/);
  });

  it.each([
    ["generate", [prompt]],
    ["chat", ["Hi", "--weights", "int4"]],
  ])("%s counts the weights of GGUF files", async (command, after) => {
    const sizes = { "qwen2.embedding_length": 2 ** 24, "qwen2.feed_forward_length": 2 ** 24 };
    const folder = await ggufFolder(`hub-gguf-${command}`, sizes);
    const stderr = await refused(folder, "org/long:q8_0", command, after);
    expect(stderr).toMatch(/found [\d.]+ TB of weights/);
    expect(stderr).toContain(command === "chat" ? "smaller model" : "--weights int4");
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
    for (const weights of ["int4", "nl4"] as const) {
      const least = { kvType: "f16", weights } as const;
      expect(() => expectMemory(model, least, needs(1_000_000), 1)).toThrow(
        expect.objectContaining({ advice: "Lower --context or --n." }),
      );
    }
  });
});
