// The regular expressions that `tokenizer.ggml.pre` names; they are not in the file. The
// names and what they stand for are llama.cpp's (llama-vocab.cpp); where it writes an
// expression in another way for its own engine, this is the original one.

import { unpack } from "../unicode/unpack.js";
import { GPT2, gpt4, gpt4o, KIMI } from "./patterns.js";

export interface Split {
  /** Applied one after the other, each to the pieces that the one before has left. */
  readonly patterns: readonly string[];
  readonly ignoreMerges?: boolean;
  readonly addBos?: boolean;
}

/** The inside of a character class, from the gap before each range and its length less one. */
function characterRanges(packed: string): string {
  const numbers = unpack(packed);
  let at = 0;
  let text = "";
  for (let i = 0; i < numbers.length; i += 2) {
    const first = at + (numbers[i] as number);
    const length = numbers[i + 1] as number;
    at = first + length;
    text += String.fromCodePoint(first);
    if (length > 0) text += (length > 1 ? "-" : "") + String.fromCodePoint(at);
  }
  return text;
}

const LLAMA3 = gpt4("\\p{N}{1,3}");
const QWEN2 = gpt4("\\p{N}");
const MARKS = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+";
const DEEPSEEK3 = [
  "\\p{N}{1,3}",
  "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
  `${MARKS}|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
];
/** Letters of scripts with case: gaps and lengths of their ranges, as unicode/unpack.ts reads them. */
const LATIN = characterRanges(
  "Ce&(&Sea:n1nU)nrsV)ngC)rrt=nne(ennnendnUtnD=,Fin|Dz(|G-FtrsjF=!rnCevze.nyLnFlrsr|rsr(nenenen1rInine=nni=rrss.inniL.eser,ne==(enenenrnsserri=seNtWjiGrrLn(r=tJzFr<dm9=Jen:=rU_VeCzGeil=D*&(&LLeVeCn>s>FPrRhR^L(OC^G)je",
);
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
