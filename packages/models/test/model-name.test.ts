import { describe, expect, it } from "vitest";
import { describingFiles, weightFiles } from "../src/choose-files.js";
import { parseHubName } from "../src/model-name.js";

describe("a name of the hub", () => {
  it.each([
    ["Qwen/Qwen2.5-0.5B", "Qwen/Qwen2.5-0.5B", undefined],
    ["org/name:model.Q4_0.gguf", "org/name", "model.Q4_0.gguf"],
    ["org/name/model.Q4_0.gguf", "org/name", "model.Q4_0.gguf"],
    ["org/name/Q4_0/model.gguf", "org/name", "Q4_0/model.gguf"],
    ["org/name:Q4_0/model.gguf", "org/name", "Q4_0/model.gguf"],
    ["org/name:Q4_K_M", "org/name", "Q4_K_M"],
  ])("%s", (text, repository, file) => {
    expect(parseHubName(text)).toEqual({ repository, file });
  });

  it.each([
    "model.gguf",
    "models/model.gguf",
    "models/llama/7b",
    "./org/name",
    "../name",
    "/org/name",
    "~/name",
    "name",
    "",
    "org/name:",
    "org/name:a b",
    "C:\\models\\x",
    "https://huggingface.co/org/name",
  ])("is not %j", (text) => {
    expect(parseHubName(text)).toBeUndefined();
  });
});

describe("the files of a repository", () => {
  const gguf = [
    "README.md",
    "m-Q4_0.gguf",
    "m-IQ4_K_M.gguf",
    "m.Q4_K_M.gguf",
    "big/m-F16-00001-of-00002.gguf",
    "big/m-F16-00002-of-00002.gguf",
  ];

  it("are safetensors before GGUF, by their index if there is one", () => {
    const single = ["model.safetensors", ...gguf];
    expect(weightFiles(single, "o/n")).toEqual(["model.safetensors"]);
    expect(weightFiles(["model.safetensors.index.json", ...single], "o/n")).toEqual([
      "model.safetensors.index.json",
    ]);
  });

  it.each([
    ["m-Q4_0.gguf", ["m-Q4_0.gguf"]],
    ["M-q4_0.GGUF", ["m-Q4_0.gguf"]],
    ["Q4_0", ["m-Q4_0.gguf"]],
    ["q4_k_m", ["m.Q4_K_M.gguf"]],
    ["F16", ["big/m-F16-00001-of-00002.gguf", "big/m-F16-00002-of-00002.gguf"]],
    [
      "big/m-F16-00001-of-00002.gguf",
      ["big/m-F16-00001-of-00002.gguf", "big/m-F16-00002-of-00002.gguf"],
    ],
  ])("are those that %s names, with all parts", (wanted, files) => {
    expect(weightFiles(gguf, "o/n", wanted)).toEqual(files);
    expect(weightFiles(["model.safetensors", ...gguf], "o/n", wanted)).toEqual(files);
  });

  it("are model.ryan where no safetensors are, or one that is named", () => {
    const files = ["model.ryan", "other.ryan", ...gguf];
    expect(weightFiles(files, "o/n")).toEqual(["model.ryan"]);
    expect(weightFiles(["model.safetensors", ...files], "o/n")).toEqual(["model.safetensors"]);
    expect(weightFiles(files, "o/n", "other")).toEqual(["other.ryan"]);
    expect(weightFiles(["config.json", "q.ryan"], "o/n")).toEqual(["q.ryan"]);
  });

  it("are the only GGUF file", () => {
    expect(weightFiles(["a.gguf", "x.bin"], "o/n")).toEqual(["a.gguf"]);
  });

  it.each([
    [gguf, undefined, "ERR_AMBIGUOUS", "choose with o/n:FILE"],
    [gguf, "m", "ERR_AMBIGUOUS", "m-Q4_0.gguf"],
    [gguf, "Q5_0", "ERR_NOT_FOUND", "m-Q4_0.gguf"],
    [["a.bin"], undefined, "ERR_NOT_FOUND", "among 1 files"],
    [["a.bin"], "Q4_0", "ERR_NOT_FOUND", "found none"],
  ])("can't be chosen from %j by %s", (names, wanted, code, message) => {
    expect(() => weightFiles(names, "o/n", wanted)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it("besides the weights are few, and one vocabulary", () => {
    const all = [
      "config.json",
      "tokenizer.json",
      "tokenizer.model",
      "vocab.txt",
      "generation_config.json",
      "pytorch_model.bin",
    ];
    expect(describingFiles(all)).toEqual([
      "config.json",
      "tokenizer.json",
      "generation_config.json",
    ]);
    expect(describingFiles(["tokenizer.model"])).toEqual(["tokenizer.model"]);
  });
});
