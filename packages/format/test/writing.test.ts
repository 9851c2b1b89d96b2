import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type GgufOptions,
  type MetadataInput,
  openTensors,
  type SafetensorsOptions,
  type TensorInput,
  type Tensors,
  type WriteProgress,
  writeGguf,
  writeSafetensors,
} from "../src/index.js";
import { folder, refusal } from "./support/files.js";
import { sampleOf } from "./support/tensors.js";

const writers = { "model.safetensors": writeSafetensors, "model.gguf": writeGguf } as const;
type Write = (
  path: string,
  tensors: Tensors,
  options?: SafetensorsOptions & GgufOptions,
) => Promise<unknown>;

describe.each(Object.entries(writers) as [string, Write][])("writing %s", (name, write) => {
  const whole = sampleOf("whole", "F32", [1 << 16]);
  const with_ = (data: TensorInput["data"]): TensorInput[] => [
    whole,
    { ...whole, name: "next", data },
  ];

  async function expectNothing(
    tensors: Tensors,
    check: (error: unknown) => void,
    signal?: AbortSignal,
  ) {
    const at = folder();
    const path = join(at, name);
    for (const before of [undefined, "what was there before"]) {
      if (before !== undefined) writeFileSync(path, before);
      await write(path, tensors, { signal }).then(
        () => expect.fail("expected the write to fail"),
        check,
      );
      expect(readdirSync(at)).toEqual(before === undefined ? [] : [name]);
      if (before !== undefined) expect(readFileSync(path, "utf8")).toBe(before);
    }
  }
  const hasCode = (code: string) => (error: unknown) => expect(error).toMatchObject({ code });

  it("leaves nothing when data is too short, too long or no bytes", async () => {
    const short = new Uint8Array(whole.data.length - 1);
    const long = new Uint8Array(whole.data.length + 1);
    await expectNothing(with_(short), hasCode("ERR_DATA"));
    await expectNothing(with_(long), hasCode("ERR_DATA"));
    await expectNothing(with_([whole.data, Uint8Array.of(1)]), hasCode("ERR_DATA"));
    await expectNothing(
      with_(() => []),
      hasCode("ERR_DATA"),
    );
    await expectNothing(
      with_(() => "text" as never),
      hasCode("ERR_DATA"),
    );
    await expectNothing(with_("text" as never), hasCode("ERR_ARGUMENT"));
    await expectNothing(with_(undefined as never), hasCode("ERR_ARGUMENT"));
    await expectNothing(with_(["text"] as never), hasCode("ERR_DATA"));
  });

  it("leaves nothing when a source fails", async () => {
    const failure = new Error("the disk is gone");
    const same = (error: unknown) => expect(error).toBe(failure);
    const failing = async function* () {
      yield whole.data.subarray(0, 1000);
      throw failure;
    };
    await expectNothing(with_(failing), same);
    await expectNothing(
      with_(() => Promise.reject(failure)),
      same,
    );
  });

  it("leaves nothing when it is cancelled in the middle", async () => {
    for (const wait of [false, true]) {
      const abort = new AbortController();
      const reason = new Error("no longer wanted");
      let returned = false;
      const at = folder();
      const source = async function* () {
        try {
          yield whole.data.subarray(0, 1000);
          abort.abort(reason);
          if (wait) await new Promise(() => undefined); // a source that never answers
          yield whole.data.subarray(1000);
        } finally {
          returned = true;
        }
      };
      const writing = write(join(at, name), with_(source), { signal: abort.signal });
      await expect(writing).rejects.toBe(reason);
      expect(readdirSync(at)).toEqual([]);
      if (!wait) expect(returned).toBe(true);
    }
  });

  it("does not begin when it was cancelled before", async () => {
    const reason = new Error("never");
    await expectNothing(
      with_(whole.data),
      (error) => expect(error).toBe(reason),
      AbortSignal.abort(reason),
    );
  });

  it("asks for each tensor's data when its turn has come, and says how far it is", async () => {
    const at = folder();
    const asked: string[] = [];
    const progress: WriteProgress[] = [];
    const lazily = async function* (): AsyncGenerator<TensorInput> {
      for (const name of ["a", "b", "c"]) {
        yield {
          ...sampleOf(name, "I8", [3000]),
          data: async function* () {
            asked.push(`${name} after ${progress.at(-1)?.tensorsDone ?? 0}`);
            yield new Uint8Array(1000).fill(1);
            yield new Uint8Array(2000).fill(2);
          },
        };
      }
    };
    await write(join(at, name), lazily(), { onProgress: (p) => progress.push(p) });
    expect(asked).toEqual(["a after 0", "b after 1", "c after 2"]);
    expect(progress.map(({ bytesDone }) => bytesDone)).toEqual([
      1000, 3000, 3000, 4000, 6000, 6000, 7000, 9000, 9000,
    ]);
    expect(progress.at(-1)).toEqual({
      tensor: "c",
      tensorsDone: 3,
      tensors: 3,
      bytesDone: 9000,
      bytes: 9000,
    });
  });

  it("writes one large array in pieces, and can be cancelled between them", async () => {
    const at = folder();
    const large = sampleOf("large", "BF16", [20 << 20]);
    const done: number[] = [];
    await write(join(at, name), [large], {
      onProgress: ({ bytesDone }) => done.push(bytesDone >> 20),
    });
    expect(done).toEqual([16, 32, 40, 40]);
    await using source = await openTensors(join(at, name));
    expect(Buffer.compare(await source.read("large"), large.data)).toBe(0);
    const abort = new AbortController();
    const cancelled = join(folder(), name);
    const reason = new Error("enough");
    const options = { signal: abort.signal, onProgress: () => abort.abort(reason) };
    await expect(write(cancelled, [large], options)).rejects.toBe(reason);
    expect(readdirSync(dirname(cancelled))).toEqual([]);
  });

  it("takes a name as long as a file system allows", async () => {
    const at = folder();
    const long = "x".repeat(255 - name.length) + name;
    await write(join(at, long), [whole]);
    expect(readdirSync(at)).toEqual([long]);
  });

  it("replaces what was there, whole", async () => {
    const at = folder();
    await write(join(at, name), [sampleOf("old", "F32", [5])]);
    const old = await openTensors(join(at, name));
    await write(join(at, name), [sampleOf("new", "F32", [7])]);
    expect((await old.read("old")).length).toBe(20); // who has it open keeps the old one
    await old.close();
    await using source = await openTensors(join(at, name));
    expect([...source.tensors.keys()]).toEqual(["new"]);
    expect(readdirSync(at)).toEqual([name]);
  });

  it.each([
    ["a name twice", [sampleOf("a", "F32", [1]), sampleOf("a", "F32", [1])], "ERR_TENSOR"],
    ["a lone surrogate", [sampleOf("\ud800", "F32", [1])], "ERR_ARGUMENT"],
    ["a name that is no text", [{ ...whole, name: 7 as never }], "ERR_ARGUMENT"],
    ["a negative dimension", [{ ...whole, shape: [-1] }], "ERR_TENSOR"],
    ["a fraction", [{ ...whole, shape: [1.5] }], "ERR_TENSOR"],
    ["too large a shape", [{ ...whole, shape: [2 ** 40, 2 ** 40] }], "ERR_TENSOR"],
    ["too many dimensions", [{ ...whole, shape: Array(65).fill(1) }], "ERR_TENSOR"],
    ["an unknown type", [{ ...whole, dtype: "F128" as never }], "ERR_UNSUPPORTED"],
  ] as const)("refuses %s before a file is made", async (_, tensors, code) => {
    await expectNothing(tensors, hasCode(code));
  });

  it("says why a folder can't be written to", async () => {
    const path = join(folder(), "missing", name);
    const { code, file } = await refusal(write(path, [whole]));
    expect([code, file]).toEqual(["ERR_FILE", path]);
    expect(existsSync(path)).toBe(false);
  });
});

describe("what only one format refuses", () => {
  const at = () => folder();
  const codeOf = async (work: Promise<unknown>) => (await refusal(work)).code;

  it("types that the other has", async () => {
    const safetensors = writeSafetensors(join(at(), "a.safetensors"), [
      sampleOf("a", "Q8_0", [32]),
    ]);
    expect(await codeOf(safetensors)).toBe("ERR_UNSUPPORTED");
    expect(await codeOf(writeGguf(join(at(), "a.gguf"), [sampleOf("a", "U8", [1])]))).toBe(
      "ERR_UNSUPPORTED",
    );
  });

  it("the header's own name, and metadata that is no text", async () => {
    const path = join(at(), "a.safetensors");
    expect(await codeOf(writeSafetensors(path, [sampleOf("__metadata__", "F32", [1])]))).toBe(
      "ERR_TENSOR",
    );
    for (const metadata of [
      { a: 1 as never },
      { a: "\ud800" },
      [
        ["a", ""],
        ["a", ""],
      ] as const,
    ]) {
      expect(await codeOf(writeSafetensors(path, [], { metadata }))).toBe("ERR_METADATA");
    }
    expect(await codeOf(writeSafetensors(path, [], { maxShardBytes: 0 }))).toBe("ERR_ARGUMENT");
  });

  it("shards under a name that can't be numbered", async () => {
    const two = [sampleOf("a", "F32", [4]), sampleOf("b", "F32", [4])];
    const writing = writeSafetensors(join(at(), "weights.bin"), two, { maxShardBytes: 16 });
    expect(await codeOf(writing)).toBe("ERR_ARGUMENT");
  });

  it("no shard of several when a later one fails", async () => {
    const place = at();
    const bad = { ...sampleOf("b", "F32", [4]), data: new Uint8Array(3) };
    const two = [sampleOf("a", "F32", [4]), bad];
    const writing = writeSafetensors(join(place, "model.safetensors"), two, { maxShardBytes: 16 });
    expect(await codeOf(writing)).toBe("ERR_DATA");
    expect(readdirSync(place)).toEqual([]);
  });

  it("names beyond ggml's 63 bytes, 5 dimensions and rows that cut a block", async () => {
    const path = join(at(), "a.gguf");
    for (const tensor of [
      sampleOf("ü".repeat(32), "F32", [1]),
      sampleOf("a", "F32", [1, 1, 1, 1, 1]),
      { ...sampleOf("a", "Q8_0", [2, 16]), data: new Uint8Array(34) },
    ]) {
      expect(await codeOf(writeGguf(path, [tensor]))).toBe("ERR_TENSOR");
    }
    await writeGguf(path, [sampleOf("x".repeat(63), "F32", [1])]);
  });

  it.each<[string, MetadataInput]>([
    ["an empty array of no type", []],
    ["an array of two types", ["a", 1]],
    ["a typed value that doesn't fit", { type: "uint8", value: 256 }],
    ["a negative unsigned one", { type: "uint64", value: -1n }],
    ["a fraction as an integer", { type: "int32", value: 0.5 }],
    ["a bigint as a float", { type: "float32", value: 1n }],
    ["text as a number", { type: "int32", value: "1" }],
    ["a number as text", { type: "string", value: 1 }],
    ["a number as a boolean", { type: "bool", value: 1 }],
    ["an unknown type", { type: "int128" as never, value: 1 }],
    ["a lone surrogate", "\udc00"],
    ["nothing", null as never],
  ])("metadata: %s", async (_, value) => {
    const writing = writeGguf(join(at(), "a.gguf"), [], { metadata: { key: value } });
    const { code, message } = await refusal(writing);
    expect([code, message.startsWith('key "key": expected')]).toEqual(["ERR_METADATA", true]);
  });

  it("an alignment that is none, or two that differ", async () => {
    const path = join(at(), "a.gguf");
    for (const alignment of [0, 3, -8, 2 ** 21, Number.NaN]) {
      expect(await codeOf(writeGguf(path, [], { alignment }))).toBe("ERR_ARGUMENT");
    }
    const metadata = { "general.alignment": { type: "uint32", value: 64 } } as const;
    expect(await codeOf(writeGguf(path, [], { alignment: 32, metadata }))).toBe("ERR_ARGUMENT");
    expect(await codeOf(writeGguf(path, [], { version: 1 as never }))).toBe("ERR_ARGUMENT");
  });
});

it("infers the types of metadata that llama.cpp asks for", async () => {
  const path = join(folder(), "a.gguf");
  const metadata = {
    bool: true,
    string: "x",
    uint32: 4294967295,
    int32: -1,
    float32: 1e-5,
    uint64: 1n,
    int64: -1n,
    large: 1e10,
  };
  await writeGguf(path, [], { metadata });
  await using source = await openTensors(path);
  const { large, ...types } = Object.fromEntries(source.metadataTypes);
  expect(large).toBe("float32");
  expect(types).toEqual(Object.fromEntries(Object.keys(types).map((type) => [type, type])));
});
