// Measures what a run costs besides its arithmetic: an empty round trip, an
// operation's overhead, and how long the event loop is kept waiting.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { native } from "@ryanstream/native-kernels";
import { matmulChain, unaryChain } from "../../native/test/support/words.js";
import { median, quantile, type Row } from "./rows.js";

/** A limit that ours must stay under. */
const limit = (name: string, ours: number, most: number, unit: string): Row => ({
  name,
  ours,
  peer: most,
  peerName: "limit",
  unit,
  ratio: most / ours,
  target: 1,
  met: ours <= most,
});

async function runMicroseconds(repeats: number, rounds: number): Promise<number[]> {
  const program = new (native().Program)(unaryChain(repeats, 16), []);
  const dims = Float64Array.of(16);
  const x = new Float32Array(16);
  const y = new Float32Array(16);
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await program.run(dims, [], [x], [y]);
    times.push((performance.now() - start) * 1e3);
  }
  program.dispose();
  return times.slice(rounds >> 2); // after the just-in-time compiler has settled
}

async function loopDelay(): Promise<Row[]> {
  const size = 1024;
  const program = new (native().Program)(matmulChain(60, size), []);
  const x = new Float32Array(size * size);
  const measure = async (work: Promise<unknown>): Promise<[number, number]> => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await work;
    delay.disable();
    // The histogram counts the timer's own millisecond too.
    return [delay.percentile(99) / 1e6 - 1, delay.max / 1e6 - 1];
  };
  const [idle] = await measure(new Promise((resolve) => setTimeout(resolve, 1500)));
  const [p99, max] = await measure(
    program.run(new Float64Array(0), [], [x], [x]).then(() => program.dispose()),
  );
  return [
    { ...limit("event loop delay p99, a long program running", p99, 5, "ms") },
    { name: "event loop delay p99, idle", ours: idle, unit: "ms" },
    { name: "event loop delay max, a long program running", ours: max, unit: "ms" },
  ];
}

export async function runtimeRows(): Promise<Row[]> {
  const empty = await runMicroseconds(0, 20000);
  const small = await runMicroseconds(1, 4000);
  const large = await runMicroseconds(1001, 1000);
  return [
    limit("round trip of an empty program, median", median(empty), 30, "us"),
    { name: "round trip of an empty program, p99", ours: quantile(empty, 0.99), unit: "us" },
    limit("overhead per operation", (median(large) - median(small)) / 1000, 1, "us"),
    ...(await loopDelay()),
  ];
}
