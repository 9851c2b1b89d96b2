import { describe, expect, it } from "vitest";
import { readTokenizerConfig, withConfig } from "../../src/formats/tokenizer-config.js";
import { readTokenizerJson } from "../../src/formats/tokenizer-json.js";
import { added, code, small } from "./helpers.js";

const config = (fields: object) => readTokenizerConfig({ config: fields });

describe("the configuration beside a vocabulary", () => {
  it("names tokens as strings or objects", () => {
    const read = config({
      bos_token: "<s>",
      eos_token: { content: "</s>", lstrip: false },
      pad_token: null,
    });
    expect(read).toMatchObject({ bosToken: "<s>", eosToken: "</s>", padToken: undefined });
  });

  it("takes from special_tokens_map.json what is not in it", () => {
    const map = { bos_token: "no", unk_token: { content: "<unk>" } };
    const read = readTokenizerConfig({ config: { bos_token: "<s>" }, specialTokensMap: map });
    expect(read).toMatchObject({ bosToken: "<s>", unkToken: "<unk>" });
  });

  it("has one template or several by name, and separate files first", () => {
    const list = [
      { name: "default", template: "a" },
      { name: "tool_use", template: "b" },
    ];
    expect(config({ chat_template: "x" }).chatTemplate).toBe("x");
    expect(config({ chat_template: list }).chatTemplate).toEqual({ default: "a", tool_use: "b" });
    const files = { config: { chat_template: "x" }, chatTemplateJson: { chat_template: "y" } };
    expect(readTokenizerConfig(files).chatTemplate).toBe("y");
    expect(readTokenizerConfig({ ...files, chatTemplate: "z" }).chatTemplate).toBe("z");
  });

  it("takes a length only where it is one", () => {
    expect(config({ model_max_length: 4096 }).modelMaxLength).toBe(4096);
    expect(config({ model_max_length: 1e30 }).modelMaxLength).toBeUndefined();
    expect(config({ model_max_length: -1 }).modelMaxLength).toBeUndefined();
    expect(config({}).modelMaxLength).toBeUndefined();
  });

  it("reads added tokens of both files by id", () => {
    const decoder = { 7: { content: "<x>", special: true }, 5: { content: "<y>", lstrip: true } };
    const read = readTokenizerConfig({
      config: { added_tokens_decoder: decoder, add_bos_token: true },
      addedTokens: { "<z>": 6, "<old>": 7 },
    });
    expect(read.addedTokens.map(({ id, content }) => [id, content])).toEqual([
      [5, "<y>"],
      [6, "<z>"],
      [7, "<x>"],
    ]);
    expect(read.addedTokens[0]).toMatchObject({ lstrip: true, special: false, normalized: true });
    expect(read.addBosToken).toBe(true);
  });

  it.each([
    [{ bos_token: 5 }],
    [{ eos_token: [] }],
    [{ chat_template: 5 }],
    [{ chat_template: [{ name: "x" }] }],
    [{ model_max_length: "many" }],
    [{ clean_up_tokenization_spaces: 1 }],
    [{ added_tokens_decoder: { x: { content: "a" } } }],
    [{ added_tokens_decoder: { 99999999: { content: "a" } } }],
    [{ added_tokens_decoder: { 1: {} } }],
    [[]],
  ])("is refused as %j", (fields) => {
    expect(code(() => config(fields))).toBe("ERR_FORMAT");
  });

  it("completes a definition with added tokens that it lacks", () => {
    const definition = readTokenizerJson(small({}, { added_tokens: [added(3, "<a>")] }));
    const decoder = { 3: { content: "<clash>" }, 4: { content: "<b>" }, 8: { content: "<a>" } };
    const read = withConfig(
      definition,
      config({ added_tokens_decoder: decoder, bos_token: "<a>" }),
    );
    expect(read.addedTokens.map(({ content }) => content)).toEqual(["<a>", "<b>"]);
    expect(read.config?.bosToken).toBe("<a>");
  });

  it("keeps what the vocabulary's file says unless it says otherwise", () => {
    const definition = {
      ...readTokenizerJson(small()),
      config: { bosToken: "<s>", eosToken: "</s>" },
    };
    expect(withConfig(definition, config({ eos_token: "<e>" })).config).toEqual({
      bosToken: "<s>",
      eosToken: "<e>",
    });
  });
});
