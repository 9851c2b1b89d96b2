import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  openRyanWriter,
  openTensors,
  type RyanTensor,
  type RyanWriter,
  verifyFile,
  writeRyan,
} from "../../src/index.js";
import { file, folder, refusal } from "../support/files.js";
import { sampleOf } from "../support/tensors.js";

const grid = {
  shape: [2, 3] as const,
  codes: Int32Array.of(1, -2, 3, 0, 5, -6),
  steps: { base: 0.5, index: Uint8Array.of(0, 8, 16) },
};

describe("what can't be written", () => {
  const w = sampleOf("w", "F32", [2]);
  it.each<[string, readonly RyanTensor[], string]>([
    ["a name twice", [w, w], "ERR_TENSOR"],
    ["a name too long", [{ ...w, name: "x".repeat(70_000) }], "ERR_TENSOR"],
    ["a lone surrogate", [{ ...w, name: "\ud800" }], "ERR_ARGUMENT"],
    ["an unknown type", [{ ...w, dtype: "F7" as "F32" }], "ERR_UNSUPPORTED"],
    ["an unknown encoding", [{ ...w, encoding: "zip" as "raw" }], "ERR_ARGUMENT"],
    ["too many dimensions", [{ ...w, shape: Array(65).fill(1) }], "ERR_TENSOR"],
    ["a negative dimension", [{ ...w, shape: [-1] }], "ERR_TENSOR"],
    ["too few bytes", [{ ...w, shape: [3] }], "ERR_DATA"],
    ["too many bytes", [{ ...w, shape: [1] }], "ERR_DATA"],
    ["too many bytes for none", [{ ...w, shape: [0] }], "ERR_DATA"],
    ["half a block", [{ ...w, dtype: "Q8_0", shape: [2, 16] }], "ERR_TENSOR"],
    [
      "a grid of integers",
      [{ name: "g", dtype: "I32" as "F32", shape: [2, 3], grid }],
      "ERR_TENSOR",
    ],
    ["a grid of another shape", [{ name: "g", dtype: "F32", shape: [3, 2], grid }], "ERR_DATA"],
  ])("%s", async (_, tensors, code) => {
    const at = folder();
    const path = join(at, "m.ryan");
    writeFileSync(path, "before");
    expect(await refusal(writeRyan(path, tensors))).toMatchObject({ code });
    expect(readdirSync(at)).toEqual(["m.ryan"]);
    expect(readFileSync(path, "utf8")).toBe("before");
  });

  it.each([4095, 4096.5, 2 ** 25, "1"])("chunks of %s bytes", async (chunkBytes) => {
    const options = { chunkBytes: chunkBytes as number };
    const error = await refusal(writeRyan(join(folder(), "m.ryan"), [], options));
    expect(error).toMatchObject({ code: "ERR_ARGUMENT" });
  });
});

it("chunks that are coded at the same time come back in order", async () => {
  const path = join(folder(), "m.ryan");
  // More than what decides whether coding is worth it; a last chunk that is smaller.
  const values = new Float32Array((11 << 18) + 100);
  let state = 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2 ** (31 + (i >>> 18));
  }
  let [bytes, storedBytes] = [0, 0];
  await using writer = await openRyanWriter(path);
  const start = writer.byteLength;
  await writer.add(
    { name: "w", dtype: "F32", shape: [values.length], data: values },
    {
      onProgress: (count, stored) => {
        bytes += count;
        storedBytes += stored;
      },
    },
  );
  expect([bytes, storedBytes]).toEqual([values.byteLength, writer.byteLength - start]);
  await writer.commit();
  await using source = await openTensors(path);
  expect(source.tensors.get("w")?.encoding).toBe("planes");
  const found = await source.read("w");
  expect(Buffer.compare(found, Buffer.from(values.buffer))).toBe(0);
});

it("a tensor that fails leaves the writer as it was", async () => {
  const path = join(folder(), "m.ryan");
  await using writer = await openRyanWriter(path);
  const good = sampleOf("good", "F32", [64]);
  const before = writer.byteLength;
  const failing = {
    ...good,
    data: async function* () {
      yield new Uint8Array(128);
      throw new Error("no more");
    },
  };
  await expect(writer.add(failing as never)).rejects.toThrow("no more");
  expect(writer.byteLength).toBe(before);
  await writer.add(good);
  await writer.commit();
  await using source = await openTensors(path);
  expect([...source.tensors.keys()]).toEqual(["good"]);
});

it("metadata that can't be written leaves what was added", async () => {
  const path = join(folder(), "m.ryan");
  await using writer = await openRyanWriter(path);
  await writer.add(sampleOf("w", "F32", [64]));
  expect(await refusal(writer.commit({ bad: [] }))).toMatchObject({ code: "ERR_METADATA" });
  expect(await writer.commit({ good: "x" })).toMatchObject({ number: 1 });
  await using source = await openTensors(path);
  expect([...source.tensors.keys()]).toEqual(["w"]);
});

it("a signal ends a write, and leaves nothing", async () => {
  const at = folder();
  const abort = new AbortController();
  const data = async function* () {
    for (;;) {
      yield new Uint8Array(1 << 20);
      abort.abort(new Error("enough"));
    }
  };
  const tensor = { name: "w", dtype: "U8", shape: [2 ** 40], data } as const;
  const { signal } = abort;
  await expect(writeRyan(join(at, "m.ryan"), [tensor], { signal })).rejects.toThrow("enough");
  expect(readdirSync(at)).toEqual([]);
});

it("readers see a new file only when it is whole, and an old one until then", async () => {
  const at = folder();
  const path = join(at, "m.ryan");
  await writeRyan(path, [sampleOf("old", "F32", [2])]);
  await using writer = await openRyanWriter(path);
  await writer.add(sampleOf("new", "F32", [2]));
  {
    await using source = await openTensors(path);
    expect([...source.tensors.keys()]).toEqual(["old"]);
  }
  await writer.commit();
  await using source = await openTensors(path);
  expect([...source.tensors.keys()]).toEqual(["new"]);
  expect(readdirSync(at)).toEqual(["m.ryan"]);
});

it("a reader keeps its commit while others are added", async () => {
  const path = join(folder(), "m.ryan");
  const [one, two] = [sampleOf("w", "F32", [900], 1), sampleOf("w", "F32", [900], 2)];
  await writeRyan(path, [one]);
  await using source = await openTensors(path);
  await using writer = await openRyanWriter(path, { append: true });
  await writer.add(two);
  await writer.commit();
  expect(await source.read("w")).toEqual(one.data);
  await using later = await openTensors(path);
  expect(await later.read("w")).toEqual(two.data);
});

it("notices another writer before it commits", async () => {
  const path = join(folder(), "m.ryan");
  await writeRyan(path, [sampleOf("w", "F32", [2])]);
  const writer = await openRyanWriter(path, { append: true });
  await writer.add(sampleOf("v", "F32", [2]));
  appendFileSync(path, Buffer.alloc(4096));
  expect(await refusal(writer.commit())).toMatchObject({ code: "ERR_CHANGED" });
  await writer.close();
  await using source = await openTensors(path);
  expect([...source.tensors.keys()]).toEqual(["w"]);
});

describe("two writers of one file", () => {
  const whole = async (path: string) => {
    const { whole, commits } = await verifyFile(path);
    await using source = await openTensors(path);
    return { whole, commits, names: [...source.tensors.keys()] };
  };
  const w = sampleOf("w", "F32", [64]);
  const [mine, other] = [sampleOf("mine", "F32", [2000]), sampleOf("other", "F32", [5000])];

  async function both(): Promise<[string, RyanWriter, RyanWriter]> {
    const path = join(folder(), "m.ryan");
    await writeRyan(path, [w]);
    const append = () => openRyanWriter(path, { append: true });
    return [path, await append(), await append()];
  }

  it("don't touch what the other has committed, neither by adding nor by closing", async () => {
    const [path, one, two] = await both();
    await one.add(mine);
    await one.commit();
    expect(await refusal(two.add(other))).toMatchObject({ code: "ERR_CHANGED" });
    expect(await refusal(two.commit())).toMatchObject({ code: "ERR_CLOSED" });
    await Promise.all([one.close(), two.close()]);
    expect(await whole(path)).toEqual({ whole: true, commits: [2, 1], names: ["w", "mine"] });
  });

  it("don't cut off what the other commits while they add", async () => {
    const [path, one, two] = await both();
    const data = async function* () {
      yield other.data.subarray(0, 8);
      await one.add(mine);
      await one.commit();
      throw new Error("no more");
    };
    await expect(two.add({ ...other, data: data as never })).rejects.toThrow("no more");
    await Promise.all([one.close(), two.close()]);
    expect(await whole(path)).toEqual({ whole: true, commits: [2, 1], names: ["w", "mine"] });
  });

  it("notice that what they have added was cut off by one that was opened since", async () => {
    const [path, one] = await both();
    await one.add(mine);
    await using two = await openRyanWriter(path, { append: true });
    // As if two had been opened during an add: the length is right again.
    await two.close();
    truncateSync(path, one.byteLength);
    await one.add(other);
    expect(await refusal(one.commit())).toMatchObject({ code: "ERR_CHANGED" });
    await one.close();
    expect(await whole(path)).toMatchObject({ whole: true, commits: [1], names: ["w"] });
  });
});

it("adds and commits one after the other, however they are called", async () => {
  const path = join(folder(), "m.ryan");
  const writer = await openRyanWriter(path);
  const names = Array.from({ length: 20 }, (_, i) => `t${i}`);
  const work = names.map((name) => writer.add(sampleOf(name, "F16", [33], name.length)));
  await Promise.all([...work, writer.commit()]);
  await writer.close();
  await writer.close();
  expect(await refusal(writer.commit())).toMatchObject({ code: "ERR_CLOSED" });
  await using source = await openTensors(path);
  expect([...source.tensors.keys()]).toEqual(names);
});

it("starts large chunks at a page, and all others at 64 bytes", async () => {
  const path = join(folder(), "m.ryan");
  const tensors = [
    sampleOf("a", "U8", [262_144]),
    sampleOf("b", "U8", [5]),
    sampleOf("c", "U8", [300_000]),
  ];
  await writeRyan(
    path,
    tensors.map((tensor) => ({ ...tensor, encoding: "raw" as const })),
  );
  await using source = await openTensors(path);
  for (const { byteOffset, byteLength } of source.tensors.values()) {
    expect(byteOffset % (byteLength >= 262_144 ? 4096 : 64)).toBe(0);
  }
});

it("can't append to what isn't RyanFormat, or isn't there", async () => {
  const options = { append: true };
  const path = file("m.ryan", "hello, this is a text and no model at all, of more than 64 bytes!");
  expect(await refusal(openRyanWriter(path, options))).toMatchObject({ code: "ERR_UNRECOGNIZED" });
  const none = join(folder(), "none.ryan");
  expect(await refusal(openRyanWriter(none, options))).toMatchObject({ code: "ERR_FILE" });
});
