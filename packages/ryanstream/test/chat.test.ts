import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { dialogue } from "../src/chat/dialogue.js";
import { readLines } from "../src/chat/lines.js";
import { setupChat } from "./support/chat-setup.js";
import { jsonLines, useCli } from "./support/cli.js";
import { END, TURN_END, useTinyModel, writeTinyFolder } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();

describe("one message", () => {
  it("from stdin or an argument gives one answer on stdout", async () => {
    const words = ["-m", "8", "-q"];
    const [piped, argument] = await Promise.all([
      cli.run(["chat", tiny.gguf, ...words], { input: "Two plus two?\n" }),
      cli.run(["chat", tiny.gguf, "Two plus two?", ...words]),
    ]);
    expect(piped).toMatchObject({ code: 0, stderr: "" });
    expect(piped.stdout).toMatch(/\n$/);
    expect(argument).toEqual(piped);
  });

  it("gives JSON lines, and timings that count the template's tokens", async () => {
    const { stdout } = await cli.run(["chat", tiny.folder, "Hi", "-m", "4", "--json"]);
    const lines = jsonLines(stdout);
    expect(lines.map(({ event }) => event)).toEqual([
      ...Array(4).fill("token"),
      "completion",
      "timings",
    ]);
    const text = lines.slice(0, 4).map((line) => line["text"]);
    expect(lines.at(-2)).toEqual({
      event: "completion",
      index: 0,
      text: text.join(""),
      tokens: lines.slice(0, 4).map(({ token }) => token),
      finishReason: "length",
      seed: expect.any(Number),
    });
    expect(lines.at(-1)?.["promptTokens"]).toBeGreaterThan(5);
  });

  it("tells what ended its answer", async () => {
    const words = ["chat", tiny.folder, "Hi", "--temperature", "50", "--seed", "1", "--json"];
    const { stdout } = await cli.run(words);
    expect(jsonLines(stdout).at(-2)).toMatchObject({
      finishReason: "stop",
      stoppedBy: expect.toBeOneOf([END, TURN_END]),
    });
  });

  it("tells the seed of chance at the end, which gives the same answer again", async () => {
    const words = ["chat", tiny.gguf, "Hi", "-m", "12", "--temperature", "1"];
    const { stdout, stderr } = await cli.run(words);
    const [, seed = ""] = /, seed (\d+)\n$/.exec(stderr) ?? [];
    expect(seed).not.toBe("");
    expect((await cli.run([...words, "--seed", seed])).stdout).toBe(stdout);
    expect((await cli.run(words.slice(0, -2))).stderr).not.toContain("seed");
  });

  it("is answered otherwise with a system's message", async () => {
    const words = ["chat", tiny.gguf, "Two plus two?", "-m", "12", "-q"];
    const [without, with_] = await Promise.all([
      cli.run(words),
      cli.run([...words, "--system", "No."]),
    ]);
    expect(with_.code).toBe(0);
    expect(with_.stdout).not.toBe(without.stdout);
  });

  it("must be there", async () => {
    const { code, stderr } = await cli.run(["chat", tiny.gguf], { input: "\n" });
    expect(code).toBe(1);
    expect(stderr).toContain("(ERR_INPUT)");
  });
});

it("needs a chat template, and names the command that does not", async () => {
  const folder = join(tiny.folder, "no-template");
  await mkdir(folder);
  await writeTinyFolder(folder, { template: null });
  const { code, stdout, stderr } = await cli.run(["chat", folder, "Hi"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("(ERR_NO_CHAT_TEMPLATE)");
  expect(stderr).toContain("ryanstream generate");
});

/** A dialogue whose person types these; `\x03` is Ctrl-C. */
async function talk(typed: readonly string[], options = {}, setup = {}) {
  const { conversation, engine } = await setupChat({ maxTokens: 6, ...options }, setup);
  await using _ = engine;
  const input = new PassThrough();
  const notes: string[] = [];
  const answers: string[] = [""];
  using lines = readLines(input, new PassThrough(), false);
  const failures: unknown[] = [];
  const rest = [...typed];
  const type = (): void => {
    const next = rest.shift();
    if (next === undefined) input.end();
    else if (next !== "\x03") input.write(`${next}\n`);
    else {
      lines.onInterrupt();
      type();
    }
  };
  setImmediate(type);
  const ended = dialogue(
    conversation,
    lines,
    {
      text: async (text) => {
        answers[answers.length - 1] += text;
        if (rest[0] === "\x03 while answering") {
          rest.shift();
          lines.onInterrupt();
        }
      },
      reading: () => () => {},
      note: (text) => {
        notes.push(text);
        if (!text.startsWith("(Ctrl-C")) setImmediate(type);
      },
      answered: async () => {
        answers.push("");
        setImmediate(type);
      },
    },
    {
      signal: new AbortController().signal,
      failed: (error) => {
        failures.push(error);
        return true;
      },
    },
  );
  await ended;
  return {
    answers: answers.slice(0, -1),
    notes,
    failures,
    roles: conversation.messages.map(({ role }) => role),
  };
}

describe("a dialogue", () => {
  it("answers line by line until they end", async () => {
    const { answers, roles, notes } = await talk(["Hello", "And now?"]);
    expect(answers).toHaveLength(2);
    expect(roles).toEqual(["user", "assistant", "user", "assistant"]);
    expect(notes).toEqual([]);
  });

  it("begins anew with /clear, leaves with /exit, explains itself otherwise", async () => {
    const { answers, notes, roles } = await talk([
      "Hello",
      "/clear",
      "/what",
      "Hello",
      "/exit",
      "never",
    ]);
    expect(answers).toHaveLength(2);
    expect(answers[1]).toBe(answers[0]);
    expect(notes[0]).toContain("new conversation");
    expect(notes[1]).toContain("/exit");
    expect(roles).toEqual(["user", "assistant"]);
  });

  it("ends an answer with Ctrl-C, and goes on", async () => {
    const { answers, roles, failures } = await talk(["Hello", "\x03 while answering", "Again"], {
      maxTokens: 300,
    });
    expect(failures).toEqual([]);
    expect(answers).toHaveLength(2);
    expect((answers[0] ?? "").length).toBeLessThan((answers[1] ?? "").length);
    expect(roles).toEqual(["user", "assistant", "user", "assistant"]);
  });

  it("leaves with Ctrl-C twice, after a warning", async () => {
    const { answers, notes } = await talk(["Hello", "\x03", "\x03", "never"]);
    expect(answers).toHaveLength(1);
    expect(notes).toEqual([expect.stringContaining("again")]);
  });

  it("tells what went wrong, and goes on", async () => {
    const long = "the rain in Spain ".repeat(100);
    const { failures, roles } = await talk([long, "Hi"], {}, { maxLength: 200 });
    expect(failures).toEqual([expect.objectContaining({ code: "ERR_LENGTH" })]);
    expect(roles).toEqual(["user", "assistant"]);
  });
});
