// One peer, one job, in a process of its own: load, encode a word, encode the warming
// text twice, then each text four times (the first is "fresh", the median of the others
// "repeat") and decode it five times. Times are CPU time of the whole process, so that a
// collector or compiler on another thread counts.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cpu } from "./cpu.js";
import type { Answer, Job, Result } from "./jobs.js";
import { oursOnly } from "./ours-jobs.js";
import { type Ids, type Peer, peers } from "./peers.js";
import { median } from "./rows.js";

const read = (path: string) => readFileSync(path, "utf8");

async function timed<T>(run: () => T | Promise<T>): Promise<[T, number]> {
  const start = cpu();
  const result = run();
  // Most peers are synchronous, and an await would end on another turn.
  const value = result instanceof Promise ? await result : result;
  return [value, cpu() - start];
}

async function times(count: number, run: () => unknown): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) all.push((await timed(run))[1]);
  return all;
}

async function speed(peer: Peer, { warm, texts }: Job): Promise<Result[]> {
  await peer.encode("Hello");
  const warmText = read(warm);
  for (let i = 0; i < 2; i++) await peer.encode(warmText);
  const results: Result[] = [];
  for (const { name, path } of texts) {
    const text = read(path);
    const size = Buffer.byteLength(text) / 1000; // kB per ms is MB per s
    const [ids, fresh] = await timed(() => peer.encode(text));
    const kept = packed(ids);
    const repeat = median(await times(3, () => peer.encode(text)));
    const decode = median(await times(5, () => flat(peer.decode(ids))));
    const { count: counter } = peer;
    const count = counter && size / median(await times(3, () => counter(text)));
    results.push({
      text: name,
      fresh: size / fresh,
      repeat: size / repeat,
      decode: size / decode,
      ...(count === undefined ? {} : { count }),
      ids: ids.length,
      hash: createHash("sha256").update(kept).digest("hex"),
    });
  }
  return results;
}

/** Concatenation leaves a tree of strings behind, whose cost is paid where it is first read. */
function flat(text: string | Promise<string>): unknown {
  return typeof text === "string" ? text.charCodeAt(text.length - 1) : text;
}

/** A copy: what is returned may be a view of a buffer that the next call writes. */
function packed(ids: Ids): Uint8Array {
  return new Uint8Array(Uint32Array.from(ids).buffer);
}

async function runs(peer: Peer, { warm, texts }: Job): Promise<Result[]> {
  await peer.encode(read(warm));
  const results: Result[] = [];
  for (const { name, path, once } of texts) {
    const text = read(path);
    results.push({ text: name, ms: median(await times(once ? 1 : 3, () => peer.encode(text))) });
  }
  return results;
}

async function short(peer: Peer, { warm, texts }: Job): Promise<Result[]> {
  await peer.encode(read(warm));
  const lines = read(texts[0]?.path ?? warm)
    .split("\n\n")
    .filter(Boolean)
    .slice(0, 4000);
  const each = async () => {
    for (const line of lines) {
      const ids = peer.encode(line);
      if (ids instanceof Promise) await ids;
    }
  };
  const [fresh = 0, ...others] = await times(5, each);
  const perCall = 1000 / lines.length;
  return [{ text: "short", fresh: fresh * perCall, repeat: median(others) * perCall }];
}

async function main(job: Job): Promise<Answer> {
  const special = oursOnly[job.mode];
  if (special !== undefined) return special(job);
  const kind = peers[job.peer];
  if (kind === undefined) throw new Error(`no peer ${job.peer}`);
  const [peer, loading] = await timed(() => kind.load(job.files));
  let load = loading;
  // What is made when the first text comes belongs to loading.
  if (job.mode === "load") load += (await timed(() => peer.encode("hello")))[1];
  const jobs = { speed, runs, short } as Record<string, typeof speed>;
  return { load, results: (await jobs[job.mode]?.(peer, job)) ?? [] };
}

console.log(JSON.stringify(await main(JSON.parse(process.argv[2] ?? "{}") as Job)));
