// A writer that is killed leaves nothing under the name of the set.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openShards, writeShards } from "../src/index.js";
import { numbered } from "./support/documents.js";
import { testFolder } from "./support/folder.js";

const path = testFolder();
const script = fileURLToPath(new URL("./support/write-forever.ts", import.meta.url));
const start = (...args: string[]) =>
  spawn(process.execPath, ["--import", "tsx", script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });

it.each([1, 3])("leaves nothing that opens when it is killed after shard %i", async (shard) => {
  const folder = path();
  const child = start(folder);
  const ended = once(child, "exit");
  for await (const text of child.stdout.setEncoding("utf8")) {
    if (String(text).split("\n").includes(String(shard))) break;
  }
  child.kill("SIGKILL");
  expect((await ended)[1]).toBe("SIGKILL");
  await expect(openShards(folder)).rejects.toMatchObject({ code: "ENOENT" });
  await writeShards(folder, numbered([3]), { vocabularySize: 3, tokenizer: "t" });
  await using shards = await openShards(folder);
  expect(shards.documents).toBe(1);
});

it("is whole when the process ends by itself", async () => {
  const folder = path();
  const child = start(folder, "250");
  child.stdout.resume();
  expect(await once(child, "exit")).toEqual([0, null]);
  await using shards = await openShards(folder);
  await shards.verify();
  expect(shards.index.tokens).toBe(250_000);
});
