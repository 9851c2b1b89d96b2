import { FormatError, quoted } from "./errors.js";
import { GGUF_MAGIC } from "./gguf/header.js";
import { openGguf } from "./gguf/open.js";
import { type FileOpener, type ForeignFile, InputFile } from "./input-file.js";
import { type Limits, withDefaults } from "./limits.js";
import { locate } from "./locate.js";
import { OpenFiles } from "./open-files.js";
import { isRyan } from "./ryan/file-header.js";
import { openRyan } from "./ryan/open.js";
import { openSafetensors, openShards } from "./safetensors/open.js";
import { PlainReader } from "./tensor-reader.js";
import { type SourceContents, TensorSource } from "./tensor-source.js";

export interface OpenOptions {
  /** What a file may ask for before it is refused. */
  readonly limits?: Partial<Limits> | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Opens files that aren't on a disk of this machine: `path` and those of shards or parts beside it. All but `map` works
   * with them. Default: paths of this machine.
   */
  readonly openFile?: ((path: string) => Promise<ForeignFile>) | undefined;
  /** The number of a commit of a RyanFormat file; default its newest. */
  readonly commit?: number | undefined;
}

/**
 * Opens a model: a safetensors file, an index of shards, a GGUF file, any part of a split one, a
 * RyanFormat file, or a folder with one of these. What it is shows from its contents, not from its name. Only headers
 * are read, and they are checked whole.
 *
 * @throws FormatError whose `code` says why a file is refused; the signal's reason
 *
 * @example
 * await using source = await openTensors("model.gguf");
 * const embedding = await source.readF32("token_embd.weight", { rows: [0, 10] });
 */
export async function openTensors(path: string, options: OpenOptions = {}): Promise<TensorSource> {
  if (typeof path !== "string" || path === "") {
    throw new FormatError("ERR_ARGUMENT", { expected: "a path", found: typeof path });
  }
  const limits = withDefaults(options.limits);
  options.signal?.throwIfAborted();
  const { openFile: foreign } = options;
  const opener: FileOpener =
    foreign === undefined
      ? (each) => InputFile.open(each)
      : async (each) => InputFile.foreign(each, await foreign(each));
  const file = await opener(foreign === undefined ? await locate(path) : path);
  try {
    return await openFile(file, opener, limits, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(
  file: InputFile,
  opener: FileOpener,
  limits: Limits,
  { signal, commit }: OpenOptions,
): Promise<TensorSource> {
  const head = new Uint8Array(Math.min(16, file.byteLength));
  await file.read(head, 0, signal);
  const view = new DataView(head.buffer);
  if (isRyan(head)) {
    const { contents, reader } = await openRyan(file, limits, commit, signal);
    return new TensorSource(contents, [file], reader);
  }
  if (commit !== undefined) {
    const expected = "a RyanFormat file, since a commit is asked for";
    throw new FormatError("ERR_ARGUMENT", { file: file.path, expected, found: "another" });
  }
  if (head.length >= 4 && view.getUint32(0, true) === GGUF_MAGIC) {
    const { contents, files } = await openGguf(file, opener, limits, signal);
    return plainSource(contents, files);
  }
  // The length of a header is far below 2^48, and JSON has no zero bytes.
  const isSafetensors = head[8] === 0x7b && head[6] === 0 && head[7] === 0;
  const isJson = /^\s*\{/.test(latin1(head)) || file.path.endsWith(".json");
  if (isJson && !isSafetensors) return openIndex(file, opener, limits, signal);
  const foreign = isSafetensors ? undefined : foreignFormat(head);
  if (foreign !== undefined) {
    throw new FormatError("ERR_UNRECOGNIZED", {
      file: file.path,
      offset: 0,
      expected: "safetensors, an index of shards, GGUF, or RyanFormat",
      found: foreign,
    });
  }
  return plainSource(await openSafetensors(file, limits, signal), [file]);
}

const plainSource = (contents: SourceContents, files: readonly InputFile[]): TensorSource =>
  new TensorSource(contents, files, new PlainReader(files));

async function openIndex(
  index: InputFile,
  opener: FileOpener,
  limits: Limits,
  signal: AbortSignal | undefined,
): Promise<TensorSource> {
  const files = new OpenFiles(opener);
  try {
    const contents = await openShards(index, files, limits, signal);
    await index.close();
    return plainSource(contents, files.list);
  } catch (error) {
    await files.close();
    throw error;
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** What else a file is, as far as its first bytes tell. */
function foreignFormat(head: Uint8Array): string | undefined {
  const text = latin1(head);
  if (head.length === 0) return "an empty file";
  if (text.startsWith("PK\x03\x04")) return "a zip archive, such as a PyTorch checkpoint";
  if (text.startsWith("version https:/")) return "a Git LFS pointer: fetch the file itself";
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text)) return "a web page";
  if (text.startsWith("\x89HDF")) return "an HDF5 file";
  if (text.startsWith("\x93NUMPY")) return "a NumPy array";
  if (/^(?:lmgg|fmgg|tjgg|algg)/.test(text)) return "a model of GGML before GGUF";
  if (text.startsWith("FUGG")) return "a GGUF file with its bytes swapped";
  if (head[0] === 0x80 && [2, 3, 4, 5].includes(head[1] as number)) return "a Python pickle";
  if (isText(head)) return `text that begins with ${quoted(text)}`;
  const isLength = head.length < 8 || (head[6] === 0 && head[7] === 0);
  if (isLength || head[8] === 0x7b) return undefined;
  return `a file that begins with the bytes ${Buffer.from(head)
    .toString("hex")
    .replace(/..(?=.)/g, "$& ")}`;
}

/** Never true of a model: the length that a header begins with ends in zero bytes, which no text has. */
function isText(head: Uint8Array): boolean {
  try {
    // A character may be cut where the head ends.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return !/[^\P{Cc}\t\n\f\r]/u.test(text);
  } catch {
    return false;
  }
}
