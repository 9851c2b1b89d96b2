import { beforeAll, describe, expect, it } from "vitest";
import type { ChatMessage } from "../../src/chat.js";
import { Tokenizer } from "../../src/index.js";
import { vocabularyFile } from "../support/oracle.js";

describe("a tokenizer's chat template", () => {
  let qwen: Tokenizer;
  beforeAll(async () => {
    // The folder: tokenizer.json and tokenizer_config.json beside it.
    qwen = await Tokenizer.load(vocabularyFile("qwen2_5").replace(/\/tokenizer\.json$/, ""));
  });
  const messages: ChatMessage[] = [
    { role: "system", content: "Reason step by step." },
    { role: "user", content: "What is 2/3 of 81?" },
  ];

  it("renders a conversation, and its encoding has the special tokens and nothing added", async () => {
    const text = await qwen.applyChatTemplate(messages, { addGenerationPrompt: true });
    expect(text).toBe(
      "<|im_start|>system\nReason step by step.<|im_end|>\n<|im_start|>user\nWhat is 2/3 of 81?<|im_end|>\n" +
        "<|im_start|>assistant\n",
    );
    const { ids } = await qwen.encodeChat(messages, { addGenerationPrompt: true });
    expect(qwen.decode(ids)).toBe(text);
    expect(ids[0]).toBe(qwen.tokenToId("<|im_start|>"));
  });

  it("leaves out fields that are null, as transformers does", async () => {
    const nulls = messages.map((message) => ({ ...message, tool_calls: null }) as never);
    expect(await qwen.applyChatTemplate(nulls)).toBe(await qwen.applyChatTemplate(messages));
  });

  it("is refused by name where there is none, and for what is no conversation", async () => {
    await expect(qwen.chatTemplate("rag")).rejects.toMatchObject({
      code: "ERR_TEMPLATE",
      message: expect.stringContaining('"rag"'),
    });
    await expect(qwen.applyChatTemplate("hello" as never)).rejects.toMatchObject({
      code: "ERR_ARGUMENT",
    });
    const bare = new Tokenizer({ ...qwen.definition, config: {} });
    await expect(bare.applyChatTemplate(messages)).rejects.toMatchObject({ code: "ERR_TEMPLATE" });
  });
});
