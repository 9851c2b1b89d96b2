import { expect, it } from "vitest";
import { FormatError, openRyanWriter, openTensors, verifyFile } from "../../src/index.js";
import { withDefaults } from "../../src/limits.js";
import { RyanWriter } from "../../src/ryan/writer.js";
import { file, refusal } from "../support/files.js";
import { CutOff, MemoryFile } from "../support/memory-file.js";
import { sampleOf } from "../support/tensors.js";
import {
  commitIn,
  expectedOf,
  openBytes,
  threeCommits,
  writeCommits,
} from "../support/three-commits.js";

const limits = withDefaults();

/** Where each commit ends. */
async function endsOf(bytes: Uint8Array): Promise<number[]> {
  const ends: number[] = [];
  for (let length = 0; length <= bytes.length; length += 128) {
    if ((await commitIn(bytes.subarray(0, length))) > ends.length) ends.push(length);
  }
  return ends;
}

it("cut at any byte, opens at the last commit that is whole", async () => {
  const bytes = await threeCommits();
  const ends = await endsOf(bytes);
  expect(ends).toHaveLength(3);
  expect(ends.at(-1)).toBe(bytes.length);
  for (let length = 0; length <= bytes.length; length++) {
    const whole = ends.filter((end) => end <= length).length;
    expect(await commitIn(bytes.slice(0, length))).toBe(whole);
  }
});

it("with any byte changed, has the same data or says where it is damaged", async () => {
  const bytes = await threeCommits();
  const path = file("m.ryan", bytes);
  const outcomes = { same: 0, refused: 0 };
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] as number) ^ (1 << ((at * 5 + (at >> 3)) % 8));
    try {
      await using source = await openBytes(changed);
      expect(source.commit).toEqual({ number: 3, newest: 3 });
      for (const [name, data] of expectedOf(3)) {
        expect(Buffer.compare(await source.read(name), data)).toBe(0);
      }
      outcomes.same++;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      expect(error.file).toBe("m.ryan");
      expect(error.offset).toBeTypeOf("number");
      if (error.code === "ERR_CHUNK" && error.tensor !== undefined) {
        expect(error.message).toMatch(/^m\.ryan, tensor "\w+", chunk \d, byte \d+: /);
      }
      outcomes.refused++;
    }
  }
  // What belongs to earlier commits alone, and what is between the parts.
  expect(outcomes.same).toBeGreaterThan(500);
  expect(outcomes.refused).toBeGreaterThan(500);
  expect((await verifyFile(path)).whole).toBe(true);
});

it.each([0, 1, 2, 3, 4, 5, 6, 7])(
  "never takes an older commit for the newest (bit %i)",
  async (bit) => {
    const bytes = await threeCommits();
    for (let at = bytes.length - 128; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << bit);
      expect(await refusal(openBytes(changed))).toMatchObject({
        code: "ERR_COMMIT",
        offset: bytes.length - 128,
      });
      await using earlier = await openBytes(changed, 2);
      expect(await earlier.read("step")).toEqual(expectedOf(2).get("step"));
    }
  },
);

it("cut while it is written, keeps what was committed and can be added to", async () => {
  const whole = new MemoryFile();
  await writeCommits(whole);
  // Before, in and after each write, and a step that hits all else now and then.
  const cuts = new Set<number>();
  for (const each of whole.writes) for (const near of [-1, 0, 1, 30]) cuts.add(each + near);
  for (let at = 0; at < whole.written; at += 61) cuts.add(at);
  expect(cuts.size).toBeGreaterThan(60);
  for (const limit of cuts) {
    if (limit < 0 || limit >= whole.written) continue;
    const cut = new MemoryFile(limit);
    let committed = 0;
    await writeCommits(cut, (number) => {
      committed = number;
    }).catch((error) => {
      if (!(error instanceof CutOff)) throw error;
    });
    const found = await commitIn(cut.bytes);
    expect(found).toBeGreaterThanOrEqual(committed);
    if (found === 0) continue;
    const again = new MemoryFile();
    again.bytes = cut.bytes;
    const writer = await RyanWriter.append(again, 64, limits, undefined);
    await writer.add(sampleOf("more", "F32", [3]));
    expect(await writer.commit()).toEqual({ number: found + 1, byteLength: again.bytes.length });
    await writer.close();
    await using source = await openBytes(again.bytes);
    expect(source.tensors.has("more")).toBe(true);
    await using before = await openBytes(again.bytes, found);
    expect([...before.tensors.keys()]).toEqual([...expectedOf(found).keys()]);
  }
});

it("isn't taken for another when it lies in a tensor of one, or of itself", async () => {
  const inner = await threeCommits();
  const memory = new MemoryFile();
  memory.bytes = inner.slice();
  const writer = await RyanWriter.append(memory, 1 << 20, limits, undefined);
  const tensor = {
    ...sampleOf("copy", "U8", [inner.length]),
    data: inner,
    encoding: "raw" as const,
  };
  await writer.add(tensor);
  // Cut before the commit: what follows the last one is a copy of the file, records and all.
  const cut = memory.bytes.slice();
  expect(await commitIn(cut)).toBe(3);
  await writer.commit();
  await using source = await openBytes(memory.bytes);
  expect(source.commit?.number).toBe(4);
  expect(await source.read("copy")).toEqual(inner);
});

it("verifies every chunk of every commit", async () => {
  const bytes = await threeCommits();
  const { chunks, whole, commits, tailBytes } = await verifyFile(file("m.ryan", bytes));
  expect({ whole, commits, tailBytes }).toEqual({ whole: true, commits: [3, 2, 1], tailBytes: 0 });
  expect(chunks).toBeGreaterThan(4);
  // Every byte but those between the parts counts for something.
  const missed: number[] = [];
  for (let at = 0; at < bytes.length; at += 17) {
    const changed = bytes.slice();
    changed[at] = (changed[at] as number) ^ 16;
    const path = file("m.ryan", changed);
    const report = await verifyFile(path).catch((error) => {
      expect(error).toMatchObject({ code: "ERR_UNRECOGNIZED" });
      return { whole: false };
    });
    if (report.whole) missed.push(at);
  }
  expect(missed.filter((at) => bytes[at] !== 0)).toEqual([]);
});

it("says which tensors are whole, and in which commit the damage is", async () => {
  const bytes = await threeCommits();
  await using source = await openBytes(bytes);
  const { byteOffset } = source.info("w");
  const changed = bytes.slice();
  changed[byteOffset] = (changed[byteOffset] as number) ^ 1;
  const report = await verifyFile(file("m.ryan", Buffer.concat([changed, Buffer.alloc(77)])));
  expect(report).toMatchObject({ whole: false, hashed: true, tailBytes: 77 });
  expect(report.damage).toMatchObject([
    { code: "ERR_CHUNK", commit: 3, tensor: "w", chunk: 0, offset: byteOffset },
  ]);
  const damaged = report.tensors.filter(({ damagedChunks }) => damagedChunks > 0);
  expect(damaged.map(({ name }) => name)).toEqual(["w"]);
});

it("refuses a commit that isn't there, and one of a file that has none", async () => {
  const bytes = await threeCommits();
  for (const commit of [0, 4, 1.5, -1, Number.NaN]) {
    expect(await refusal(openBytes(bytes, commit))).toMatchObject({ code: "ERR_COMMIT" });
  }
  const path = file("model.safetensors", Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]));
  expect(await refusal(openTensors(path, { commit: 1 }))).toMatchObject({ code: "ERR_ARGUMENT" });
});

it("doesn't add to a file whose newest commit is damaged", async () => {
  const bytes = await threeCommits();
  const at = bytes.length - 60;
  bytes[at] = (bytes[at] as number) ^ 4;
  const path = file("m.ryan", bytes);
  expect(await refusal(openRyanWriter(path, { append: true }))).toMatchObject({
    code: "ERR_COMMIT",
  });
  expect(await refusal(openTensors(path))).toMatchObject({ code: "ERR_COMMIT" });
});
