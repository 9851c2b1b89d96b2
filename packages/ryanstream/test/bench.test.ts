import { expect, it } from "vitest";
import { jsonLines, useCli } from "./support/cli.js";
import { useTinyModel } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();
const sizes = ["--prompt", "32", "--tokens", "4", "--sequences", "3", "--rounds", "2"];

it("gives one JSON object with what was measured", async () => {
  const words = ["bench", tiny.gguf, ...sizes, "--threads", "1", "--json"];
  const { code, stdout, stderr } = await cli.run(words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [found, ...more] = jsonLines(stdout);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ model: tiny.gguf, weights: "as-is", kvType: "f16", threads: 1 });
  for (const name of ["loadMs", "weightBytes", "residentBytes", "parameters"]) {
    expect(found?.[name]).toBeGreaterThan(0);
  }
  const positive = expect.toSatisfy((value: number) => value > 0);
  const rounds = [positive, positive];
  expect(found?.["measurements"]).toEqual([
    { name: "prompt", sequences: 1, tokens: 32, tokensPerSecond: positive, rounds },
    { name: "generate", sequences: 1, tokens: 4, tokensPerSecond: positive, rounds },
    { name: "together", sequences: 3, tokens: 12, tokensPerSecond: positive, rounds },
  ]);
});

it("gives a table", async () => {
  const { code, stdout, stderr } = await cli.run(["bench", tiny.gguf, ...sizes]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^read a prompt +32 +\S+ tokens\/s$/m);
  expect(stdout).toMatch(/^generate together \(3\) +12 +\S+ tokens\/s +\S+ tokens\/s$/m);
});

it("refuses more tokens than the model was made for", async () => {
  const { code, stderr } = await cli.run(["bench", tiny.gguf, "--prompt", "100000"]);
  expect(code).toBe(1);
  expect(stderr).toContain("(ERR_CONTEXT)");
});
