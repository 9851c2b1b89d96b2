import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect, openTensors } from "@ryanstream/format";
import { describe, expect, it } from "vitest";
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
    ["notes.txt", "hello, this is no model at all", "ERR_TRUNCATED", /or no model/],
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
