import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect, openTensors } from "@ryanstream/format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitOf, HubServer } from "../../models/test/support/hub-server.js";
import { jsonLines, useCli } from "./support/cli.js";
import { useTinyModel } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();

it("gives what the format package knows as JSON", async () => {
  await using source = await openTensors(tiny.gguf);
  const { code, stdout, stderr } = await cli.run(["inspect", tiny.gguf, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(jsonLines(stdout)).toEqual([JSON.parse(JSON.stringify(inspect(source)))]);
});

it("needs no native kernels", async () => {
  const env = { RYANSTREAM_KERNELS_PATH: join(tiny.folder, "none.node") };
  const { code, stderr } = await cli.run(["inspect", tiny.folder], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

describe("the configuration beside safetensors", () => {
  it("is shown, and part of the JSON", async () => {
    const file = join(tiny.folder, "config.json");
    const [text, json] = await Promise.all([
      cli.run(["inspect", tiny.folder]),
      cli.run(["inspect", join(tiny.folder, "model.safetensors"), "--json"]),
    ]);
    expect(text.stdout).toMatch(/^model_type +qwen2$/m);
    const config = JSON.parse(await readFile(file, "utf8"));
    expect(jsonLines(json.stdout)[0]).toMatchObject({ format: "safetensors", config });
  });

  it.each(["[1]", "{", "null"])("does no harm where it is %s", async (content) => {
    const folder = join(tiny.folder, `config-${content.length}${content[0]}`);
    await mkdir(folder);
    await copyFile(join(tiny.folder, "model.safetensors"), join(folder, "model.safetensors"));
    await writeFile(join(folder, "config.json"), content);
    const { code, stdout } = await cli.run(["inspect", folder]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("config.json");
  });
});

describe("a model of the hub", () => {
  let server: HubServer;
  let env: Record<string, string | undefined>;
  const count = (name: string): number =>
    server.seen.filter(({ path }) => path.includes(name)).length;
  beforeAll(async () => {
    server = await HubServer.start();
    const read = (name: string) => readFile(join(tiny.folder, name));
    const files = {
      "config.json": await read("config.json"),
      "model.safetensors": await read("model.safetensors"),
      "tokenizer.json": await read("tokenizer.json"),
    };
    server.add("org/tiny", { commit: commitOf("tiny"), files });
    const gguf = { "tiny-q8_0.gguf": await readFile(tiny.gguf) };
    server.add("org/tiny-GGUF", { commit: commitOf("gguf"), files: gguf, lfs: () => true });
    env = {
      HF_ENDPOINT: server.url,
      HF_HUB_CACHE: join(tiny.folder, "hub-cache"),
      HF_HOME: join(tiny.folder, "hub-home"),
      HF_TOKEN: undefined,
      RYANSTREAM_KERNELS_PATH: join(tiny.folder, "none.node"),
    };
  });
  afterAll(() => server.close());

  it.each([
    ["org/tiny", "model.safetensors"],
    ["org/tiny-GGUF:q8_0", "tiny-q8_0.gguf"],
  ])("%s shows what its file does, without being fetched", async (name, file) => {
    const [hub, local] = await Promise.all([
      cli.run(["inspect", name, "--json"], { env }),
      cli.run(["inspect", join(tiny.folder, file), "--json"]),
    ]);
    expect({ code: hub.code, stderr: hub.stderr }).toEqual({ code: 0, stderr: "" });
    const [found] = jsonLines(hub.stdout);
    const [expected] = jsonLines(local.stdout) as [{ files: { path: string }[] }];
    const files = expected.files.map((each) => ({
      ...each,
      path: join(name.split(":")[0] as string, file),
    }));
    expect(found).toEqual({ ...expected, files });
    const ranges = server.seen.filter(({ path }) => path.includes(file)).map(({ range }) => range);
    expect(ranges.length).toBeGreaterThan(0);
    for (const range of ranges) expect(range).toMatch(/^bytes=\d+-\d+$/);
    expect(count("tokenizer.json")).toBe(0);
    const text = await cli.run(["inspect", name, "--tensors", "*.0.*norm*"], { env });
    expect(text.stdout).toMatch(/norm\.weight +F32 +\[64\]/);
  });

  it("is refused offline unless the cache has it", async () => {
    const words = ["inspect", "org/tiny", "--offline"];
    const { code, stdout, stderr } = await cli.run(words, { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("(ERR_OFFLINE)");
    const { RYANSTREAM_KERNELS_PATH: _, ...withKernels } = env;
    const fetching = ["generate", "org/tiny", "Two", "-m", "1", "--quiet"];
    expect((await cli.run(fetching, { env: withKernels })).code).toBe(0);
    server.forget();
    expect((await cli.run(words, { env })).code).toBe(0);
    expect(server.seen).toEqual([]);
  });

  it("that isn't there is told", async () => {
    const { code, stderr } = await cli.run(["inspect", "org/none"], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/ERR_NOT_FOUND|ERR_UNAUTHORIZED/);
  });
});

describe.concurrent("as text", () => {
  it("has facts, metadata, types and tensors, in columns", async () => {
    const { code, stdout, stderr } = await cli.run(["inspect", tiny.gguf]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^format +gguf 3$/m);
    expect(stdout).toMatch(/^general\.architecture +qwen2$/m);
    expect(stdout).toMatch(/^tokenizer\.ggml\.tokens +\d+ of string: \[/m);
    expect(stdout).toMatch(/^Q8_0 +15 /m);
    const rows = stdout.split("\n").filter((line) => line.startsWith("blk.0."));
    const places = rows.map((row) => row.indexOf(" [") + 1);
    expect(rows.length).toBeGreaterThan(5);
    expect(new Set(places).size).toBe(1);
  });

  it("cuts long lists with a count, unless all is wanted", async () => {
    const [cut, all] = await Promise.all([
      cli.run(["inspect", tiny.gguf]),
      cli.run(["inspect", tiny.gguf, "--all"]),
    ]);
    const tensors = (text: string) => text.match(/^\S+ +(?:F32|Q8_0) +\[/gm)?.length ?? 0;
    const [, more] = /^… and (\d+) more \(--all shows them\)$/m.exec(cut.stdout) ?? [];
    expect(tensors(cut.stdout) + Number(more)).toBe(tensors(all.stdout));
    expect(all.stdout).not.toContain("more (--all");
  });

  it.each([
    ["blk.1.ffn", 4],
    ["*.0.attn_?.weight", 0],
    ["blk.0.*weight", 9],
    ["*", 26],
    ["(", 0],
  ])("shows the tensors that %s names", async (pattern, count) => {
    const words = ["inspect", tiny.gguf, "--all", "--tensors", pattern];
    const [text, json] = await Promise.all([cli.run(words), cli.run([...words, "--json"])]);
    expect(text.stdout.match(/^\S+ +(?:F32|Q8_0) +\[/gm) ?? []).toHaveLength(count);
    expect(jsonLines(json.stdout)[0]).toMatchObject({ parameters: expect.any(Number) });
    expect(jsonLines(json.stdout)[0]?.["tensors"]).toHaveLength(count);
  });
});

describe.concurrent("what is no model", () => {
  it.each([
    ["none.gguf", undefined, "ERR_FILE", /Check the path/],
    ["notes.txt", "hello, this is no model at all", "ERR_UNRECOGNIZED", /begins with "hello/],
    ["page.gguf", "<!doctype html><title>404</title>", "ERR_UNRECOGNIZED", /a web page/],
    ["cut.gguf", "GGUF\x03\0\0\0", "ERR_TRUNCATED", /fetch the file again/],
  ])("%s fails with exit code 1 and says why", async (name, content, errorCode, message) => {
    const path = join(tiny.folder, name);
    if (content !== undefined) await writeFile(path, content);
    const { code, stdout, stderr } = await cli.run(["inspect", path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`(${errorCode})`);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
  });
});

it("says nothing when its reader goes away", async () => {
  const { code, stderr } = await cli.run(["tokenize", tiny.gguf], {
    input: "the rain in Spain ".repeat(200_000),
    onOutput: (child) => child.stdout.destroy(),
  });
  expect({ code, stderr }).toEqual({ code: 141, stderr: "" });
});
