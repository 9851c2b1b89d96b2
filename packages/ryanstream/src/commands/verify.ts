// `ryanstream verify`: whether files are as they were written.

import type { VerifyOptions, VerifyReport } from "@ryanstream/format";
import type { Arguments } from "../cli/arguments.js";
import type { Command } from "../cli/command.js";
import { CliError } from "../cli/errors.js";
import { table } from "../cli/table.js";
import type { Terminal } from "../cli/terminal.js";
import { bytesText, waitText } from "../cli/units.js";
import { visible } from "../cli/visible.js";
import { byteProgress, speedOf } from "../files/byte-progress.js";

/** Rows of a list that are shown without `--all`. */
const ROWS = 24;

export const verifyCommand: Command = {
  name: "verify",
  summary:
    "Reads files whole and says which parts are damaged: of RyanFormat every part of every commit by its hash, of others headers and lengths.",
  positionals: [
    {
      name: "FILE",
      help: "a RyanFormat, safetensors or GGUF file, an index of shards, or a folder with one",
      required: true,
      variadic: true,
    },
  ],
  options: { all: { short: "a", help: "show long lists whole" } },
  examples: [
    ["verify model.ryan", "exit code 0 if all is whole, else 1 and a list"],
    ["verify a.ryan b.ryan --json", "a line of JSON for each"],
  ],
  run,
};

async function run(given: Arguments, terminal: Terminal): Promise<void> {
  const { FormatError, verifyFile } = await import("@ryanstream/format");
  const { signal } = terminal;
  const count = given.positionals.length;
  let damaged = 0;
  for (const [i, path] of given.positionals.entries()) {
    let show: ((done: number) => void) | undefined;
    const start = performance.now();
    const onProgress: VerifyOptions["onProgress"] = ({ bytesDone, bytes }) => {
      show ??= byteProgress(`verifying ${visible(path)}:`, bytes, terminal);
      show(bytesDone);
    };
    if (i > 0 && !terminal.json) await terminal.line();
    const report = await verifyFile(path, { signal, onProgress }).catch((error: unknown) => {
      if (count > 1 && !signal.aborted && error instanceof FormatError) return error;
      throw error;
    });
    terminal.progress.clear();
    if (report instanceof FormatError) {
      // The others are looked at all the same.
      damaged++;
      const { code, message } = report;
      if (terminal.json) await terminal.writeJson({ path, whole: false, error: { code, message } });
      else await terminal.line(`${terminal.style.red("refused")} ${visible(message)} (${code})`);
      continue;
    }
    const seconds = (performance.now() - start) / 1000;
    if (!report.whole) damaged++;
    if (terminal.json) await terminal.writeJson({ ...report, seconds });
    else await terminal.line(reportText(report, seconds, given.has("all"), terminal));
  }
  if (damaged === 0) return;
  throw new CliError(
    "ERR_DAMAGED",
    `${damaged} of ${count} ${count === 1 ? "file is" : "files are"} damaged or can't be read`,
  );
}

function reportText(
  report: VerifyReport,
  seconds: number,
  all: boolean,
  { style }: Terminal,
): string {
  const { dim, bold } = style;
  const { commits, tensors, damage } = report;
  const whole = tensors.filter(({ damagedChunks }) => damagedChunks === 0).length;
  const tensorsText =
    whole === tensors.length ? `${whole}, all whole` : `${whole} of ${tensors.length} whole`;
  const speed = `${bytesText(Math.round(speedOf(report.bytes, seconds)))}/s`;
  const rows = [
    ["format", report.format],
    ["size", bytesText(report.files.reduce((sum, { byteLength }) => sum + byteLength, 0))],
    [
      "read",
      `${bytesText(report.bytes)} in ${report.chunks} parts, in ${waitText(1000 * seconds)}, ${speed}`,
    ],
    ...(commits.length > 0 ? [["commits", commitsText(commits)]] : []),
    ...(tensors.length === 0 && damage.length > 0 ? [] : [["tensors", tensorsText]]),
    ...(report.tailBytes > 0
      ? [["after the last commit", `${bytesText(report.tailBytes)} of a write that was cut off`]]
      : []),
    ["result", verdict(report, style)],
  ];
  const plain = [{ title: "" }, { title: "" }];
  const lines = [
    bold(visible(report.path)),
    ...table(
      plain,
      rows.map(([key = "", value = ""]) => [dim(key), value]),
    ),
  ];
  if (damage.length === 0) return lines.join("\n");
  const most = all ? damage.length : ROWS;
  const columns = [
    { title: "tensor" },
    { title: "part" },
    { title: "byte" },
    { title: "commit" },
    { title: "what is wrong" },
  ];
  const found = damage
    .slice(0, most)
    .map(({ tensor = "", chunk = "", offset = "", commit = "", code, message }) => [
      visible(tensor),
      String(chunk),
      String(offset),
      String(commit),
      `${code}: ${visible(message.replace(/^.*?: expected/su, "expected"))}`,
    ]);
  lines.push("", ...table(columns, found, dim));
  if (damage.length > most)
    lines.push(dim(`… and ${damage.length - most} more (--all shows them)`));
  return lines.join("\n");
}

function verdict({ whole, hashed, damage }: VerifyReport, style: Terminal["style"]): string {
  if (!whole) return style.red(`${damage.length} damaged`);
  return hashed ? style.green("whole") : "all there; the format has no hashes of its data";
}

/** Newest first: a range where none is missing. */
function commitsText(commits: readonly number[]): string {
  const [newest = 0] = commits;
  const oldest = commits.at(-1) ?? 0;
  const count = `${commits.length}`;
  return newest - oldest + 1 === commits.length ? count : `${count} of ${newest}`;
}
