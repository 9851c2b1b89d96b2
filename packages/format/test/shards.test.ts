import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTensors, writeGguf, writeSafetensors } from "../src/index.js";
import { file, folder, refusal } from "./support/files.js";
import { type Sample, sampleOf } from "./support/tensors.js";

const list = ["a", "b", "c"].map((name, i) => sampleOf(name, "F32", [4], i));
const index = (weightMap: Record<string, string>) => JSON.stringify({ weight_map: weightMap });
const shard = (i: number) => `model-0000${i}-of-00003.safetensors`;

async function threeShards(): Promise<string> {
  const at = folder();
  await writeSafetensors(join(at, "model.safetensors"), list, { maxShardBytes: 16 });
  return at;
}

describe("shards of safetensors", () => {
  it("are read as one, by the folder and by the index", async () => {
    const at = await threeShards();
    for (const path of [at, join(at, "model.safetensors.index.json")]) {
      await using source = await openTensors(path);
      expect(source.files.length).toBe(3);
      for (const { name, data } of list) expect(await source.read(name)).toEqual(data);
    }
  });

  it("are read one by one too", async () => {
    await using source = await openTensors(join(await threeShards(), shard(2)));
    expect([...source.tensors.keys()]).toEqual(["b"]);
  });

  it("may be links, as in the cache of the Hugging Face hub", async () => {
    const at = await threeShards();
    mkdirSync(join(at, "blobs"));
    renameSync(join(at, shard(1)), join(at, "blobs", "1"));
    symlinkSync(join("blobs", "1"), join(at, shard(1)));
    await using source = await openTensors(at);
    expect(await source.read("a")).toEqual(list[0]?.data);
  });

  it.each([
    "../model.safetensors",
    "/etc/passwd",
    "sub/model.safetensors",
    "..",
    ".",
    "",
    "..\\model.safetensors",
    "a\u0000b",
  ])("may not be named %j", async (name) => {
    const at = await threeShards();
    const path = file("other.safetensors.index.json", index({ a: name }), at);
    const { code, message } = await refusal(openTensors(path));
    expect([code, message.includes("in the folder of the index")]).toEqual(["ERR_SHARDS", true]);
  });

  it("must be there", async () => {
    const at = await threeShards();
    rmSync(join(at, shard(3)));
    const { code, message } = await refusal(openTensors(at));
    expect([code, message.includes(shard(3))]).toEqual(["ERR_FILE", true]);
  });

  it.each([
    ["a tensor that its shard lacks", { a: 1, b: 2, c: 3, d: 3 }, "no such tensor"],
    ["a tensor that another shard has", { a: 1, b: 2, c: 2 }, "no such tensor"],
    ["a tensor that the index lacks", { a: 1, b: 2 }, undefined],
  ] as const)("must fit the index: %s", async (_, map, says) => {
    const at = await threeShards();
    const named = Object.entries(map).map(([name, i]) => [name, shard(i)]);
    const path = file("model.safetensors.index.json", index(Object.fromEntries(named)), at);
    if (says === undefined) {
      copyFileSync(join(at, shard(3)), join(at, shard(2))); // c where the index has b
    }
    const { code, message } = await refusal(openTensors(path));
    expect([code, message.includes(says ?? "only tensors that the index")]).toEqual([
      "ERR_SHARDS",
      true,
    ]);
  });

  it("may not have a tensor twice", async () => {
    const at = await threeShards();
    await writeSafetensors(join(at, shard(3)), [list[0], list[2]] as Sample[]);
    const { code, message, tensor } = await refusal(openTensors(at));
    expect([code, tensor, message.includes("it only in")]).toEqual(["ERR_SHARDS", "a", true]);
  });

  it.each([
    ["no weight_map", "{}", "ERR_HEADER"],
    ["a weight_map of numbers", '{"weight_map":{"a":1}}', "ERR_HEADER"],
    ["a tensor twice", '{"weight_map":{"a":"x","a":"y"}}', "ERR_HEADER"],
    ["no JSON", '{"weight_map":', "ERR_HEADER"],
    ["no UTF-8", Uint8Array.of(0x7b, 0xff), "ERR_HEADER"],
    ["too many files", index({ a: "x", b: "y", c: "z" }), "ERR_LIMIT"],
  ] as const)("need an index that can be read: %s", async (_, text, code) => {
    const path = file("model.safetensors.index.json", text);
    const error = await refusal(openTensors(path, { limits: { maxFiles: 2 } }));
    expect(error.code).toBe(code);
  });
});

/** One part of a split model: `split.*` as given. */
async function part(
  at: string,
  name: string,
  tensors: readonly Sample[],
  split: readonly number[],
) {
  const [no = 0, count = 2, total = 3] = split;
  const number = (type: "uint16" | "int32", value: number) => ({ type, value });
  await writeGguf(join(at, name), tensors, {
    metadata: {
      ...(no === 0 ? { "general.name": "split" } : {}),
      "split.no": number("uint16", no),
      "split.count": number("uint16", count),
      "split.tensors.count": number("int32", total),
    },
  });
}

const first = "model-00001-of-00002.gguf";
const second = "model-00002-of-00002.gguf";

async function twoParts(a: readonly number[] = [0, 2, 3], b: readonly number[] = [1, 2, 3]) {
  const at = folder();
  await part(at, first, list.slice(0, 2), a);
  await part(at, second, list.slice(2), b);
  return at;
}

describe("parts of a GGUF file", () => {
  it("are read as one, by the folder and by any part", async () => {
    const at = await twoParts();
    for (const path of [at, join(at, first), join(at, second)]) {
      await using source = await openTensors(path);
      expect(source.files.map(({ path }) => path)).toEqual([join(at, first), join(at, second)]);
      expect([...source.metadata]).toEqual([["general.name", "split"]]);
      for (const { name, data } of list) expect(await source.read(name)).toEqual(data);
    }
  });

  it("are found from a path that is not in its shortest form", async () => {
    const at = await twoParts();
    for (const name of [first, second]) {
      await using source = await openTensors(`${at}/./${name}`);
      expect(source.files.length).toBe(2);
      for (const { name, data } of list) expect(await source.read(name)).toEqual(data);
    }
  });

  it.each([
    ["a wrong number", [0, 2, 3], [0, 2, 3], "split.no"],
    ["another count", [0, 2, 3], [1, 3, 3], "split.count"],
    ["another number of tensors", [0, 2, 3], [1, 2, 4], "split.tensors.count"],
    ["too few tensors", [0, 2, 4], [1, 2, 4], "4 tensors in 2 files"],
  ] as const)("must fit each other: %s", async (_, a, b, says) => {
    const { code, message } = await refusal(openTensors(join(await twoParts(a, b), first)));
    expect([code, message.includes(says)]).toEqual(["ERR_SHARDS", true]);
  });

  it("must all be there, with the names that say so", async () => {
    const at = await twoParts();
    renameSync(join(at, second), join(at, "other.gguf"));
    expect((await refusal(openTensors(join(at, first)))).code).toBe("ERR_FILE");
    expect((await refusal(openTensors(join(at, "other.gguf")))).code).toBe("ERR_SHARDS");
  });

  it("may not have a tensor twice", async () => {
    const at = await twoParts();
    await part(at, second, list.slice(1, 2), [1, 2, 3]);
    expect((await refusal(openTensors(at))).code).toBe("ERR_SHARDS");
  });

  it("may not be more than a limit", async () => {
    const at = await twoParts();
    const { code } = await refusal(openTensors(at, { limits: { maxFiles: 1 } }));
    expect(code).toBe("ERR_LIMIT");
  });
});

describe("a folder", () => {
  const model = async (at: string, name: string) => {
    const write = name.endsWith(".gguf") ? writeGguf : writeSafetensors;
    await write(join(at, name), [sampleOf(name, "F32", [1])]);
  };

  it.each([
    ["the only safetensors", ["x.safetensors"], "x.safetensors"],
    [
      "model.safetensors among others",
      ["adapter.safetensors", "model.safetensors"],
      "model.safetensors",
    ],
    ["the only GGUF", ["x-Q4_0.gguf"], "x-Q4_0.gguf"],
    ["safetensors before GGUF", ["x.gguf", "x.safetensors"], "x.safetensors"],
  ])("gives %s", async (_, names, expected) => {
    const at = folder();
    for (const name of names) await model(at, name);
    await using source = await openTensors(at);
    expect([...source.tensors.keys()]).toEqual([expected]);
  });

  it("with several models is ambiguous, without any not recognised", async () => {
    const at = folder();
    const none = await refusal(openTensors(at));
    expect(none.code).toBe("ERR_UNRECOGNIZED");
    await model(at, "a.gguf");
    await model(at, "b.gguf");
    const { code, message } = await refusal(openTensors(at));
    expect([code, message.includes("a.gguf, b.gguf")]).toEqual(["ERR_AMBIGUOUS", true]);
  });

  it("that isn't there is a file error", async () => {
    const { code, cause } = await refusal(openTensors(join(folder(), "nothing")));
    expect([code, (cause as { code: string }).code]).toEqual(["ERR_FILE", "ENOENT"]);
    expect((await refusal(openTensors(""))).code).toBe("ERR_ARGUMENT");
  });

  it.skipIf(process.platform === "win32")(
    "or an index that leads to a pipe does not wait",
    async () => {
      const at = folder();
      execFileSync("mkfifo", [join(at, "pipe.safetensors")]);
      const path = file("model.safetensors.index.json", index({ a: "pipe.safetensors" }), at);
      for (const given of [join(at, "pipe.safetensors"), path]) {
        const { code, message } = await refusal(openTensors(given));
        expect([code, message.includes("a regular file")]).toEqual(["ERR_FILE", true]);
      }
    },
  );

  it("is told by contents, not by names", async () => {
    const at = folder();
    await model(at, "x.gguf");
    const renamed = file("weights.bin", readFileSync(join(at, "x.gguf")), folder());
    await using source = await openTensors(renamed);
    expect(source.format).toBe("gguf");
  });
});
