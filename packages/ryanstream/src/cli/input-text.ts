// A text from an argument, a file or stdin.

import { open } from "node:fs/promises";
import { CliError } from "./errors.js";

/** Longest text that is taken, in bytes. */
const MAX_BYTES = 64 * 2 ** 20;

interface Source {
  /** The argument, which goes first. */
  readonly argument: string | undefined;
  /** A path; `-` is stdin. */
  readonly file?: string | undefined;
  /** What the text is called in messages. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/**
 * The text that a command works on. Of stdin and files, one line end at the end is left out, which editors and `echo`
 * add.
 *
 * @throws CliError `ERR_INPUT` if there is none, it is over 64 MiB or isn't UTF-8; `ERR_USAGE` if it is given twice
 */
export async function inputText({ argument, file, what, signal }: Source): Promise<string> {
  if (argument !== undefined && file !== undefined) {
    throw new CliError("ERR_USAGE", `expected ${what} once, found an argument and --file`);
  }
  if (argument !== undefined) return argument;
  if (file !== undefined && file !== "-") {
    await using handle = await open(file);
    const stream = handle.createReadStream({ signal, autoClose: false });
    return (await textOf(stream, file)).replace(/\r?\n$/, "");
  }
  if (file === undefined && process.stdin.isTTY) {
    throw new CliError(
      "ERR_INPUT",
      `expected ${what} as an argument, found none`,
      `Put it in quotes after the model, or pipe it in.`,
    );
  }
  return (await textOf(process.stdin, "stdin", signal)).replace(/\r?\n$/, "");
}

async function textOf(
  stream: AsyncIterable<Uint8Array> & { destroy(): void },
  where: string,
  signal?: AbortSignal,
): Promise<string> {
  const stop = (): void => stream.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parts: string[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) {
        throw new CliError(
          "ERR_INPUT",
          `${where}: expected at most ${MAX_BYTES} bytes, found more`,
        );
      }
      parts.push(decoder.decode(chunk, { stream: true }));
    }
    parts.push(decoder.decode());
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CliError(
      "ERR_INPUT",
      `${where}: expected text in UTF-8, found other bytes`,
      undefined,
      {
        cause,
      },
    );
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  return parts.join("");
}
