// docs/ryanformat.md shows a whole file byte by byte; here it is made.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { dtypes, openTensors } from "../../src/index.js";
import { RyanWriter } from "../../src/ryan/writer.js";
import { foreign, MemoryFile } from "../support/memory-file.js";
import { FILE_ID } from "../support/three-commits.js";

const document = readFileSync(new URL("../../../../docs/ryanformat.md", import.meta.url), "utf8");

async function tinyFile(): Promise<Uint8Array> {
  const file = new MemoryFile();
  const writer = await RyanWriter.create(file, 1 << 20, FILE_ID);
  const data = Float32Array.of(1, 2);
  await writer.add({ name: "w", dtype: "F32", shape: [2], data, encoding: "raw" });
  await writer.commit({ a: "b" });
  await writer.close();
  return file.bytes;
}

/** Sixteen bytes a line, lines of zeros left out, as `hexdump -C` has them. */
function dump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    if (row.every((byte) => byte === 0)) continue;
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = [...row].map((byte) =>
      byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".",
    );
    lines.push(`${at.toString(16).padStart(4, "0")}  ${hex}  ${text.join("")}`);
  }
  return lines;
}

it("the document's dump is the file that it says, byte for byte", async () => {
  const bytes = await tinyFile();
  const block = /```text dump\n(.*?)```/s.exec(document)?.[1] ?? "";
  const shown = block
    .split("\n")
    .filter((line) => /^[0-9a-f]{4} {2}/.test(line))
    .map((line) => line.slice(0, 71).trimEnd());
  expect(shown).toEqual(dump(bytes).map((line) => line.trimEnd()));
  const restored = new Uint8Array(bytes.length);
  for (const line of shown) {
    const row = Buffer.from(line.slice(6, 53).replaceAll(" ", ""), "hex");
    restored.set(row, Number.parseInt(line.slice(0, 4), 16));
  }
  await using source = await openTensors("m.ryan", { openFile: async () => foreign(restored) });
  expect(await source.readF32("w")).toEqual(Float32Array.of(1, 2));
  expect(source.metadata.get("a")).toBe("b");
});

it("the document's table of types is the one that is used", () => {
  const rows = [...document.matchAll(/^\| (\d+) \| (\d+) \| (`.*`) \|$/gm)];
  const shown = rows.flatMap(([, block, blockBytes, names = ""]) =>
    names.split(", ").map((name) => [name.slice(1, -1), Number(block), Number(blockBytes)]),
  );
  const used = Object.entries(dtypes).map(([name, type]) => [name, type.block, type.blockBytes]);
  expect(shown.sort()).toEqual(used.sort());
});
