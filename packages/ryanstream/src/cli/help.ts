// The texts of --help.

import { type Command, commonOptions, type OptionSpecs } from "./command.js";
import type { Style } from "./style.js";
import { table } from "./table.js";

export interface CommandSummary {
  readonly name: string;
  readonly summary: string;
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join("\n");

const columns = [{ title: "" }, { title: "" }];

/** The text of `ryanstream --help`. */
export function programHelp(commands: readonly CommandSummary[], style: Style): string {
  const rows = commands.map(({ name, summary }) => [style.cyan(name), summary]);
  return `Runs language models on this machine.

${style.bold("Usage:")} ryanstream COMMAND [options]

${style.bold("Commands:")}
${indented(table(columns, rows))}

${style.bold("Options:")}
${indented(
  table(columns, [
    ["-h, --help", "show this text; after a command, that command's"],
    ["-v, --version", "show the version"],
  ]),
)}

${style.bold("Examples:")}
  ryanstream chat Qwen/Qwen2.5-0.5B-Instruct
  ryanstream generate model.gguf "Two plus two is" --max-tokens 8
  ryanstream inspect Qwen/Qwen2.5-0.5B
  ryanstream generate --help

MODEL is a GGUF or RyanFormat file, a folder of Hugging Face's files, or a hub id: owner/name,
owner/name:FILE.gguf, or a part of the file's name as in owner/name:Q8_0.

${style.bold("Environment:")}
${indented(
  table(columns, [
    ["HF_HOME", "holds fetched models, in hub; default ~/.cache/huggingface"],
    ["HF_TOKEN", "opens private and gated repositories"],
    ["HF_HUB_OFFLINE", "1 uses only what is on disk"],
    ["RYANSTREAM_THREADS", "threads; default: the processor's cores"],
  ]),
)}
`;
}

function optionRows(specs: OptionSpecs, style: Style): string[][] {
  return Object.entries(specs).map(([name, { value, short, help }]) => {
    const long = `--${name}${value === undefined ? "" : ` ${value}`}`;
    return [style.cyan(short === undefined ? `    ${long}` : `-${short}, ${long}`), help];
  });
}

/** The text of `ryanstream COMMAND --help`. */
export function commandHelp(command: Command, style: Style): string {
  const { name, summary, positionals, options, examples } = command;
  const usage = positionals.map(({ name, required, variadic }) => {
    const text = variadic === true ? `${name}…` : name;
    return required ? text : `[${text}]`;
  });
  const own = positionals.map((each) => [style.cyan(each.name), each.help]);
  const rows = optionRows({ ...options, ...commonOptions }, style);
  return `${summary}

${style.bold("Usage:")} ryanstream ${[name, ...usage, "[options]"].join(" ")}

${indented(table(columns, own))}

${style.bold("Options:")}
${indented(table(columns, rows))}

${style.bold("Examples:")}
${examples.map(([line, what]) => `  ${style.dim(`# ${what}`)}\n  ryanstream ${line}`).join("\n")}
`;
}
