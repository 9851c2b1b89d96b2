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
  "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
  `${MARKS}|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
];
const LATIN =
  "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\u{10400}-\u{1044f}\u{104b0}-\u{104d3}\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}\u{118a0}-\u{118df}\u{1e900}-\u{1e943}";
const BAILING =
  "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
const BLOOM = " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+";

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
      "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+",
      "\\s+$",
      "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+",
      "\\p{N}+",
    ],
  ],
  [
    "deepseek-coder",
    [
      "[\\r\\n]",
      "\\s?\\p{L}+",
      "\\s?\\p{P}+",
      "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+",
      "\\p{N}",
    ],
  ],
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
