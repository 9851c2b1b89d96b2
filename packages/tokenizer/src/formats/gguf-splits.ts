// The regular expressions that `tokenizer.ggml.pre` names; they are not in the file. The
// names and what they stand for are llama.cpp's (llama-vocab.cpp); where it writes an
// expression in another way for its own engine, this is the original one.

import { GPT2, gpt4, gpt4o, KIMI } from "./patterns.js";

export interface Split {
  /** Applied one after the other, each to the pieces that the one before has left. */
  readonly patterns: readonly string[];
  readonly ignoreMerges?: boolean;
  readonly addBos?: boolean;
}

const LLAMA3 = gpt4("\\p{N}{1,3}");
const QWEN2 = gpt4("\\p{N}");
const MARKS = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+";
const DEEPSEEK3 = [
  "\\p{N}{1,3}",
  "[一-龥぀-ゟ゠-ヿ]+",
  `${MARKS}|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
];
const LATIN =
  "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃";
const BAILING =
  "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
const BLOOM = " ?[^(\\s|.,!?…。，、।۔،)]+";

// Names of one meaning together; `!` before the patterns: a piece that is a token stays whole.
const TABLE: readonly (readonly [names: string, patterns: readonly string[], flags?: string])[] = [
  [
    "llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano",
    [LLAMA3],
    "ib",
  ],
  ["dbrx smaug-bpe chatglm-bpe", [LLAMA3]],
  ["glm4 glm5", [LLAMA3], "i"],
  [
    "deepseek-llm",
    [
      "[\\r\\n]",
      `\\s?[${LATIN}]+`,
      "\\s?[!-/:-~！-／：-～‘-‟　-。]+",
      "\\s+$",
      "[一-龥ࠀ-一가-퟿]+",
      "\\p{N}+",
    ],
  ],
  ["deepseek-coder", ["[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-퟿]+", "\\p{N}"]],
  ["deepseek-v3 hunyuan-dense joyai-llm hy_v4", DEEPSEEK3],
  ["falcon", ["[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]"]],
  ["starcoder refact command-r smollm codeshell exaone minerva-7b mellum2", ["\\p{N}", GPT2]],
  [
    "gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert jina-v1-en jina-v2-code roberta-bpe exaone4 mpt olmo jais trillion granite-docling",
    [GPT2],
  ],
  ["qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2", [QWEN2]],
  ["qwen35", [gpt4("\\p{N}", "\\p{L}\\p{M}")]],
  ["ufakzeka", [gpt4("\\p{N}", "\\p{L}", "")]],
  ["poro-chat bloom gpt3-finnish", [BLOOM]],
  ["viking", [BLOOM, "\\p{N}"]],
  ["tekken", [gpt4o("\\p{N}", "")], "ib"],
  ["gpt-4o llama4 kanana2 talkie minimax-m2", [gpt4o("\\p{N}{1,3}")]],
  ["tiny_aya cohere2moe", ["\\d{1,3}(?=(?:\\d{3})*\\b)", gpt4o("\\p{N}{1,3}")]],
  ["kimi-k2", [KIMI]],
  ["superbpe", ["\\p{N}+", "(?=(\\d{3})+(?!\\d))"]],
  ["bailingmoe bailingmoe2 llada-moe", [BAILING]],
  ["seed-coder", [QWEN2.replace("]+[\\r\\n]*|", "\\r\\n]+|")]],
  ["minicpm5", ["\\p{N}{1,3}", gpt4("\\p{N}+")], "i"],
  ["default", ["[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"]],
];

/** What this name stands for, or undefined. */
export function splitByName(name: string): Split | undefined {
  const row = TABLE.find(([names]) => names.split(" ").includes(name));
  if (!row) return undefined;
  const [, patterns, flags = ""] = row;
  return { patterns, ignoreMerges: flags.includes("i"), addBos: flags.includes("b") };
}
