// A process that appends commits to a RyanFormat file, or writes it anew, is killed (SIGKILL) again and again: half of
// the times in the middle of a write, at a byte that is chosen before, else at a random moment. What it had
// committed must be there each time, bit for bit.
//
//   npm run soak:format-kill [-- --kills 200] [--seed 1] [--json]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { openRyanWriter, openTensors, verifyFile } from "@ryanstream/format";
import { tensorsOfCommit, tensorsUpTo } from "./format-kill-contents.js";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const [kills, seed] = [Number(options.kills), Number(options.seed)];
let state = seed >>> 0;
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const child = fileURLToPath(new URL("./format-kill-child.ts", import.meta.url));

/** Runs the child until it is killed; the number of the last commit that it said was done. */
async function killed(path: string, mode: "append" | "create", killAt: number): Promise<number> {
  const args = [
    "--conditions=@ryanstream/source",
    "--import",
    tsx,
    child,
    path,
    mode,
    String(killAt),
  ];
  const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  let timer: NodeJS.Timeout | undefined;
  running.stdout.setEncoding("utf8").on("data", (part: string) => {
    said += part;
    if (killAt === 0) timer ??= setTimeout(() => running.kill("SIGKILL"), random(60));
  });
  const [code, signal] = await once(running, "close");
  clearTimeout(timer);
  if (signal !== "SIGKILL") throw new Error(`the child ended by itself: ${code ?? signal}`);
  return Number(said.trimEnd().split("\n").at(-1));
}

/** The number of a file's newest commit or round, whose data must be as it was written. */
async function checked(path: string, expectedOf: (round: number) => Map<string, Uint8Array>) {
  await using source = await openTensors(path);
  const round = source.metadata.get("round") as number;
  const expected = expectedOf(round);
  if (source.tensors.size !== expected.size) throw new Error(`other tensors in ${round}`);
  for (const [name, data] of expected) {
    if (Buffer.compare(await source.read(name), data) !== 0) {
      throw new Error(`other data of ${name} in ${round}`);
    }
  }
  return round;
}

const place = await mkdtemp(join(tmpdir(), "ryanstream-kill-"));
const counts = { atByte: 0, atMoment: 0, appends: 0, creations: 0, tornTails: 0, lost: 0 };
try {
  let path = await newFile(0);
  let last = 1;
  for (let i = 1; i <= kills; i++) {
    const atByte = i % 2 === 0;
    const mode = i % 4 < 2 ? "append" : "create";
    if (last > 400) [path, last] = [await newFile(i), 1];
    const target = mode === "append" ? path : join(place, "created.ryan");
    const said = await killed(
      target,
      mode,
      atByte ? 1 + random(mode === "append" ? 200_000 : 40_000) : 0,
    );
    counts[atByte ? "atByte" : "atMoment"]++;
    counts[mode === "append" ? "appends" : "creations"]++;
    if (mode === "append") {
      const found = await checked(path, tensorsUpTo);
      if (found < Math.max(last, said)) counts.lost++;
      const report = await verifyFile(path);
      if (!report.whole || report.commits.length !== found) throw new Error("a damaged file");
      if (report.tailBytes > 0) counts.tornTails++;
      last = found;
    } else if (said > 0 || (await readdir(place)).includes("created.ryan")) {
      const found = await checked(
        target,
        (round) =>
          new Map(tensorsOfCommit(round).map(({ name, data }) => [name, data as Uint8Array])),
      );
      if (found < said) counts.lost++;
    }
    if (i % 20 === 0) process.stderr.write(`killed ${i} times, ${counts.lost} lost\n`);
  }
  const result = { kills, seed, ...counts };
  console.log(
    options.json
      ? JSON.stringify(result)
      : `killed ${kills} times (${counts.atByte} at a byte, ${counts.atMoment} at a moment; ${counts.appends} appending, ` +
          `${counts.creations} writing anew; ${counts.tornTails} torn tails): ${counts.lost} commits lost`,
  );
  if (counts.lost > 0) process.exitCode = 1;
} finally {
  await rm(place, { recursive: true, force: true });
}

/** A file with one commit. */
async function newFile(i: number): Promise<string> {
  const path = join(place, `run-${i}.ryan`);
  await using writer = await openRyanWriter(path);
  for (const tensor of tensorsOfCommit(1)) await writer.add(tensor);
  await writer.commit({ round: 1 });
  return path;
}
