// On every instruction set and on any number of threads, a session's logits have the same
// bits whatever way its tokens came: a process each, since both are chosen once.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../../models/test/support/checkpoint.js";
import { instructionSets } from "../../models/test/support/instruction-sets.js";
import { forms, writeForms } from "./support/held-forms.js";

const THREADS = [1, 2, 3];
/** More threads than cores are slow where these are shared with others. */
const TIMEOUT = 300_000;
const script = fileURLToPath(new URL("./support/print-session-bits.ts", import.meta.url));

interface Printed {
  readonly isa: string;
  readonly threads: number;
  readonly hashes: Readonly<Record<string, string>>;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeForms(folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

async function printed(isa: string, threads: number): Promise<Printed> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--conditions=@ryanstream/source", script, folder.path],
    { env: { ...process.env, RYANSTREAM_ISA: isa, RYANSTREAM_THREADS: String(threads) } },
  );
  return JSON.parse(stdout) as Printed;
}

it.each(instructionSets())(
  "%s gives the same bits on 1, 2 and 3 threads, in every form of weights",
  async (isa) => {
    const runs: Printed[] = [];
    for (const threads of THREADS) runs.push(await printed(isa, threads));
    expect(runs.map(({ isa, threads }) => [isa, threads])).toEqual(THREADS.map((n) => [isa, n]));
    const names = forms.map(({ name }) => name);
    expect(Object.keys(runs[0]?.hashes ?? {})).toEqual(names);
    for (const { hashes } of runs) expect(hashes).toEqual(runs[0]?.hashes);
    // Each form has weights of its own.
    expect(new Set(Object.values(runs[0]?.hashes ?? {})).size).toBe(names.length);
  },
  TIMEOUT,
);
