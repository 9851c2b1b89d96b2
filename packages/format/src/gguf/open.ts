import type { FileOpener, InputFile } from "../input-file.js";
import type { Limits } from "../limits.js";
import { mergeTensors, OpenFiles } from "../open-files.js";
import type { SourceContents } from "../tensor-source.js";
import { type GgufHeader, readGgufHeader } from "./header.js";
import { checkSplits, splitCount, splitPaths } from "./split.js";

/** Reads a GGUF file, and the other parts where it is one of several. */
export async function openGguf(
  file: InputFile,
  opener: FileOpener,
  limits: Limits,
  signal?: AbortSignal,
): Promise<{ readonly contents: SourceContents; readonly files: readonly InputFile[] }> {
  const header = await readGgufHeader(file, limits, signal);
  const count = splitCount(header, file.path, limits);
  if (count === 1) return { contents: contentsOf([header], limits), files: [file] };

  const { paths, own } = splitPaths(file.path, count);
  const others = new OpenFiles(opener);
  try {
    const rest = paths.filter((_, i) => i !== own);
    const headers = [...(await others.each(rest, (part) => readGgufHeader(part, limits, signal)))];
    headers.splice(own, 0, header);
    checkSplits(headers, paths);
    const opened = [...others.list];
    opened.splice(own, 0, file);
    return { contents: contentsOf(headers, limits), files: opened };
  } catch (error) {
    await others.close();
    throw error;
  }
}

/** The first part has the model's metadata; what says how it was cut is left out. */
function contentsOf(headers: readonly GgufHeader[], limits: Limits): SourceContents {
  const first = headers[0] as GgufHeader;
  const metadata = new Map(first.metadata);
  const metadataTypes = new Map(first.metadataTypes);
  for (const key of ["split.no", "split.count", "split.tensors.count"]) {
    metadata.delete(key);
    metadataTypes.delete(key);
  }
  return {
    format: "gguf",
    version: first.version,
    metadata,
    metadataTypes,
    tensors: mergeTensors(headers, limits),
    dataOffsets: headers.map(({ dataOffset }) => dataOffset),
  };
}
