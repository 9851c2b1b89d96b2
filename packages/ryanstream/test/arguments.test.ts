import { describe, expect, it } from "vitest";
import { readArguments } from "../src/cli/arguments.js";
import { commands } from "../src/cli/commands.js";
import { CliError } from "../src/cli/errors.js";
import { Terminal } from "../src/cli/terminal.js";

/** Runs a command line as far as what is wrong with it; nothing is loaded before that. */
async function failureOf([name, ...words]: readonly string[]): Promise<CliError> {
  const command = await commands.find((each) => each.name === name)?.load();
  if (command === undefined) throw new Error(`no command ${name}`);
  const terminal = Object.create(Terminal.prototype, {
    signal: { value: new AbortController().signal },
  }) as Terminal;
  try {
    await command.run(readArguments(command, words), terminal);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error("expected an error");
}

describe("what is refused", () => {
  it.each([
    [["generate"], "expected MODEL", "See: ryanstream generate --help"],
    [["generate", "m", "p", "q"], 'expected at most 2 arguments, found "q" too', "quotes"],
    [
      ["generate", "m", "--temprature", "1"],
      'no option "--temprature"',
      "Did you mean --temperature?",
    ],
    [["generate", "m", "--__proto__"], 'no option "--__proto__"', "See"],
    [["generate", "m", "-z"], 'no option "-z"', "See: ryanstream generate --help"],
    [["generate", "m", "--seed"], "--seed: expected N after it, found nothing", ""],
    [["generate", "m", "--seed", "1", "--seed", "2"], "--seed: expected it once", ""],
    [["generate", "m", "--json=yes"], '--json: expected no value, found "yes"', ""],
    [["generate", "m", "--seed", "-1"], 'expected a whole number from 0 up, found "-1"', ""],
    [["generate", "m", "--seed", "1e3"], 'expected a whole number from 0 up, found "1e3"', ""],
    [["generate", "m", "--temperature", "hot"], 'expected a number from 0 up, found "hot"', ""],
    [["generate", "m", "--temperature", ""], 'expected a number from 0 up, found ""', ""],
    [["generate", "m", "--top-p", "0"], "--top-p: expected a number above 0", ""],
    [["generate", "m", "--top-p", "1.5"], 'expected a number from 0 to 1, found "1.5"', ""],
    [["generate", "m", "--n", "0"], '--n: expected a whole number from 1 to 1024, found "0"', ""],
    [["generate", "m", "--weights", "int3"], 'expected as-is, int8, int4 or nl4, found "int3"', ""],
    [["generate", "m", "--kv", "q8"], 'expected f32, bf16 or f16, found "q8"', ""],
    [["generate", "m", "--threads", "0"], "--threads: expected a whole number from 1", ""],
    [["generate", "m", "--stop", ""], "--stop: expected a text, found an empty one", ""],
    [["generate", "m", "p", "--file", "f"], "expected a prompt once", ""],
    [["bench", "m", "--rounds", "x"], "--rounds: expected a whole number", ""],
    [["bench", "m", "--tokenizer", "x"], 'no option "--tokenizer"', "See: ryanstream bench --help"],
    [
      ["tokenize", "m", "1 x", "--ids"],
      '--ids: expected whole numbers from 0, found "x" as number 2',
      "",
    ],
    [["tokenize", "m", "x", "--special", "all"], "expected parse, text or refuse", ""],
  ])("%j", async (words, message, advice) => {
    const { code, message: found, advice: hint = "" } = await failureOf(words);
    expect(code).toBe("ERR_USAGE");
    expect(found).toContain(message);
    expect(hint).toContain(advice);
    expect(found).not.toContain("\n");
  });
});

it("reads values, switches and words in any order", async () => {
  const command = await commands.find(({ name }) => name === "generate")?.load();
  if (command === undefined) throw new Error("no command");
  const words = [
    "--stop",
    "-",
    "--n=2",
    "m",
    "--stop=b c",
    "--json",
    "--temperature",
    "0.5",
    "--",
    "--help",
  ];
  const given = readArguments(command, words);
  expect(given.positionals).toEqual(["m", "--help"]);
  expect(given.all("stop")).toEqual(["-", "b c"]);
  expect([given.integer("n"), given.number("temperature"), given.text("seed")]).toEqual([
    2,
    0.5,
    undefined,
  ]);
  expect([given.has("json"), given.has("help"), given.has("quiet")]).toEqual([true, false, false]);
});

it("doesn't echo more of a long word than can be read", async () => {
  const { message } = await failureOf(["generate", "m", `--seed=${"9".repeat(100_000)}`]);
  expect(message.length).toBeLessThan(200);
});
