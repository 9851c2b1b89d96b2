import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("support/print-hash.ts", import.meta.url));

it("has the same bits on one thread and on two", async () => {
  const hashes: string[] = [];
  for (const threads of ["1", "2"]) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=@ryanstream/source", "--import", "tsx", script],
      { env: { ...process.env, RYANSTREAM_THREADS: threads } },
    );
    hashes.push(stdout.trim());
  }
  expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(hashes[1]).toBe(hashes[0]);
});
