import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "@ryanstream/tokenizer";
import { describe, expect, it } from "vitest";
import { jsonLines, useCli } from "./support/cli.js";
import { useTinyModel } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();
const text = "The rain in Spain: 12 \u{1f642}\nétoile";

it("gives the tokenizer's ids, from a folder, a file and a GGUF file alike", async () => {
  const ids = (await Tokenizer.load(tiny.folder)).encodeIds(text);
  for (const place of [tiny.folder, join(tiny.folder, "tokenizer.json"), tiny.gguf]) {
    const { code, stdout, stderr } = await cli.run(["tokenize", place, text, "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [found] = jsonLines(stdout) as [{ count: number; tokens: { id: number }[] }];
    expect(found.tokens.map(({ id }) => id)).toEqual([...ids]);
    expect(found.count).toBe(ids.length);
  }
});

it("takes the text from stdin and from a file, without the line end that they have at the end", async () => {
  const file = join(tiny.folder, "text.txt");
  await writeFile(file, `${text}\r\n`);
  const [argument, piped, read, dash] = await Promise.all([
    cli.run(["tokenize", tiny.gguf, text]),
    cli.run(["tokenize", tiny.gguf], { input: `${text}\n` }),
    cli.run(["tokenize", tiny.gguf, "--file", file]),
    cli.run(["tokenize", tiny.gguf, "-f", "-"], { input: text }),
  ]);
  expect(argument.stdout).toContain("tokens\n");
  for (const other of [piped, read, dash]) expect(other).toEqual(argument);
});

it("shows tokens so that white space and parts of characters can be seen", async () => {
  const { stdout } = await cli.run(["tokenize", tiny.gguf, "a\n \x1b[31m\u{1f642}<|im_end|>"]);
  expect(stdout).toContain('"a"');
  expect(stdout).toContain('"\\n');
  expect(stdout).toContain("<f0>");
  expect(stdout).toMatch(/^ *2 {2}<\|im_end\|>$/m);
  expect(stdout).not.toContain("\x1b");
});

it("counts", async () => {
  const tokenizer = await Tokenizer.load(tiny.folder);
  const [plain, json] = await Promise.all([
    cli.run(["tokenize", tiny.gguf, text, "--count"]),
    cli.run(["tokenize", tiny.gguf, text, "--count", "--json"]),
  ]);
  expect(plain.stdout).toBe(`${tokenizer.count(text)}\n`);
  expect(jsonLines(json.stdout)).toEqual([{ count: tokenizer.count(text) }]);
});

it("makes text of ids", async () => {
  const ids = [...(await Tokenizer.load(tiny.folder)).encodeIds(text)];
  const [spaces, commas, json] = await Promise.all([
    cli.run(["tokenize", tiny.gguf, "--ids", ids.join(" ")]),
    cli.run(["tokenize", tiny.gguf, "--ids"], { input: JSON.stringify(ids) }),
    cli.run(["tokenize", tiny.gguf, "--ids", ids.join(), "--json"]),
  ]);
  expect(spaces.stdout).toBe(`${text}\n`);
  expect(commas.stdout).toBe(`${text}\n`);
  expect(jsonLines(json.stdout)).toEqual([{ text, count: ids.length }]);
});

it("parses, writes out or refuses special tokens", async () => {
  const special = "a<|im_end|>";
  const words = ["tokenize", tiny.gguf, special, "--count"];
  const [parsed, asText, refused, skipped] = await Promise.all([
    cli.run(words),
    cli.run([...words, "--special", "text"]),
    cli.run([...words, "--special", "refuse"]),
    cli.run(["tokenize", tiny.gguf, "--ids", "2 68", "--skip-special-tokens"]),
  ]);
  expect(parsed.stdout).toBe("2\n");
  expect(Number(asText.stdout)).toBeGreaterThan(4);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("(ERR_SPECIAL_TOKEN)");
  expect(skipped.stdout).toHaveLength(2);
});

describe.concurrent("what it refuses", () => {
  it.each([
    ["text that is no UTF-8", ["tokenize", "MODEL"], new Uint8Array([0x61, 0xff]), "ERR_INPUT"],
    ["ids that are no tokens", ["tokenize", "MODEL", "--ids", "99999"], "", "ERR_UNKNOWN_TOKEN"],
    ["a file that is not there", ["tokenize", "MODEL", "-f", "none.txt"], "", "ENOENT"],
    ["a model that is not there", ["tokenize", "none.gguf", "x"], "", "ERR_NOT_FOUND"],
    ["a hub model, offline", ["tokenize", "nobody/nothing", "x", "--offline"], "", "ERR_LOAD"],
  ])("%s", async (_, words, input, errorCode) => {
    const given = words.map((word) => (word === "MODEL" ? tiny.gguf : word));
    const env = { HF_HUB_CACHE: join(tiny.folder, "empty-cache") };
    const { code, stdout, stderr } = await cli.run(given, { input, env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`(${errorCode})`);
  });

  it("a folder without a tokenizer", async () => {
    const folder = join(tiny.folder, "bare");
    await mkdir(folder);
    const { code, stderr } = await cli.run(["tokenize", folder, "x"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\(ERR_(UNRECOGNIZED|LOAD)\)/);
  });
});
