// The command line at a terminal of its own, which `script` of util-linux makes.

import { spawn, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { useCli } from "./support/cli.js";
import { useTinyModel, writeTinyGguf } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();
const kernels = fileURLToPath(
  new URL("../../../native/build/Release/kernels.node", import.meta.url),
);
const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes(
  "util-linux",
);
if (!hasScript) console.log("skipped: terminals, for want of util-linux's script");

/** A step waits until these texts have been written in this order since the last one, then types. */
type Steps = readonly (readonly [seen: readonly string[], keys: string])[];

function hasSeen(texts: readonly string[], all: string): boolean {
  let at = 0;
  return texts.every((text) => {
    const found = all.indexOf(text, at);
    at = found + Math.max(1, text.length);
    return found >= 0 && at <= all.length;
  });
}

async function atTerminal(words: readonly string[], steps: Steps = []) {
  const quoted = [process.execPath, cli.entry, ...words].map((word) => `'${word}'`).join(" ");
  const { NO_COLOR: _, FORCE_COLOR: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  const env = { RYANSTREAM_KERNELS_PATH: kernels, ...inherited, TERM: "xterm", SHELL: "/bin/sh" };
  // The state of the terminal is told at the end, by whether it still echoes. The shell gets Ctrl-C
  // too: without a trap some shells end there and then, and tell nothing.
  const shell = `trap : INT; ${quoted}; code=$?; stty -a | grep -o -- '-\\?icanon\\|-\\?echo '; exit $code`;
  const child = spawn("script", ["-qec", shell, "/dev/null"], { env, cwd: tiny.folder });
  let all = "";
  let since = "";
  const rest = [...steps];
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    all += part;
    since += part;
    const [next] = rest;
    if (next === undefined || !hasSeen(next[0], since)) return;
    rest.shift();
    since = "";
    child.stdin.write(next[1]);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(rest).toEqual([]);
  return { code, output: all };
}

/** Twenty of anything. */
const letters = Array(20).fill("");
const sane = /(?<!-)icanon\s+echo/;

describe.skipIf(!hasScript)("at a terminal", () => {
  it("help has colours, unless they are not wanted", async () => {
    expect((await atTerminal(["--help"])).output).toContain("\x1b[1m");
    expect((await atTerminal(["--help", "--no-color"])).output).not.toContain("\x1b");
  });

  it("progress is one line that goes away", async () => {
    const { code, output } = await atTerminal(["generate", tiny.gguf, "Hello", "-m", "4"]);
    expect(code).toBe(0);
    const parts = output.split("\r\x1b[K");
    expect(parts.slice(1, -1).every((part) => /^((loading|reading) .*)?$/.test(part))).toBe(true);
    expect(parts.length).toBeGreaterThan(2);
    const quiet = await atTerminal(["generate", tiny.gguf, "Hello", "-m", "4", "--quiet"]);
    expect(quiet.output).not.toContain("\x1b[K");
  });

  it("progress tells how far a long prompt is read", async () => {
    const model = join(tiny.folder, "long-q8_0.gguf");
    await writeTinyGguf(model, { positions: 65_536 });
    const text = join(tiny.folder, "long.txt");
    await writeFile(text, "the rain in Spain stays ".repeat(4000));
    const { code, output } = await atTerminal(["generate", model, "-f", text, "-m", "2"]);
    expect(code).toBe(0);
    const line = /reading (\d+) of (\d{5}) tokens, (\d+) %, [\d.]+ tokens\/s, [\d.]+ m?s left\r/g;
    const shown = [...output.matchAll(line)].map(([, done]) => Number(done));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
  });

  it("progress tells that packed weights are written, once", async () => {
    const words = ["generate", tiny.gguf, "Hello", "-m", "4", "--packed", "packed"];
    const { code, output } = await atTerminal(words);
    expect(code).toBe(0);
    expect(output).toMatch(/\[Kwriting packed weights, \d+ % of [\d.]+ kB\r/);
    expect((await atTerminal(words)).output).not.toContain("writing");
  });

  it("Ctrl-C ends a text, with the cursor on a line of its own", async () => {
    const words = ["generate", tiny.endless, "Hello", "--temperature", "1", "--seed", "6", "-q"];
    const { code, output } = await atTerminal([...words, "-c", "8192"], [[[" "], "\x03"]]);
    expect(code).toBe(130);
    expect(output).toMatch(sane);
    expect(output).toMatch(/\n(icanon|echo)/);
    expect(output).not.toContain("error");
  });

  it("a chat answers, ends an answer, and leaves with Ctrl-C twice", async () => {
    const words = ["chat", tiny.endless, "--temperature", "1", "--seed", "6"];
    const { code, output } = await atTerminal(words, [
      [["> "], "Hello\r"],
      [["Hello", ...letters], "\x03"],
      [["> "], "/clear\r"],
      [["new conversation", "> "], "\x03"],
      [["again", "> "], "\x03"],
    ]);
    expect(code).toBe(0);
    expect(output).toContain("seed 6");
    expect(output).toMatch(sane);
  });

  it("a chat ends with Ctrl-D", async () => {
    const { code, output } = await atTerminal(["chat", tiny.gguf], [[["> "], "\x04"]]);
    expect(code).toBe(0);
    expect(output).toMatch(sane);
  });

  it("a command that wants text doesn't wait for it", async () => {
    const { code, output } = await atTerminal(["tokenize", join(tiny.folder, "tokenizer.json")]);
    expect(code).toBe(1);
    expect(output).toContain("(ERR_INPUT)");
  });
});
