// `ryanstream unpack`: a RyanFormat file as safetensors or GGUF, for other programs.

import type { MetadataInput, TensorSource } from "@ryanstream/format";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { CliError } from "../cli/errors.js";
import type { Terminal } from "../cli/terminal.js";
import { bytesText, waitText } from "../cli/units.js";
import { visible } from "../cli/visible.js";
import { byteProgress, speedOf } from "../files/byte-progress.js";
import { expectFree } from "../files/expect-free.js";

const formats = ["safetensors", "gguf"] as const;
type Format = (typeof formats)[number];

export const unpackCommand: Command = {
  name: "unpack",
  summary:
    "Writes a RyanFormat file as safetensors or GGUF: tensors bit for bit, metadata with its types.",
  positionals: [
    { name: "FILE", help: "a RyanFormat file", required: true },
    { name: "OUT", help: "the file to write: NAME.safetensors or NAME.gguf", required: true },
  ],
  options: {
    format: { value: "NAME", help: "safetensors or gguf; default: what OUT ends with" },
    commit: { value: "N", help: "an earlier commit of the file; default its newest" },
    force: { short: "f", help: "write OUT anew where it exists" },
  },
  examples: [
    ["unpack model.ryan model.safetensors", "for programs that read safetensors"],
    ["unpack model.ryan model.gguf", "for llama.cpp, if it came from a GGUF file"],
    ["unpack run.ryan old.safetensors --commit 3", "what the third commit had"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const [path = "", out = ""] = given.positionals;
  const format = given.choice("format", formats) ?? formatOf(out);
  const commit = given.integer("commit", { min: 1 });
  await expectFree(out, given);
  const { metadataOf, openTensors, tensorsOf, writeGguf, writeSafetensors } = await import(
    "@ryanstream/format"
  );
  const { signal } = terminal;
  await using source = await openTensors(path, { signal, commit });
  const bytes = [...source.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const show = byteProgress("unpacking", bytes, terminal);
  const options = { signal, onProgress: ({ bytesDone }: { bytesDone: number }) => show(bytesDone) };
  const start = performance.now();
  const metadata = metadataOf(source);
  const left = format === "gguf" ? [] : notStrings(source, metadata);
  const files =
    format === "gguf"
      ? await writeGguf(out, tensorsOf(source), { ...options, metadata })
      : await writeSafetensors(out, tensorsOf(source), { ...options, metadata });
  terminal.progress.clear();
  const seconds = (performance.now() - start) / 1000;
  const fileBytes = files.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const bytesPerSecond = Math.round(speedOf(bytes, seconds));
  const tensors = source.tensors.size;
  if (terminal.json) {
    const report = { path: out, format, tensors, bytes, fileBytes, seconds, bytesPerSecond };
    return await terminal.writeJson({ ...report, metadataLeftOut: left });
  }
  const speed = `${waitText(1000 * seconds)}, ${bytesText(bytesPerSecond)}/s`;
  await terminal.line(`${tensors} tensors, ${bytesText(fileBytes)} of ${format}, in ${speed}`);
  if (left.length > 0) {
    terminal.note(
      `left out, since metadata of safetensors is strings: ${left.map(visible).join(", ")}`,
    );
  }
}

function formatOf(path: string): Format {
  const found = formats.find((name) => path.toLowerCase().endsWith(`.${name}`));
  if (found !== undefined) return found;
  throw new CliError(
    "ERR_USAGE",
    `unpack: expected OUT to end with .safetensors or .gguf, found ${visible(path)}`,
    "Or name the format with --format.",
  );
}

/** Takes out of `metadata` what isn't a string, unless it has an obvious text; the keys that are gone. */
function notStrings(
  { metadata: values }: TensorSource,
  metadata: Map<string, MetadataInput>,
): string[] {
  const left: string[] = [];
  for (const [key, value] of values) {
    if (typeof value === "string") continue;
    if (typeof value === "object") {
      metadata.delete(key);
      left.push(key);
    } else metadata.set(key, { type: "string", value: String(value) });
  }
  return left;
}
