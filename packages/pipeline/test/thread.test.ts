// Batches from a thread of their own: the same as from the caller's, and nothing is left of it.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readlink, rename, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packError, unpackError } from "../src/batches/thread-messages.js";
import {
  type Batch,
  type BatchesOptions,
  batches,
  openShards,
  PipelineError,
  type TokenDocument,
  type TokenShards,
  writeShards,
} from "../src/index.js";
import config from "../tsup.config.js";
import { document, numbered } from "./support/documents.js";
import { testFolder } from "./support/folder.js";
import { MemorySource } from "./support/memory-source.js";

const path = testFolder();
const execute = promisify(execFile);
const options = { seed: 1, batch: 2, length: 16 };

async function shardsOf(documents: readonly TokenDocument[], folder = path()) {
  await writeShards(folder, documents, { vocabularySize: 70_000, tokenizer: "t" });
  return openShards(folder);
}

async function collect(source: TokenShards, options: BatchesOptions): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches(source, options)) all.push(batch);
  return all;
}

/** The shards of a folder that this process has open. */
async function openFiles(folder: string): Promise<number> {
  const links = (await readdir("/proc/self/fd")).map((fd) =>
    readlink(`/proc/self/fd/${fd}`).catch(() => ""),
  );
  return (await Promise.all(links)).filter((link) => link.startsWith(folder)).length;
}

it("gives the same batches as the caller's thread, from any start and for any rank", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(document(70_000, 50), { minLength: 1, maxLength: 40 }),
      fc.record({
        seed: fc.maxSafeNat(),
        batch: fc.constantFrom(2, 4),
        length: fc.integer({ min: 2, max: 40 }),
        prefetch: fc.integer({ min: 0, max: 3 }),
        ranks: fc.constantFrom(1, 2),
      }),
      fc.nat(),
      async (documents, drawn, cut) => {
        await using shards = await shardsOf(documents);
        const options = { ...drawn, rank: drawn.ranks - 1, epochs: 2 };
        const expected = await collect(shards, { ...options, thread: "caller" });
        const run = batches(shards, { ...options, thread: "own" });
        const found: Batch[] = [];
        const stop = cut % (expected.length + 1);
        while (found.length < stop) found.push((await run.next()).value as Batch);
        await run.return();
        const start = run.state();
        found.push(...(await collect(shards, { ...options, start, thread: "own" })));
        expect(found).toEqual(expected);
      },
    ),
    { seed: 20261126, numRuns: 8 },
  ));

it("gives arrays that are the caller's own", async () => {
  await using shards = await shardsOf(numbered(Array(40).fill(20)));
  for await (const { tokens, targets, document, positions } of batches(shards, {
    ...options,
    epochs: 1,
  })) {
    const buffers = [tokens, targets, document, positions].map(({ buffer }) => buffer);
    expect(new Set(buffers).size).toBe(4);
    for (const buffer of buffers) expect(buffer.byteLength).toBe(2 * 16 * 4);
    tokens.fill(0);
  }
});

it("makes as many batches ahead as it may, and tells of an error at the batch that has it", async () => {
  for (const prefetch of [0, 2]) {
    const folder = path();
    await using shards = await shardsOf(numbered(Array(50).fill(16)), folder);
    await using run = batches(shards, { ...options, prefetch });
    await run.next();
    await sleep(300);
    await truncate(join(folder, "shard-00000.bin"), 8);
    for (let step = 1; step <= prefetch; step++) {
      expect((await run.next()).value).toMatchObject({ step });
    }
    const failing = run.next();
    await expect(failing).rejects.toBeInstanceOf(PipelineError);
    await expect(failing).rejects.toMatchObject({
      code: "ERR_TRUNCATED",
      message: expect.stringContaining("shard-00000.bin at byte"),
    });
    expect(run.state().step).toBe(1 + prefetch);
    expect((await run.next()).done).toBe(true);
  }
});

describe("refuses", () => {
  it("shards that are no longer those that were opened", async () => {
    const folder = path();
    await using shards = await shardsOf(numbered([9, 9]), folder);
    await using other = await shardsOf(numbered([9, 8]));
    await rm(folder, { recursive: true });
    await expect(batches(shards, options).next()).rejects.toMatchObject({
      code: "ENOENT",
      syscall: "open",
    });
    await rename(other.folder, folder);
    await expect(batches(shards, options).next()).rejects.toMatchObject({ code: "ERR_CHECKSUM" });
  });

  it("a step that the epoch doesn't have", async () => {
    await using shards = await shardsOf(numbered([9, 9]));
    const run = batches(shards, { ...options, start: { epoch: 0, step: 7 } });
    await expect(run.next()).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
  });

  it("shards that were disposed of, before and between", async () => {
    const shards = await shardsOf(numbered(Array(20).fill(16)));
    const run = batches(shards, { ...options, prefetch: 0 });
    await run.next();
    await shards.dispose();
    await expect(run.next()).rejects.toMatchObject({ code: "ERR_DISPOSED" });
    await expect(batches(shards, options).next()).rejects.toMatchObject({ code: "ERR_DISPOSED" });
  });

  it("a source that a thread can't open, and other words", async () => {
    const source = new MemorySource(numbered([9]));
    for (const thread of ["own", "worker"]) {
      expect(() => batches(source, { ...options, thread: thread as "own" })).toThrow(
        expect.objectContaining({ code: "ERR_ARGUMENT" }),
      );
    }
  });
});

describe("ends its thread", () => {
  const isLinux = process.platform === "linux";

  it.runIf(isLinux)(
    "after a break, a return in the middle, an abort and the last batch",
    async () => {
      const folder = path();
      await using shards = await shardsOf(numbered(Array(50).fill(16)), folder);
      expect(await openFiles(folder)).toBe(1);
      for await (const _ of batches(shards, options)) break;
      expect(await openFiles(folder)).toBe(1);

      const run = batches(shards, options);
      const waiting = run.next();
      await run.return();
      expect(await waiting).toEqual({ done: true, value: undefined });
      expect(await openFiles(folder)).toBe(1);

      const controller = new AbortController();
      const aborted = batches(shards, { ...options, signal: controller.signal });
      await aborted.next();
      const reason = new Error("enough");
      const next = [aborted.next(), aborted.next(), aborted.next(), aborted.next()];
      controller.abort(reason);
      const settled = await Promise.allSettled(next);
      expect(settled.some(({ status }) => status === "rejected")).toBe(true);
      for (const one of settled) if (one.status === "rejected") expect(one.reason).toBe(reason);
      await aborted.return();
      expect(await openFiles(folder)).toBe(1);

      expect(await collect(shards, { ...options, epochs: 1 })).toHaveLength(25);
      expect(await openFiles(folder)).toBe(1);
    },
  );

  it("before it begins when it is aborted then", async () => {
    await using shards = await shardsOf(numbered([9]));
    const reason = new Error("enough");
    const run = batches(shards, { ...options, signal: AbortSignal.abort(reason) });
    await expect(run.next()).rejects.toBe(reason);
  });
});

describe("the built package", () => {
  const script = fileURLToPath(new URL("support/thread-run.mjs", import.meta.url));
  const built = async () => {
    const outdir = path();
    const { entry } = config as { entry: Record<string, string> };
    await build({
      entryPoints: entry,
      absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
      outdir,
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      outExtension: { ".js": ".mjs" },
      external: ["hyparquet"],
    });
    return outdir;
  };
  const run = async (outdir: string, folder: string, how: string) => {
    const entry = pathToFileURL(join(outdir, "index.mjs")).href;
    const { stdout } = await execute(process.execPath, [script, entry, folder, how], {
      timeout: 20_000,
    });
    return stdout.trim();
  };

  it("has the thread's file beside it, gives the same, and says so if it is missing", async () => {
    const folder = path();
    await using shards = await shardsOf(numbered(Array(50).fill(23)), folder);
    const hash = createHash("sha256");
    for (const batch of await collect(shards, { ...options, epochs: 2, thread: "caller" })) {
      for (const array of [batch.tokens, batch.targets, batch.document, batch.positions]) {
        hash.update(array);
      }
    }
    const outdir = await built();
    await rename(join(outdir, "batch-thread.mjs"), join(outdir, "batch-thread.js"));
    expect(await run(outdir, folder, "all")).toBe(hash.digest("hex"));
    expect(await run(outdir, folder, "leave")).toBe("0");
    await rm(join(outdir, "batch-thread.js"));
    expect(await run(outdir, folder, "all")).toBe("ERR_THREAD");
  });
});

it("keeps what an error says when it passes between threads", () => {
  const own = new PipelineError("ERR_FORMAT", "bad byte");
  const back = unpackError(structuredClone(packError(own)));
  expect(back).toBeInstanceOf(PipelineError);
  expect(back).toMatchObject({ code: "ERR_FORMAT", message: "bad byte", stack: own.stack });
  const system = Object.assign(new Error("no file"), { code: "ENOENT", errno: -2, path: "a" });
  expect(unpackError(structuredClone(packError(system)))).toMatchObject({
    code: "ENOENT",
    errno: -2,
    path: "a",
    message: "no file",
  });
  expect(unpackError(packError("just text")).message).toBe("just text");
});
