// The tokenizer of a model, wherever its files have it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tokenizer } from "@ryanstream/tokenizer";

type LoadOptions = Parameters<typeof Tokenizer.load>[1];

/**
 * Loads the tokenizer at a place that `resolveModel` gave: as `Tokenizer.load`, and from the metadata of a RyanFormat file
 * that was made of a GGUF file.
 *
 * @throws TokenizerError; FormatError
 *
 * @example
 * const { path, tokenizer } = await resolveModel("model.ryan");
 * const tokens = (await loadTokenizer(tokenizer)).encodeIds("Two plus two is");
 */
export async function loadTokenizer(place: string, options?: LoadOptions): Promise<Tokenizer> {
  const { Tokenizer } = await import("@ryanstream/tokenizer");
  if (!/\.ryan$/i.test(place)) return await Tokenizer.load(place, options);
  const { metadataOf, openTensors, writeGguf } = await import("@ryanstream/format");
  const folder = await mkdtemp(join(tmpdir(), "ryanstream-tokenizer-"));
  try {
    await using source = await openTensors(place);
    const entries = [...metadataOf(source)].filter(([key]) => key.startsWith("tokenizer."));
    const path = join(folder, "tokenizer.gguf");
    await writeGguf(path, [], { metadata: entries });
    return await Tokenizer.load(path, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
