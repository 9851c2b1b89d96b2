// The regular expressions that vocabularies split text with before they merge, where the
// vocabulary's file names them or leaves them out.

const CASES = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const END = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** GPT-2's: digits of any number together, contractions in lower case only. */
export const GPT2 =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** The family of GPT-4: `digits` says how many stay together, such as `\\p{N}{1,3}`. */
export const gpt4 = (digits: string, letters = "\\p{L}", contractions = `${CASES}|`): string => {
  const marks = letters === "\\p{L}" ? "" : "\\p{M}";
  const word = `[^\\r\\n\\p{L}\\p{N}]?${marks ? `[${letters}]` : letters}+`;
  return `${contractions}${word}|${digits}| ?[^\\s\\p{L}${marks}\\p{N}]+[\\r\\n]*|${END}`;
};

const UPPER = "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}";
const LOWER = "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}";

/** The family of GPT-4o: words also end where a capital follows a small letter. */
export const gpt4o = (digits: string, contractions = `${CASES}?`, except = ""): string => {
  const [upper, lower] = [`[${UPPER}${except}]`, `[${LOWER}${except}]`];
  const head = "[^\\r\\n\\p{L}\\p{N}]?";
  const words = `${head}${upper}*${lower}+${contractions}|${head}${upper}+${lower}*${contractions}`;
  const marks = except ? "" : "/";
  return `${words}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n${marks}]*|${END}`;
};

/** Kimi's: GPT-4o's with Chinese characters apart. */
export const KIMI = `[\\p{Han}]+|${gpt4o("\\p{N}{1,3}", `${CASES}?`, "&&[^\\p{Han}]")}`;
