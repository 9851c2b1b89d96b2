import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openRyanWriter, openTensors } from "@ryanstream/format";
import { describe, expect, it } from "vitest";
import { jsonLines, useCli } from "./support/cli.js";
import { useTinyModel } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();
const at = (name: string) => join(tiny.folder, name);

/** A file of the model, with one byte of a tensor's first chunk changed. */
async function damagedCopy(from: string, to: string): Promise<string> {
  await using source = await openTensors(from);
  const info = [...source.tensors.values()].find(({ encoding }) => encoding === "planes");
  const bytes = await readFile(from);
  const offset = (info?.byteOffset ?? 0) + 40;
  bytes[offset] = (bytes[offset] as number) ^ 1;
  await writeFile(to, bytes);
  return info?.name ?? "";
}

describe("pack and unpack", () => {
  it("give back the same file of safetensors and of GGUF", async () => {
    const model = join(tiny.folder, "model.safetensors");
    for (const [from, extension] of [
      [model, "safetensors"],
      [tiny.gguf, "gguf"],
    ] as const) {
      const [packed, back] = [at(`same-${extension}.ryan`), at(`same.${extension}`)];
      const pack = await cli.run(["pack", from, packed, "--verify", "--json"]);
      expect({ code: pack.code, stderr: pack.stderr }).toEqual({ code: 0, stderr: "" });
      const [report] = jsonLines(pack.stdout);
      expect(report).toMatchObject({
        path: packed,
        verified: true,
        parameters: expect.any(Number),
      });
      if (extension === "safetensors") expect(report?.["ratio"]).toBeGreaterThan(1);
      const unpack = await cli.run(["unpack", packed, back]);
      expect({ code: unpack.code, stderr: unpack.stderr }).toEqual({ code: 0, stderr: "" });
      expect(unpack.stdout).toMatch(new RegExp(`^\\d+ tensors, .* of ${extension}, in .*/s$`, "m"));
      expect(Buffer.compare(await readFile(back), await readFile(from))).toBe(0);
    }
  });

  it("take a folder, store raw, and say what became smaller", async () => {
    const packed = at("raw.ryan");
    const words = ["pack", tiny.folder, packed, "--raw", "--chunk-size", "8192"];
    const { code, stdout } = await cli.run(words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tensors +\d+, .* parameters$/m);
    expect(stdout).toMatch(/^stored +\d+ raw: /m);
    expect(stdout).toMatch(/^written +in .*\/s$/m);
    await using source = await openTensors(packed);
    for (const { encoding } of source.tensors.values()) expect(encoding).toBe("raw");
  });

  it("say what else a model needs, where it isn't there", async () => {
    const [alone, beside] = [join(await mkdtemp(at("other-")), "m.ryan"), at("beside.ryan")];
    const [one, two] = [
      await cli.run(["pack", tiny.folder, alone]),
      await cli.run(["pack", tiny.folder, beside]),
    ];
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.stderr).toContain("copy config.json");
    expect(two.stderr).not.toContain("config.json");
  });

  it("leave what is there unless told otherwise", async () => {
    const packed = at("there.ryan");
    await writeFile(packed, "mine");
    const refused = await cli.run(["pack", tiny.gguf, packed]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("(ERR_EXISTS)");
    expect(refused.stderr).toContain("--force");
    expect(await readFile(packed, "utf8")).toBe("mine");
    expect((await cli.run(["pack", tiny.gguf, packed, "--force"])).code).toBe(0);
    const folder = await cli.run(["unpack", packed, tiny.folder, "--format", "gguf", "--force"]);
    expect(folder).toMatchObject({ code: 1, stdout: "" });
    const unnamed = await cli.run(["unpack", packed, at("model.bin")]);
    expect(unnamed).toMatchObject({ code: 2, stdout: "" });
    expect(unnamed.stderr).toContain("--format");
  });

  it("say what safetensors can't keep, and give earlier commits", async () => {
    const run = at("run.ryan");
    const tensor = { name: "w", dtype: "F32", shape: [2] } as const;
    {
      await using writer = await openRyanWriter(run);
      await writer.add({ ...tensor, data: Float32Array.of(1, 2) });
      await writer.commit({ step: 7, list: [1, 2], name: "x" });
      await writer.add({ ...tensor, data: Float32Array.of(3, 4) });
      await writer.commit();
    }
    const out = at("first.safetensors");
    const { code, stderr } = await cli.run(["unpack", run, out, "--commit", "1"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/left out, .*: list$/m);
    await using source = await openTensors(out);
    expect([...source.metadata]).toEqual([
      ["step", "7"],
      ["name", "x"],
    ]);
    expect(await source.readF32("w")).toEqual(Float32Array.of(1, 2));
    const none = await cli.run(["unpack", run, at("none.safetensors"), "--commit", "9"]);
    expect(none).toMatchObject({ code: 1, stdout: "" });
    expect(none.stderr).toContain("(ERR_COMMIT)");
  });

  it("leave nothing when they are interrupted", async () => {
    const big = at("big.ryan");
    {
      await using writer = await openRyanWriter(big);
      const data = new Uint8Array(96 << 20);
      for (let i = 0; i < data.length; i += 3) data[i] = i * 31;
      await writer.add({ name: "w", dtype: "U8", shape: [data.length], data, encoding: "raw" });
      await writer.commit();
    }
    const folder = await mkdtemp(at("out-"));
    const words = [cli.entry, "pack", big, join(folder, "x.ryan")];
    const child = spawn(process.execPath, words, { stdio: "ignore" });
    const ended = once(child, "exit");
    while (readdirSync(folder).length === 0) await setTimeout(5);
    child.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("verify", () => {
  it("says that files are whole, each on a line of JSON", async () => {
    const packed = at("whole.ryan");
    expect((await cli.run(["pack", tiny.gguf, packed])).code).toBe(0);
    const files = [packed, tiny.gguf, join(tiny.folder, "model.safetensors")];
    const [json, text] = await Promise.all([
      cli.run(["verify", ...files, "--json"]),
      cli.run(["verify", ...files]),
    ]);
    expect({ code: json.code, stderr: json.stderr }).toEqual({ code: 0, stderr: "" });
    expect(jsonLines(json.stdout)).toMatchObject([
      { format: "ryan", whole: true, hashed: true, commits: [1], damage: [] },
      { format: "gguf", whole: true, hashed: false },
      { format: "safetensors", whole: true, hashed: false },
    ]);
    expect(text.stdout).toMatch(/^result +whole$/m);
    expect(text.stdout).toMatch(/^result +all there; the format has no hashes/m);
  });

  it("lists damage and exits with 1", async () => {
    const [packed, bad] = [at("good.ryan"), at("bad.ryan")];
    expect((await cli.run(["pack", join(tiny.folder, "model.safetensors"), packed])).code).toBe(0);
    const name = await damagedCopy(packed, bad);
    const { code, stdout, stderr } = await cli.run(["verify", packed, bad]);
    expect(code).toBe(1);
    expect(stderr).toContain("1 of 2 files are damaged or can't be read (ERR_DAMAGED)");
    expect(stdout).toMatch(/^result +1 damaged$/m);
    expect(stdout).toMatch(/^tensors +\d+ of \d+ whole$/m);
    const row = stdout.split("\n").find((line) => line.startsWith(name));
    expect(row).toMatch(/ 0 +\d+ +1 +ERR_CHUNK: expected /);
    const json = await cli.run(["verify", bad, "--json"]);
    expect(json.code).toBe(1);
    expect(jsonLines(json.stdout)).toMatchObject([
      { whole: false, damage: [{ tensor: name, chunk: 0, code: "ERR_CHUNK", commit: 1 }] },
    ]);
    const refused = await cli.run(["unpack", bad, at("bad.safetensors")]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("(ERR_CHUNK)");
  });

  it("refuses what is no model", async () => {
    const path = at("notes.txt");
    await copyFile(join(tiny.folder, "config.json"), path);
    const { code, stderr } = await cli.run(["verify", path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\(ERR_\w+\)/);
  });

  it("looks at all files, where one of them can't be read too", async () => {
    const [nothing, packed] = [at("nothing.ryan"), at("all.ryan")];
    expect((await cli.run(["pack", tiny.gguf, packed])).code).toBe(0);
    const [text, json] = await Promise.all([
      cli.run(["verify", nothing, packed]),
      cli.run(["verify", nothing, packed, "--json"]),
    ]);
    expect([text.code, json.code]).toEqual([1, 1]);
    expect(text.stdout).toMatch(/^refused .*nothing\.ryan.*\(ERR_FILE\)$/m);
    expect(text.stdout).toMatch(/^result +whole$/m);
    expect(jsonLines(json.stdout)).toMatchObject([
      { path: nothing, whole: false, error: { code: "ERR_FILE" } },
      { path: packed, whole: true },
    ]);
  });
});

it("inspect shows how tensors are stored, and the bits that they take in the file", async () => {
  const packed = at("inspected.ryan");
  expect((await cli.run(["pack", join(tiny.folder, "model.safetensors"), packed])).code).toBe(0);
  const { code, stdout } = await cli.run(["inspect", packed]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^format +ryan 1$/m);
  expect(stdout).toMatch(/^bits per weight +\d+\.\d\d in the file, 32\.00 read$/m);
  expect(stdout).toMatch(/^name +type +stored +shape/m);
  const [json] = jsonLines((await cli.run(["inspect", packed, "--json"])).stdout);
  expect(json?.["fileBitsPerWeight"]).toBeLessThan(32);
});
