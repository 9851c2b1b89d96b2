// Folders that go away with the test, and files of exactly these bytes.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { FormatError } from "../../src/index.js";

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "ryanstream-format-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function file(name: string, bytes: Uint8Array | string, at = folder()): string {
  const path = join(at, name);
  writeFileSync(path, bytes);
  return path;
}

export const golden = (name: string): string =>
  fileURLToPath(new URL(`../golden/${name}`, import.meta.url));

export const goldenJson = () => JSON.parse(readFileSync(golden("expected.json"), "utf8"));

/** A safetensors file with this header, whatever it says, and data of `bytes` zeros. */
export function safetensorsBytes(header: unknown, bytes = 0): Uint8Array {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const all = Buffer.alloc(8 + json.length + bytes);
  all.writeBigUInt64LE(BigInt(json.length));
  json.copy(all, 8);
  return all;
}

/** The error that a promise is rejected with, which must be a FormatError. */
export async function refusal(work: Promise<unknown> | (() => unknown)): Promise<FormatError> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("expected a FormatError, found no error");
}
