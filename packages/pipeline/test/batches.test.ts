// What is in a batch, and that it depends on nothing but seed, epoch and step.

import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Batch,
  type BatchesOptions,
  batches,
  openShards,
  summarizeEpoch,
  type TokenDocument,
  type TokenSource,
  writeShards,
} from "../src/index.js";
import { document, numbered } from "./support/documents.js";
import { testFolder } from "./support/folder.js";
import { MemorySource } from "./support/memory-source.js";

const path = testFolder();
const settings = { seed: 20261126, numRuns: 150 };
const PAD = 2 ** 31 - 1;

async function collect(source: TokenSource, options: BatchesOptions): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches(source, options)) all.push(batch);
  return all;
}

/** Documents with loss runs, every token of which is another number. */
const documents = fc
  .array(fc.oneof(document(9, 6), document(9, 50)), { maxLength: 40 })
  .map((drawn) => {
    const distinct = numbered(drawn.map(({ tokens }) => tokens.length));
    return drawn.map(
      ({ loss }, i): TokenDocument => ({ tokens: distinct[i]?.tokens ?? new Int32Array(), loss }),
    );
  });
const options = fc.record({
  seed: fc.maxSafeNat(),
  batch: fc.integer({ min: 1, max: 4 }),
  length: fc.integer({ min: 2, max: 40 }),
  window: fc.integer({ min: 1, max: 30 }),
  maxPadding: fc.constantFrom(0, 0.1, 1),
});

it("has every token as an input once, and its target, document and position by their definition", () =>
  fc.assert(
    fc.asyncProperty(documents, options, async (documents, options) => {
      const owner = documents.flatMap(({ tokens }, d) =>
        Array.from(tokens, (_, i) => [d, i] as const),
      );
      const seen = new Uint8Array(owner.length);
      const target = (token: number) => {
        const [d, i] = owner[token] as readonly [number, number];
        const { tokens, loss } = documents[d] as TokenDocument;
        const has =
          loss === undefined || loss.some(([start, end]) => i + 1 >= start && i + 1 < end);
        return i + 1 < tokens.length && has ? token + 1 : -1;
      };
      const run = await collect(new MemorySource(documents), {
        ...options,
        epochs: 1,
        padToken: PAD,
      });
      for (const [step, batch] of run.entries()) {
        expect([batch.epoch, batch.step]).toEqual([0, step]);
        expect([batch.rows, batch.length]).toEqual([options.batch, options.length]);
        expect(batch.tokens.length).toBe(options.batch * options.length);
        let [loss, padding] = [0, 0];
        for (const [at, token] of batch.tokens.entries()) {
          const first = at % options.length === 0;
          const [id, place] = [batch.document[at] as number, batch.positions[at] as number];
          const [lastId, lastPlace] = first
            ? [-1, 0]
            : [batch.document[at - 1] as number, batch.positions[at - 1] as number];
          if (token === PAD) {
            padding++;
            expect([id, place, batch.targets[at]]).toEqual([-1, 0, -1]);
            continue;
          }
          seen[token] = (seen[token] as number) + 1;
          expect(batch.targets[at]).toBe(target(token));
          if (batch.targets[at] !== -1) loss++;
          // One goes on in the same document, or a new one begins; padding is at the end of a row.
          if (!first) expect(lastId).not.toBe(-1);
          if (place > 0) {
            expect([id, place]).toEqual([lastId, lastPlace + 1]);
            expect(batch.tokens[at - 1]).toBe(token - 1);
          } else expect(id).toBe(first ? 0 : lastId + 1);
        }
        expect([batch.lossTokens, batch.padding]).toEqual([loss, padding]);
      }
      expect(seen.every((count) => count === 1)).toBe(true);
      const { steps } = await summarizeEpoch(new MemorySource(documents), options);
      expect(run.length).toBe(steps);
    }),
    settings,
  ));

it("is the same when it resumes at any step, whatever is read ahead and in whatever order", () =>
  fc.assert(
    fc.asyncProperty(
      documents,
      options,
      fc.integer({ min: 0, max: 5 }),
      fc.nat(),
      fc.infiniteStream(fc.nat(3)),
      async (documents, options, prefetch, cut, random) => {
        const whole = await collect(new MemorySource(documents), {
          ...options,
          epochs: 2,
          prefetch: 0,
        });
        const slow = new MemorySource(documents, async () => {
          for (let turns = random.next().value; turns > 0; turns--) await Promise.resolve();
        });
        const run = batches(slow, { ...options, epochs: 2, prefetch });
        const parts: Batch[] = [];
        const stop = whole.length === 0 ? 0 : cut % (whole.length + 1);
        while (parts.length < stop) parts.push((await run.next()).value as Batch);
        const start = JSON.parse(JSON.stringify(run.state()));
        await run.return();
        parts.push(...(await collect(slow, { ...options, epochs: 2, prefetch, start })));
        expect(parts).toEqual(whole);
      },
    ),
    settings,
  ));

it("is the same for any number of readers: each gets its rows of the batch", () =>
  fc.assert(
    fc.asyncProperty(
      documents,
      options,
      fc.integer({ min: 1, max: 3 }),
      async (documents, options, ranks) => {
        const shared = { ...options, batch: options.batch * ranks, epochs: 1 };
        const whole = await collect(new MemorySource(documents), shared);
        const parts: Batch[][] = [];
        for (let rank = 0; rank < ranks; rank++) {
          parts.push(await collect(new MemorySource(documents), { ...shared, rank, ranks }));
        }
        for (const [step, batch] of whole.entries()) {
          for (const name of ["tokens", "targets", "document", "positions"] as const) {
            expect(parts.flatMap((part) => [...(part[step]?.[name] ?? [])])).toEqual([
              ...batch[name],
            ]);
          }
          expect(parts.reduce((sum, part) => sum + (part[step]?.lossTokens ?? 0), 0)).toBe(
            batch.lossTokens,
          );
        }
      },
    ),
    settings,
  ));

it("reads shards as it reads documents in memory", async () => {
  const lengths = Array.from({ length: 60 }, (_, i) => (i * 37) % 101);
  const folder = path();
  const documents = numbered(lengths);
  await writeShards(folder, documents, {
    vocabularySize: 70_000,
    tokenizer: "t",
    tokensPerShard: 500,
  });
  await using shards = await openShards(folder);
  const options = { seed: 3, batch: 4, length: 32, epochs: 2 };
  expect(await collect(shards, options)).toEqual(
    await collect(new MemorySource(documents), options),
  );
});

it("has another order in another epoch and with another seed", async () => {
  const source = new MemorySource(numbered(Array(100).fill(7)));
  const order = async (seed: number) => {
    const run = await collect(source, { seed, batch: 1, length: 7, epochs: 2 });
    return [0, 1].map((epoch) =>
      run
        .filter((batch) => batch.epoch === epoch)
        .map(({ tokens }) => tokens[0])
        .join(),
    );
  };
  expect(new Set([...(await order(1)), ...(await order(2))]).size).toBe(4);
});

describe("reading ahead", () => {
  const options = { seed: 1, batch: 1, length: 8 };
  const source = () => new MemorySource(numbered(Array(50).fill(8)));

  it("goes on while the caller works, and no further than it may", async () => {
    for (const prefetch of [0, 1, 4]) {
      const counted = source();
      await using run = batches(counted, { ...options, prefetch });
      await run.next();
      await sleep(5);
      expect(counted.reads).toBe(1 + prefetch);
      await run.next();
      await sleep(5);
      expect(counted.reads).toBe(2 + prefetch);
    }
  });

  it("gives batches in order to calls that don't wait for each other", async () => {
    const run = batches(source(), { ...options, epochs: 1 });
    const results = await Promise.all(Array.from({ length: 52 }, () => run.next()));
    const steps = results.map(({ value }) => value?.step);
    expect(steps).toEqual([...Array(50).keys(), undefined, undefined]);
    expect(run.state()).toMatchObject({ epoch: 0, step: 50 });
  });

  it("tells of an error at the batch that has it, and then ends", async () => {
    const failing = source();
    const read = failing.read.bind(failing);
    failing.read = (...range) =>
      failing.reads === 3 ? Promise.reject(new Error("broken")) : read(...range);
    const run = batches(failing, { ...options, prefetch: 3 });
    for (let i = 0; i < 3; i++) expect((await run.next()).value?.step).toBe(i);
    await expect(run.next()).rejects.toThrow("broken");
    expect(run.state().step).toBe(3);
    expect((await run.next()).done).toBe(true);
  });

  it("stops when it is aborted: before, between batches and while it waits", async () => {
    const reason = new Error("enough");
    await expect(
      batches(source(), { ...options, signal: AbortSignal.abort(reason) }).next(),
    ).rejects.toBe(reason);
    const between = new AbortController();
    const run = batches(source(), { ...options, signal: between.signal });
    await run.next();
    between.abort(reason);
    await expect(run.next()).rejects.toBe(reason);
    expect(run.state().step).toBe(1);
    const during = new AbortController();
    const slow = new MemorySource(numbered([8]), () => sleep(5));
    const waiting = batches(slow, { ...options, signal: during.signal }).next();
    setTimeout(() => during.abort(reason), 1);
    await expect(waiting).rejects.toBe(reason);
  });

  it("ends at once while it plans its way to the start", async () => {
    const many = new MemorySource([]);
    many.lengths = () => new Uint32Array(3_000_000).fill(5);
    const run = batches(many, { ...options, start: { epoch: 0, step: 1_000_000_000 } });
    const waiting = run.next();
    await sleep(20);
    const asked = performance.now();
    await run.return();
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it("reads nothing any more after an early break", async () => {
    const counted = new MemorySource(numbered(Array(50).fill(8)), () => sleep(1));
    for await (const _ of batches(counted, options)) break;
    const { reads } = counted;
    await sleep(10);
    expect(counted.reads).toBe(reads);
  });
});

describe("refuses", () => {
  const source = new MemorySource(numbered([9, 9]));
  const options = { seed: 1, batch: 2, length: 8 };

  it.each([
    { prefetch: -1 },
    { epochs: 0.5 },
    { ranks: 3 },
    { batch: 3, ranks: 2 },
    { ranks: 2, rank: 2 },
    { padToken: -1 },
  ])("%j", (wrong) => {
    expect(() => batches(source, { ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: "ERR_ARGUMENT" }),
    );
  });

  it("a state from other data or options", () => {
    const state = batches(source, options).state();
    const other = new MemorySource(numbered([9, 8]));
    for (const [from, changed] of [
      [other, options],
      [source, { ...options, seed: 2 }],
      [source, { ...options, length: 9 }],
    ] as const) {
      expect(() => batches(from, { ...changed, start: state })).toThrow(
        expect.objectContaining({ code: "ERR_ARGUMENT" }),
      );
    }
    batches(source, { ...options, prefetch: 0, ranks: 2, start: state });
  });

  it("a step that the epoch doesn't have", async () => {
    const { steps } = await summarizeEpoch(source, options);
    const next = (step: number) =>
      batches(source, { ...options, start: { epoch: 0, step } }).next();
    expect((await next(steps)).value).toMatchObject({ epoch: 1, step: 0 });
    await expect(next(steps + 1)).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
  });
});

it("ends at once without tokens", async () => {
  expect(await collect(new MemorySource(numbered([0])), { seed: 1, batch: 1, length: 8 })).toEqual(
    [],
  );
});
