import type { Tokenizer } from "@ryanstream/tokenizer";

/** A question as the chat template asks it, up to where the answer begins. */
export async function questionPrompt(question: string, tokenizer: Tokenizer): Promise<Int32Array> {
  const messages = [{ role: "user", content: question }];
  const text = await tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true });
  return tokenizer.encodeIds(text, { addSpecialTokens: false });
}
