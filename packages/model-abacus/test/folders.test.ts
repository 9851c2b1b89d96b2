import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { abacus, abacusDraft } from "../src/index.js";

const FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const bytesOf = (folder: string) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

describe.each([
  ["abacus", abacus],
  ["its draft", abacusDraft],
])("the folder of %s", (_, folder) => {
  it("has what a model is loaded from", () => {
    expect(FILES.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
  });

  it("says how a text ends", () => {
    const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
    const { added_tokens: added } = read("tokenizer.json");
    const end = added.find(
      ({ content }: { content: string }) => content === read("tokenizer_config.json").eos_token,
    );
    expect(read("config.json").eos_token_id).toBe(end.id);
  });
});

it("both have the same tokenizer", () => {
  const [one, other] = [abacus, abacusDraft].map((folder) =>
    readFileSync(join(folder, "tokenizer.json"), "utf8"),
  );
  expect(one).toBe(other);
});

it("are less than 15 MB together, the draft a tenth of it", () => {
  expect(bytesOf(abacus) + bytesOf(abacusDraft)).toBeLessThan(15e6);
  expect(bytesOf(abacusDraft)).toBeLessThan(bytesOf(abacus) / 8);
});
