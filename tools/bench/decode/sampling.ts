// What ours and the peer measure in their own processes, in the same way.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** Ids of a prompt, other ones for other seeds. */
export const promptOf = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => 300 + ((i * 7919 + seed * 104729) % 100000));

export interface Sample {
  /** Tokens a second. */
  readonly rate: number;
  /** What this process had of its cores meanwhile. */
  readonly share: number;
}

async function sample(threads: number, tokens: number, work: Promise<void>): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work;
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: tokens / seconds, share: (user + system) / 1e6 / seconds / threads };
}

/** Peak and present resident memory in bytes. */
function memory() {
  const status = readFileSync("/proc/self/status", "utf8");
  const field = (name: string) =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return { peak: field("VmHWM"), resident: field("VmRSS") };
}

/** An engine with a model that is loaded. Decoding is greedy, of `count` tokens after a prompt. */
export interface MeasuredEngine {
  /** Milliseconds from the start of the process. */
  readonly loaded: number;
  readonly firstToken: number;
  /** Bytes of keys and values. */
  readonly kvBytes?: number;
  readonly weightBytes?: number;
  prompt(tokens: number[]): Promise<void>;
  decode(tokens: number[], count: number): Promise<void>;
  together(sequences: number, promptLength: number, count: number): Promise<void>;
}

/** What a process prints. */
export interface Result {
  readonly prompt: readonly Sample[];
  readonly decode: readonly Sample[];
  readonly together: readonly Sample[];
  readonly firstToken: number;
  readonly loaded: number;
  readonly kvBytes?: number;
  readonly peak: number;
  readonly resident: number;
}

/**
 * Decodes whenever a line with a number of tokens comes in, and prints a {@link Sample} as a line of JSON; first the bytes
 * of the weights. Engines that take turns so are measured side by side.
 */
export async function serve(engine: MeasuredEngine, threads: number): Promise<void> {
  console.log(JSON.stringify({ weightBytes: engine.weightBytes ?? 0 }));
  for await (const line of createInterface({ input: process.stdin })) {
    const count = Number(line);
    console.log(JSON.stringify(await sample(threads, count, engine.decode(promptOf(8, 1), count))));
  }
}

/** Measures an engine and prints a {@link Result} as a line of JSON. */
export async function measure(
  engine: MeasuredEngine,
  { threads, samples }: { readonly threads: number; readonly samples: number },
): Promise<void> {
  const { loaded, firstToken, kvBytes } = engine;
  const [prompt, decode, together]: Sample[][] = [[], [], []];
  for (let i = 0; i < samples; i++) {
    prompt?.push(await sample(threads, 512, engine.prompt(promptOf(512, i))));
    decode?.push(await sample(threads, 32, engine.decode(promptOf(8, i), 32)));
    together?.push(await sample(threads, 8 * 16, engine.together(8, 8, 16)));
  }
  const found = { prompt, decode, together, loaded, firstToken, kvBytes, ...memory() };
  console.log(`RESULT ${JSON.stringify(found)}`);
}
