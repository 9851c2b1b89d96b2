import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "@ryanstream/tokenizer";
import { describe, expect, it } from "vitest";
import { jsonLines, useCli } from "./support/cli.js";
import { END, useTinyModel, writeTinyFolder } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();
const prompt = "The rain in Spain";

interface Completion {
  readonly index: number;
  readonly text: string;
  readonly tokens: number[];
  readonly finishReason: string;
  readonly stoppedBy?: number | string;
}

async function completions(...words: string[]): Promise<Completion[]> {
  const { code, stdout, stderr } = await cli.run([
    "generate",
    tiny.gguf,
    prompt,
    "--json",
    ...words,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return jsonLines(stdout).filter(({ event }) => event === "completion") as unknown as Completion[];
}

describe.concurrent("the output", () => {
  it("is text on stdout and one line of timings on stderr", async () => {
    const { code, stdout, stderr } = await cli.run(["generate", tiny.gguf, prompt, "-m", "12"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n$/);
    expect(stderr).toMatch(
      /^load .*, prompt \d+ tokens at .* tokens\/s, generated 12 at .* tokens\/s\n$/,
    );
    const quiet = await cli.run(["generate", tiny.gguf, prompt, "-m", "12", "--quiet"]);
    expect(quiet).toEqual({ code: 0, signal: null, stdout, stderr: "" });
    expect(await cli.run(["generate", tiny.gguf, prompt, "-qm", "12"])).toEqual(quiet);
    expect(await cli.run(["-q", "generate", tiny.gguf, prompt, "-m12"])).toEqual(quiet);
  });

  it("is text where the value of an option is --json or -q", async () => {
    const words = ["generate", tiny.gguf, prompt, "-m", "12", "--stop", "--json", "--stop", "-q"];
    const { code, stdout, stderr } = await cli.run(words);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.not.stringMatching(/^\{/) });
    expect(stderr).toMatch(/^load /);
  });

  it("is JSON lines: tokens, then the whole, then timings", async () => {
    const words = [
      "generate",
      tiny.gguf,
      prompt,
      "-m",
      "6",
      "--json",
      "--temperature",
      "1",
      "--seed",
      "5",
    ];
    const lines = jsonLines((await cli.run(words)).stdout);
    expect(lines.map(({ event }) => event)).toEqual([
      ...Array(6).fill("token"),
      "completion",
      "timings",
    ]);
    const [completion, timings] = lines.slice(-2);
    const tokens = lines.slice(0, 6);
    expect(completion).toEqual({
      event: "completion",
      index: 0,
      text: tokens.map(({ text }) => text).join(""),
      tokens: tokens.map(({ token }) => token),
      finishReason: "length",
      seed: 5,
    });
    const tokenizer = await Tokenizer.load(tiny.folder);
    expect(timings).toMatchObject({ promptTokens: tokenizer.count(prompt), generatedTokens: 6 });
    expect(timings?.["loadMs"]).toBeGreaterThan(0);
    expect(timings?.["decodeTokensPerSecond"]).toBeGreaterThan(0);
  });
});

describe.concurrent("sampling", () => {
  it("gives the same tokens by the same seed, others by another", async () => {
    const words = ["--temperature", "1.5", "-m", "16"];
    const [first, again, other] = await Promise.all(
      ["1", "1", "2"].map((seed) => completions(...words, "--seed", seed)),
    );
    expect(again).toEqual(first);
    expect(other?.[0]?.tokens).not.toEqual(first?.[0]?.tokens);
  });

  it("gives each of several completions what it would get whatever their number", async () => {
    const words = ["--temperature", "1.5", "-m", "16", "--seed", "9"];
    const [one, four] = await Promise.all([
      completions(...words),
      completions(...words, "--n", "4"),
    ]);
    const sorted = four.sort((a, b) => a.index - b.index);
    expect(sorted[0]).toEqual(one[0]);
    expect(new Set(sorted.map(({ tokens }) => tokens.join())).size).toBe(4);
  });

  it("takes the likeliest token without a temperature, and with top-k of 1", async () => {
    const [greedy, single] = await Promise.all([
      completions("-m", "10"),
      completions("-m", "10", "--temperature", "2", "--top-k", "1"),
    ]);
    expect(single[0]?.tokens).toEqual(greedy[0]?.tokens);
  });

  it("writes several completions one after another", async () => {
    const words = [
      "generate",
      tiny.gguf,
      prompt,
      "--temperature",
      "1",
      "-m",
      "5",
      "--n",
      "3",
      "--seed",
      "4",
    ];
    const [{ stdout }, json] = await Promise.all([cli.run(words), cli.run([...words, "--json"])]);
    const all = jsonLines(json.stdout).filter(({ event }) => event === "completion");
    const texts = (all as unknown as Completion[]).sort((a, b) => a.index - b.index);
    const expected = texts.map(
      ({ text }, i) => `--- ${i + 1} of 3 ---\n${text}${text.endsWith("\n") ? "" : "\n"}`,
    );
    expect(stdout).toBe(expected.join(""));
  });
});

describe.concurrent("the end", () => {
  it("comes before a stop text, which may be one of several", async () => {
    const [whole] = await completions("-m", "40", "--temperature", "1", "--seed", "3");
    const text = whole?.text ?? "";
    const at = [...text].findIndex((c, i) => i > 3 && c !== "\ufffd");
    const stop = [...text][at] as string;
    const [stopped] = await completions(
      "-m",
      "40",
      "--temperature",
      "1",
      "--seed",
      "3",
      "--stop",
      "@never@",
      "--stop",
      stop,
    );
    expect(stopped).toMatchObject({
      text: text.slice(0, text.indexOf(stop)),
      finishReason: "stop",
      stoppedBy: stop,
    });
  });

  it("comes with the token that the model's files name", async () => {
    // Hot enough that it comes among 300 tokens soon.
    const all = await completions("-m", "2000", "--temperature", "50", "--seed", "1");
    expect(all[0]).toMatchObject({ finishReason: "stop", stoppedBy: END });
    expect(all[0]?.tokens.indexOf(END)).toBe((all[0]?.tokens.length ?? 0) - 1);
  });

  it("comes when the context is full", async () => {
    const tokenizer = await Tokenizer.load(tiny.folder);
    const count = tokenizer.count(prompt);
    const [only] = await completions("--context", String(count + 3));
    expect(only).toMatchObject({ finishReason: "length" });
    expect(only?.tokens).toHaveLength(4);
  });
});

describe("the prompt", () => {
  it("comes from stdin or a file as from an argument", async () => {
    const file = join(tiny.folder, "prompt.txt");
    await writeFile(file, `${prompt}\n`);
    const words = ["-m", "4", "--json", "--seed", "1"];
    const runs = await Promise.all([
      cli.run(["generate", tiny.gguf, prompt, ...words]),
      cli.run(["generate", tiny.gguf, ...words], { input: `${prompt}\n` }),
      cli.run(["generate", tiny.gguf, "--file", file, ...words]),
    ]);
    const [first, ...others] = runs.map(({ stdout }) => jsonLines(stdout).slice(0, -1));
    expect(first).toHaveLength(5);
    for (const other of others) expect(other).toEqual(first);
  });
});

it("leaves ids without a token out of the text, which models give whose vocabulary was rounded up", async () => {
  const folder = join(tiny.folder, "rounded");
  await mkdir(folder);
  await writeTinyFolder(folder, { vocabulary: 1024 });
  const words = [
    "generate",
    folder,
    prompt,
    "--temperature",
    "50",
    "-m",
    "64",
    "--seed",
    "2",
    "--json",
  ];
  const { code, stdout, stderr } = await cli.run(words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const tokens = jsonLines(stdout).filter(({ event }) => event === "token");
  const tokenizer = await Tokenizer.load(folder);
  const without = tokens.filter(({ token }) => (token as number) >= tokenizer.size);
  expect(without.length).toBeGreaterThan(10);
  for (const { text } of without) expect(text).toBe("");
});

describe.concurrent("weights", () => {
  it.each(["as-is", "int8", "int4", "nl4"])("run as %s, from a folder", async (weights) => {
    const words = ["generate", tiny.folder, prompt, "-m", "3", "--weights", weights, "--kv", "f32"];
    const { code, stdout, stderr } = await cli.run([...words, "--threads", "1", "-q"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toBe("");
  });
});

it("keeps packed weights where it is told to, and gives the same text from there", async () => {
  const packed = join(tiny.folder, "packed");
  const words = ["generate", tiny.gguf, prompt, "-m", "5", "-q", "--packed", packed];
  const first = await cli.run(words);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
  expect(await readdir(packed)).toHaveLength(1);
  expect(await cli.run(words)).toEqual(first);
});

describe("signals", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "%s ends it with exit code %i, and what was written stays",
    async (signal, expected) => {
      const { code, stdout, stderr } = await cli.run(
        ["generate", tiny.endless, prompt, "--temperature", "1", "--seed", "8", "-c", "8192"],
        {
          onOutput: (child) => child.kill(signal),
        },
      );
      expect({ code, stderr }).toEqual({ code: expected, stderr: "" });
      expect(stdout).not.toBe("");
    },
  );

  it("a slow reader is waited for, by many completions too", async () => {
    let paused = false;
    const words = ["generate", tiny.gguf, prompt, "-m", "200", "--n", "30", "--json"];
    const { code, stdout, stderr } = await cli.run([...words, "--temperature", "1"], {
      onOutput: ({ stdout: pipe }) => {
        if (paused) return;
        paused = true;
        pipe.pause();
        setTimeout(() => pipe.resume(), 500);
      },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const ended = jsonLines(stdout).filter(({ event }) => event === "completion");
    expect(ended).toHaveLength(30);
  });

  it("a reader that goes away ends it silently", async () => {
    const { code, stderr } = await cli.run(["generate", tiny.gguf, prompt, "--json"], {
      onOutput: (child) => child.stdout.destroy(),
    });
    expect({ code, stderr }).toEqual({ code: 141, stderr: "" });
  });
});

describe.concurrent("what it refuses", () => {
  it.each([
    ["an empty prompt", ["generate", "MODEL", ""], "ERR_INPUT"],
    ["a prompt beyond the context", ["generate", "MODEL", prompt, "-c", "2"], "ERR_CONTEXT"],
    ["a context beyond the model", ["generate", "MODEL", prompt, "-c", "9000"], "ERR_CONTEXT"],
    ["a model that is not there", ["generate", "none.gguf", prompt], "ERR_NOT_FOUND"],
    ["a hub model, offline", ["generate", "nobody/none:Q4_0", prompt, "--offline"], "ERR_OFFLINE"],
  ])("%s", async (_, words, errorCode) => {
    const given = words.map((word) => (word === "MODEL" ? tiny.gguf : word));
    const env = { HF_HUB_CACHE: join(tiny.folder, "empty-cache") };
    const { code, stdout, stderr } = await cli.run(given, { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(`(${errorCode})`);
  });

  it("kernels that can't be loaded, and says how to mend it", async () => {
    const env = { RYANSTREAM_KERNELS_PATH: join(tiny.folder, "none.node") };
    const { code, stderr } = await cli.run(["generate", tiny.gguf, prompt], { env });
    expect(code).toBe(1);
    expect(stderr).toContain("RYANSTREAM_KERNELS_PATH");
    expect(stderr).toContain("(ERR_NO_NATIVE)");
    expect(stderr).not.toContain("    at ");
  });

  it("a model whose configuration is missing", async () => {
    const folder = join(tiny.folder, "no-config");
    await mkdir(folder);
    await writeTinyFolder(folder);
    await rm(join(folder, "config.json"));
    const { code, stderr } = await cli.run(["generate", folder, prompt]);
    expect(code).toBe(1);
    expect(stderr).toContain("(ERR_CONFIG)");
  });
});
