import { describe, expect, it } from "vitest";
import { commands } from "../src/cli/commands.js";
import { wantsColor } from "../src/cli/style.js";
import { useCli } from "./support/cli.js";

const cli = useCli();
const names = commands.map(({ name }) => name);

describe.concurrent("help", () => {
  it.each([["--help"], ["-h"], ["help"], ["--no-color", "--help"]])(
    "%s lists the commands",
    async (...words) => {
      const { code, stdout, stderr } = await cli.run(words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      for (const name of names) expect(stdout).toContain(`  ${name}`);
    },
  );

  it.each(names)("of %s names every option and an example", async (name) => {
    const command = await commands.find((each) => each.name === name)?.load();
    const { code, stdout, stderr } = await cli.run([name, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const option of Object.keys(command?.options ?? {})) {
      expect(stdout).toContain(`--${option}`);
    }
    expect(stdout).toContain(`  ryanstream ${command?.examples[0]?.[0]}`);
  });

  it("comes as `help COMMAND` too", async () => {
    const [before, after] = await Promise.all([
      cli.run(["help", "generate"]),
      cli.run(["generate", "--help"]),
    ]);
    expect(before).toEqual(after);
    const env = { FORCE_COLOR: "1" };
    expect((await cli.run(["help", "generate"], { env })).stdout).toContain("\x1b[");
    expect(await cli.run(["help", "generate", "--no-color"], { env })).toEqual(after);
  });

  it("gives examples that the command accepts", async () => {
    const { readArguments } = await import("../src/cli/arguments.js");
    for (const entry of commands) {
      const command = await entry.load();
      for (const [line] of command.examples) {
        const words = (line.replace(/ [<|] .*$/, "").match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map(
          (word) => word.replace(/^["']|["']$/g, ""),
        );
        expect(words.shift()).toBe(entry.name);
        expect(() => readArguments(command, words), line).not.toThrow();
      }
    }
  });

  it("tells the version", async () => {
    const { version } = await import("../package.json", { with: { type: "json" } }).then(
      (m) => m.default,
    );
    expect(await cli.run(["--version"])).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });
});

describe("what is loaded", () => {
  const others = (module: string) =>
    cli.staticInputs(module).filter((input) => !input.startsWith("packages/ryanstream/src/"));

  it("for help is nothing but the command line itself", () => {
    expect(cli.staticInputs("cli.ts").length).toBeGreaterThan(5);
    expect(others("cli.ts")).toEqual([]);
  });

  it.each(names)("for the help of %s is nothing of other packages", (name) => {
    expect(cli.staticInputs(`commands/${name}.ts`).length).toBeGreaterThan(0);
    expect(others(`commands/${name}.ts`)).toEqual([]);
  });
});

describe.concurrent("a wrong command line", () => {
  it.each([
    [[], "expected a command", "See: ryanstream --help"],
    [["inspct"], 'there is no command "inspct"', "Did you mean inspect?"],
    [["xyzzyx"], 'there is no command "xyzzyx"', "See: ryanstream --help"],
    [["--jsn"], 'there is no option "--jsn"', "See: ryanstream --help"],
    [
      ["generate", "m", "--temprature", "1"],
      'no option "--temprature"',
      "Did you mean --temperature?",
    ],
    [["generate", "m", "--seed", "x"], "--seed: expected a whole number", ""],
  ])("%j", async (words, message, advice) => {
    const { code, stdout, stderr } = await cli.run(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const [first, second = ""] = stderr.trimEnd().split("\n");
    expect(first).toMatch(/^error: .* \(ERR_USAGE\)$/);
    expect(first).toContain(message);
    expect(second).toContain(advice);
  });

  it("is told as text where --json is a value or follows --", async () => {
    for (const words of [
      ["generate", "m", "--stop", "--json", "--seed", "x"],
      ["inspect", "--", "--json", "x"],
    ]) {
      const { code, stderr } = await cli.run(words);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: .*ERR_USAGE/);
    }
  });

  it("is told in JSON where JSON was asked for", async () => {
    const { code, stdout, stderr } = await cli.run(["inspect", "--json", "--al", "x"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(JSON.parse(stderr)).toEqual({
      error: {
        message: 'inspect: there is no option "--al"',
        code: "ERR_USAGE",
        advice: "Did you mean --all?",
      },
    });
  });
});

describe.concurrent("colours", () => {
  it.each([
    ["FORCE_COLOR", { FORCE_COLOR: "1" }, [], true],
    ["NO_COLOR", { NO_COLOR: "1" }, [], false],
    ["--no-color", { FORCE_COLOR: "1" }, ["--no-color"], false],
  ])("%s", async (_, env, words, colored) => {
    const [help, error] = await Promise.all([
      cli.run(["--help", ...words], { env }),
      cli.run(["inspect", "--al", ...words], { env }),
    ]);
    expect(help.stdout.includes("\x1b[")).toBe(colored);
    expect(error.stderr.includes("\x1b[")).toBe(colored);
  });

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: "dumb" }, true, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "" }, false, false],
    [{ FORCE_COLOR: "", NO_COLOR: "1" }, true, false],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
  ])("with %j, at a terminal %s: %s", (env, isTTY, expected) => {
    expect(wantsColor({ isTTY }, false, env)).toBe(expected);
    expect(wantsColor({ isTTY }, true, env)).toBe(false);
  });
});
