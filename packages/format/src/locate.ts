// Which file of a folder is its model.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "./errors.js";

/** In the order of preference: a name that is there, or else the only one of a kind. */
const KINDS: readonly { readonly usual?: string; readonly pattern: RegExp }[] = [
  { usual: "model.safetensors.index.json", pattern: /\.safetensors\.index\.json$/ },
  { usual: "model.safetensors", pattern: /\.safetensors$/ },
  { usual: "model.ryan", pattern: /\.ryan$/ },
  { pattern: /(?<!-\d{5}-of-\d{5})\.gguf$|-00001-of-\d{5}\.gguf$/ },
];

/**
 * The file to open for a path: itself, or the model in a folder.
 *
 * @throws FormatError `ERR_FILE`, `ERR_UNRECOGNIZED` for a folder without a model, `ERR_AMBIGUOUS`
 * for one with several
 */
export async function locate(path: string): Promise<string> {
  const status = await stat(path).catch((cause: Error) => {
    const expected = "a file or a folder";
    throw new FormatError("ERR_FILE", { file: path, expected, found: cause.message, cause });
  });
  if (!status.isDirectory()) return path;
  const names = (await readdir(path)).filter((name) => !name.startsWith(".")).sort();
  for (const { usual } of KINDS) {
    if (usual !== undefined && names.includes(usual)) return join(path, usual);
  }
  for (const { pattern } of KINDS) {
    const found = names.filter((name) => pattern.test(name));
    const [only] = found;
    if (found.length === 1 && only !== undefined) return join(path, only);
    if (found.length > 1) {
      throw new FormatError("ERR_AMBIGUOUS", {
        file: path,
        expected: "one model, or the path of the file meant",
        found: found.slice(0, 8).join(", ") + (found.length > 8 ? ", …" : ""),
      });
    }
  }
  throw new FormatError("ERR_UNRECOGNIZED", {
    file: path,
    expected: "a safetensors index, a safetensors, RyanFormat or GGUF file in the folder",
    found: `none among ${names.length} files`,
  });
}
