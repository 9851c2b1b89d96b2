// `ryanstream tokenize`: the tokens of a text, or the text of ids.

import type { Tokenizer } from "@ryanstream/tokenizer";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { CliError } from "../cli/errors.js";
import { inputText } from "../cli/input-text.js";
import { table } from "../cli/table.js";
import type { Terminal } from "../cli/terminal.js";
import { visible } from "../cli/visible.js";
import { findTokenizer, hubOptionSpecs, openTokenizer } from "../model/place-options.js";

/** Rows that are made and written at a time. */
const BATCH = 2000;

export const tokenizeCommand: Command = {
  name: "tokenize",
  summary: "Shows the tokens of a text, or the text of ids.",
  positionals: [
    {
      name: "MODEL",
      help: "a GGUF file, tokenizer.json, tokenizer.model, a folder, or a hub id",
      required: true,
    },
    { name: "TEXT", help: "the text, or ids with --ids; default: stdin", required: false },
  ],
  options: {
    file: { short: "f", value: "PATH", help: "take the text from a file" },
    count: { short: "c", help: "only tell how many tokens there are" },
    ids: { help: "TEXT is ids, divided by spaces or commas: show their text" },
    "no-special-tokens": { help: "add none at the beginning and the end" },
    special: {
      value: "HOW",
      help: "special tokens written out in the text: parse (default), text or refuse",
    },
    "skip-special-tokens": { help: "with --ids: leave special tokens out of the text" },
    ...hubOptionSpecs,
  },
  examples: [
    ['tokenize Qwen/Qwen2.5-0.5B "x = 12345"', "ids and tokens"],
    ["tokenize model.gguf --count < book.txt", "how long a text is"],
    ['tokenize model.gguf --ids "9707 11 1879"', "back to text"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const special = given.choice("special", ["parse", "text", "refuse"]);
  const { signal } = terminal;
  const [place, argument] = given.positionals;
  const ids = given.has("ids");
  const text = await inputText({
    argument,
    file: given.text("file"),
    what: ids ? "ids" : "a text",
    signal,
  });
  const wanted = ids ? idsOf(text) : undefined;
  const found = await findTokenizer(place as string, given, terminal);
  const tokenizer = await openTokenizer(found, given, terminal);
  if (wanted !== undefined) return decode(tokenizer, wanted, given, terminal);
  const options = {
    addSpecialTokens: !given.has("no-special-tokens"),
    ...(special === undefined ? {} : { specialTokens: special }),
  };
  if (!given.has("count")) {
    // The file's own truncation is for training; who asks for tokens wants them all.
    const all = { ...options, truncation: false, padding: false } as const;
    return showTokens(tokenizer, tokenizer.encodeIds(text, all), terminal);
  }
  const count = tokenizer.count(text, options);
  if (terminal.json) return terminal.writeJson({ count });
  await terminal.line(String(count));
}

/** @throws CliError `ERR_USAGE` */
function idsOf(text: string): Int32Array {
  const words = text
    .replace(/[[\],]/g, " ")
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  return Int32Array.from(words, (word, i) => {
    const id = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
    if (id < 2 ** 31) return id;
    throw new CliError(
      "ERR_USAGE",
      `--ids: expected whole numbers from 0, found ${JSON.stringify(word.slice(0, 40))} as number ${i + 1}`,
    );
  });
}

async function decode(
  tokenizer: Tokenizer,
  ids: Int32Array,
  given: Arguments,
  terminal: Terminal,
): Promise<void> {
  const skipSpecialTokens = given.has("skip-special-tokens");
  const count = ids.length;
  if (given.has("count")) {
    return terminal.json ? terminal.writeJson({ count }) : terminal.line(String(count));
  }
  const text = tokenizer.decode(ids, { skipSpecialTokens });
  if (terminal.json) return terminal.writeJson({ text, count });
  await terminal.line(text);
}

/** The bytes of a token as text, or in hexadecimal where they are no text by themselves. */
function shownToken(tokenizer: Tokenizer, id: number): string {
  if (tokenizer.isSpecial(id)) return tokenizer.idToToken(id) ?? "";
  const bytes = tokenizer.tokenBytes(id);
  try {
    return visible(
      JSON.stringify(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)),
    );
  } catch {
    return `<${Buffer.from(bytes)
      .toString("hex")
      .replace(/..(?=.)/g, "$& ")}>`;
  }
}

async function showTokens(
  tokenizer: Tokenizer,
  ids: Int32Array,
  terminal: Terminal,
): Promise<void> {
  const count = ids.length;
  if (terminal.json) {
    const tokens = Array.from(ids, (id) => ({
      id,
      token: tokenizer.idToToken(id),
      text: tokenizer.decode([id]),
      special: tokenizer.isSpecial(id),
    }));
    return terminal.writeJson({ count, tokens });
  }
  const { style } = terminal;
  const width = ids.reduce((most, id) => Math.max(most, String(id).length), 0);
  const columns = [{ title: "", align: "right" } as const, { title: "" }];
  for (let at = 0; at < count; at += BATCH) {
    const rows = Array.from(ids.subarray(at, at + BATCH), (id) => {
      const shown = shownToken(tokenizer, id);
      return [
        style.dim(String(id).padStart(width)),
        tokenizer.isSpecial(id) ? style.cyan(visible(shown)) : shown,
      ];
    });
    await terminal.line(table(columns, rows).join("\n"));
  }
  await terminal.line(`${count} ${count === 1 ? "token" : "tokens"}`);
}
