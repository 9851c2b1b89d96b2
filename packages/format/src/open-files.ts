// The files of a source while it is being opened: all are closed when any is refused.

import { FormatError } from "./errors.js";
import type { FileOpener, InputFile } from "./input-file.js";
import type { Limits } from "./limits.js";
import type { TensorInfo } from "./tensor-info.js";

/** Headers read at the same time. */
const AT_ONCE = 8;

export class OpenFiles {
  readonly list: InputFile[] = [];

  constructor(private readonly opener: FileOpener) {}

  async open(path: string): Promise<InputFile> {
    const file = await this.opener(path);
    this.list.push(file);
    return file;
  }

  /** Opens all of `paths` and does `work` with each; results and {@link OpenFiles.list} keep their order. */
  async each<T>(
    paths: readonly string[],
    work: (file: InputFile) => Promise<T>,
  ): Promise<readonly T[]> {
    const results: T[] = [];
    for (let i = 0; i < paths.length; i += AT_ONCE) {
      const files: InputFile[] = [];
      for (const path of paths.slice(i, i + AT_ONCE)) files.push(await this.open(path));
      results.push(...(await Promise.all(files.map(work))));
    }
    return results;
  }

  async close(): Promise<void> {
    await Promise.all(this.list.map((file) => file.close()));
  }
}

/** The tensors of several files as one map; a name may be in one of them only. */
export function mergeTensors(
  headers: readonly { readonly tensors: readonly TensorInfo[] }[],
  limits: Limits,
): Map<string, TensorInfo> {
  const all = new Map<string, TensorInfo>();
  for (const info of headers.flatMap(({ tensors }) => tensors)) {
    const other = all.get(info.name);
    if (other !== undefined) {
      throw new FormatError("ERR_SHARDS", {
        file: info.file,
        tensor: info.name,
        offset: info.byteOffset,
        expected: "each tensor in one file",
        found: `it in ${other.file} too`,
      });
    }
    all.set(info.name, info);
  }
  if (all.size > limits.maxTensors) {
    const expected = `at most ${limits.maxTensors} tensors`;
    throw new FormatError("ERR_LIMIT", { expected, found: all.size });
  }
  return all;
}
