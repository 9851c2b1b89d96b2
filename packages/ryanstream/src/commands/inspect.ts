// `ryanstream inspect`: what a model file is made of, from its header.

import type { ArraySummary, InspectedValue, Inspection } from "@ryanstream/format";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { table } from "../cli/table.js";
import type { Terminal } from "../cli/terminal.js";
import { bytesText, countText } from "../cli/units.js";
import { cut, visible } from "../cli/visible.js";
import { findHeaders, hubOptionSpecs } from "../model/place-options.js";
import { configIn } from "../model/read-config.js";

/** Rows of a list that are shown without `--all`. */
const ROWS = 24;
const VALUE_WIDTH = 76;

export const inspectCommand: Command = {
  name: "inspect",
  summary:
    "Shows what a model is made of: metadata, tensors, types and sizes. Reads headers only, on the hub too.",
  positionals: [
    {
      name: "MODEL",
      help: "a GGUF, safetensors or RyanFormat file, an index of shards, a folder with one, or a hub id",
      required: true,
    },
  ],
  options: {
    all: { short: "a", help: "show long lists and values whole" },
    tensors: {
      value: "PATTERN",
      help: "only tensors whose name has this in it; * stands for any text",
    },
    ...hubOptionSpecs,
  },
  examples: [
    ["inspect model.gguf", "metadata, types and tensors"],
    ["inspect folder --tensors '*.0.*'", "the first layer's tensors"],
    ["inspect Qwen/Qwen2.5-0.5B", "a model of the hub, without fetching its weights"],
    ["inspect model.gguf --json | jq .bitsPerWeight", "one figure for a script"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const { inspect } = await import("@ryanstream/format");
  const all = given.has("all");
  const { source, folder } = await findHeaders(given.positionals[0] as string, given, terminal);
  await source.close();
  const inspection = inspect(source, { arrayItems: all ? 1000 : 8 });
  const pattern = given.text("tensors");
  const named = pattern === undefined ? undefined : matcher(pattern);
  const tensors = inspection.tensors.filter(({ name }) => named?.test(name) ?? true);
  const config = inspection.format === "safetensors" ? await configIn(folder) : {};
  const shown = { ...inspection, tensors };
  const hasConfig = Object.keys(config).length > 0;
  if (terminal.json && hasConfig) return await terminal.writeJson({ ...shown, config });
  if (terminal.json) return await terminal.writeJson(shown);
  const sections = [
    named === undefined ? overview(shown, terminal) : [],
    named === undefined ? configuration(config, all, terminal) : [],
    named === undefined ? metadata(shown, all, terminal) : [],
    named === undefined ? types(shown, terminal) : [],
    tensorRows(shown, inspection.tensors.length, all, terminal),
  ].filter((lines) => lines.length > 0);
  await terminal.line(sections.map((lines) => lines.join("\n")).join("\n\n"));
}

/** A pattern as an expression: `*` is any text, everything else is itself. */
function matcher(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&"));
  const whole = parts.length > 1;
  // Lazy parts between literals: linear for each part, and names are short.
  const body = parts.join(".*?");
  return new RegExp(whole ? `^${body}$` : body, "su");
}

const plain = [{ title: "" }, { title: "" }];

const heading = (text: string, { style }: Terminal): string => style.bold(text);

function overview({ format, version, files, parameters, ...rest }: Inspection, terminal: Terminal) {
  const size = files.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const rows = [
    ["format", version === undefined ? format : `${format} ${version}`],
    ["size", `${bytesText(size)} in ${files.length} ${files.length === 1 ? "file" : "files"}`],
    ["tensors", String(rest.tensors.length)],
    ["parameters", countText(parameters)],
    ["bits per weight", bitsText(format, rest)],
  ];
  const { dim } = terminal.style;
  const first = visible(files[0]?.path ?? "");
  return [
    heading(first, terminal),
    ...table(
      plain,
      rows.map(([name = "", value = ""]) => [dim(name), value]),
    ),
  ];
}

/** In memory, and in the file where that is something else. */
function bitsText(
  format: Inspection["format"],
  sizes: Omit<Inspection, "format" | "version" | "files" | "parameters">,
) {
  const bits = sizes.bitsPerWeight.toFixed(2);
  return format === "ryan"
    ? `${sizes.fileBitsPerWeight.toFixed(2)} in the file, ${bits} read`
    : bits;
}

const isArray = (value: InspectedValue): value is ArraySummary => typeof value === "object";

function valueText(value: InspectedValue, all: boolean): string {
  if (!isArray(value)) {
    const text = visible(String(value));
    return all ? text : cut(text, VALUE_WIDTH);
  }
  const items = value.first.map((item) => (isArray(item) ? `${item.length} items` : String(item)));
  const more = value.length > items.length ? ", …" : "";
  const text = visible(`[${items.join(", ")}${more}]`);
  const prefix = `${value.length} of ${value.type}: `;
  return prefix + (all ? text : cut(text, Math.max(8, VALUE_WIDTH - prefix.length)));
}

function configuration(
  config: Readonly<Record<string, unknown>>,
  all: boolean,
  terminal: Terminal,
): string[] {
  const entries = Object.entries(config).map(([key, value]): [string, InspectedValue] => [
    key,
    typeof value === "object" ? JSON.stringify(value) : (value as InspectedValue),
  ]);
  return keyed("config.json", entries, all, terminal);
}

const metadata = (inspection: Inspection, all: boolean, terminal: Terminal): string[] =>
  keyed("Metadata", Object.entries(inspection.metadata), all, terminal);

function keyed(
  title: string,
  entries: readonly (readonly [string, InspectedValue])[],
  all: boolean,
  terminal: Terminal,
): string[] {
  if (entries.length === 0) return [];
  const { dim } = terminal.style;
  // Metadata is what people look for, so it is only cut where a file has an absurd amount.
  const most = all ? entries.length : 4 * ROWS;
  const rows = entries
    .slice(0, most)
    .map(([key, value]) => [dim(visible(cut(key, VALUE_WIDTH))), valueText(value, all)]);
  return [
    heading(title, terminal),
    ...table(plain, rows),
    ...more(entries.length - most, terminal),
  ];
}

function types({ dtypes, storedBytes: total }: Inspection, terminal: Terminal): string[] {
  if (dtypes.length === 0) return [];
  const right = { align: "right" } as const;
  const columns = [
    { title: "type" },
    { title: "tensors", ...right },
    { title: "parameters", ...right },
    { title: "size", ...right },
    { title: "share", ...right },
  ];
  const rows = dtypes.map((type) => [
    type.dtype,
    String(type.tensors),
    countText(type.parameters),
    bytesText(type.storedBytes),
    `${((100 * type.storedBytes) / Math.max(1, total)).toFixed(1)} %`,
  ]);
  return [heading("Types", terminal), ...table(columns, rows, terminal.style.dim)];
}

function tensorRows(
  { tensors, format }: Inspection,
  total: number,
  all: boolean,
  terminal: Terminal,
): string[] {
  const right = { align: "right" } as const;
  const isRyan = format === "ryan";
  const columns = [
    { title: "name" },
    { title: "type" },
    ...(isRyan ? [{ title: "stored" }] : []),
    { title: "shape" },
    { title: "parameters", ...right },
    { title: "size", ...right },
    { title: "bits", ...right },
  ];
  const most = all ? tensors.length : ROWS;
  const rows = tensors
    .slice(0, most)
    .map(({ name, dtype, shape, parameters, storedBytes, encoding }) => [
      visible(all ? name : cut(name, VALUE_WIDTH)),
      dtype,
      ...(isRyan ? [encoding] : []),
      `[${shape.join(", ")}]`,
      countText(parameters),
      bytesText(storedBytes),
      parameters === 0 ? "" : ((8 * storedBytes) / parameters).toFixed(2),
    ]);
  const title = tensors.length === total ? "Tensors" : `${tensors.length} of ${total} tensors`;
  return [
    heading(title, terminal),
    ...table(columns, rows, terminal.style.dim),
    ...more(tensors.length - most, terminal),
  ];
}

const more = (count: number, { style }: Terminal): string[] =>
  count > 0 ? [style.dim(`… and ${count} more (--all shows them)`)] : [];
