import { generate } from "@ryanstream/scheduler";
import { describe, expect, it } from "vitest";
import { setupChat, textOf } from "./support/chat-setup.js";
import { TEMPLATE } from "./support/tiny-model.js";

const messages = ["Hello", "What is two plus two?", "And why?"];

/** The answer to a conversation that was never held, only written. */
async function answerAnew(
  history: Parameters<Awaited<ReturnType<typeof setupChat>>["tokenizer"]["encodeChat"]>[0],
) {
  const { tokenizer, engine } = await setupChat();
  using _ = engine;
  const { ids } = await tokenizer.encodeChat(history, { addGenerationPrompt: true });
  let text = "";
  const end = tokenizer.tokenToId("<|im_end|>") as number;
  const options = { maxTokens: 12, tokenizer, stopTokens: [end] };
  for await (const token of generate(engine.createSession(), ids, options)) text += token.text;
  return text;
}

describe("a turn", () => {
  it("gives the answer that the whole conversation gives when it is read anew", async () => {
    const { conversation, engine } = await setupChat({ system: "Be brief." });
    using _ = engine;
    for (const message of messages) {
      const history = [...conversation.messages, { role: "user", content: message }];
      expect(await textOf(conversation, message)).toBe(await answerAnew(history));
    }
    expect(conversation.messages.map(({ role }) => role)).toEqual([
      "system",
      ...messages.flatMap(() => ["user", "assistant"]),
    ]);
  });

  it("appends only what the session does not hold", async () => {
    const { conversation, engine, tokenizer } = await setupChat();
    using _ = engine;
    const long = "the rain in Spain ".repeat(20);
    await textOf(conversation, long);
    const before = engine.stats.rows;
    await textOf(conversation, "Hi");
    expect(engine.stats.rows - before).toBeLessThan(tokenizer.count(long));
  });

  it("tells how far the reading of a long message is", async () => {
    const { conversation, engine, tokenizer } = await setupChat();
    using _ = engine;
    const long = "the rain in Spain ".repeat(100);
    const seen: number[] = [];
    let tokens = 0;
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      seen.push(done);
      tokens = total;
    };
    for await (const _ of conversation.reply(long, { onProgress }));
    // A step's rows, again and again, but for the last step, which is told by the first token.
    const [step = 0] = seen;
    expect(seen).toEqual(
      Array.from({ length: Math.ceil(tokens / step) - 1 }, (_, i) => step * (i + 1)),
    );
    expect(seen.length).toBeGreaterThan(1);
    expect(tokens).toBeGreaterThan(tokenizer.count(long));
  });

  it("keeps to templates that change what was said before", async () => {
    // As templates do that leave out what a model thought.
    const template = TEMPLATE.replace(
      "{{ m.content }}",
      "{{ m.content if loop.last else m.content[:2] }}",
    );
    const { conversation, engine } = await setupChat({}, { template });
    using _ = engine;
    const other = await setupChat({}, { template });
    using __ = other.engine;
    for (const message of messages) await textOf(conversation, message);
    // The same conversation, of which the session holds nothing.
    const { ids } = await other.tokenizer.encodeChat(conversation.messages.slice(0, -1), {
      addGenerationPrompt: true,
    });
    const { last } = await other.session.append(ids);
    let likeliest = 0;
    last.forEach((logit, id) => {
      if (logit > (last[likeliest] as number)) likeliest = id;
    });
    const answer = conversation.messages.at(-1)?.content as string;
    const first = other.tokenizer.decodeStream({ skipSpecialTokens: true });
    expect(answer.startsWith(first.push(likeliest))).toBe(true);
  });

  it("ends at the token that the template puts after an answer", async () => {
    const { conversation, engine, tokenizer } = await setupChat({
      maxTokens: 5,
      processLogits: (logits, tokens) => {
        logits.fill(-1);
        logits[tokens.length < 2 ? 70 : (tokenizer.tokenToId("<|im_end|>") as number)] = 1;
      },
    });
    using _ = engine;
    const all = [];
    for await (const token of conversation.reply("Hi")) all.push(token);
    expect(all).toHaveLength(3);
    expect(all[2]).toMatchObject({ text: "", finishReason: "stop" });
  });
});

describe("what is cut off", () => {
  it("stays in the conversation as far as it came", async () => {
    const { conversation, engine } = await setupChat();
    using _ = engine;
    let text = "";
    for await (const token of conversation.reply("Hello")) {
      text += token.text;
      if (token.index === 3) break;
    }
    expect(conversation.messages.at(-1)).toEqual({ role: "assistant", content: text });
    const history = [...conversation.messages, { role: "user", content: "Go on" }];
    expect(await textOf(conversation, "Go on")).toBe(await answerAnew(history));
  });

  it("stays too when the signal ended it", async () => {
    const { conversation, engine } = await setupChat({ maxTokens: 500 });
    using _ = engine;
    const controller = new AbortController();
    let text = "";
    const reply = conversation.reply("Hello", { signal: controller.signal });
    await expect(async () => {
      for await (const token of reply) {
        text += token.text;
        if (token.index === 3) controller.abort(new Error("enough"));
      }
    }).rejects.toThrow("enough");
    expect(conversation.messages.at(-1)).toEqual({ role: "assistant", content: text });
  });

  it("leaves the conversation as it was when the message is too long", async () => {
    const { conversation, engine } = await setupChat({}, { maxLength: 200 });
    using _ = engine;
    await textOf(conversation, "Hello");
    const before = conversation.messages;
    const long = "the rain in Spain ".repeat(100);
    await expect(textOf(conversation, long)).rejects.toMatchObject({ code: "ERR_LENGTH" });
    expect(conversation.messages).toBe(before);
    const history = [...before, { role: "user", content: "Hi" }];
    expect(await textOf(conversation, "Hi")).toBe(await answerAnew(history));
  });
});

it("begins anew, but for the system's message", async () => {
  const { conversation, engine } = await setupChat({ system: "Be brief." });
  using _ = engine;
  const first = await textOf(conversation, "Hello");
  await textOf(conversation, "More");
  conversation.clear();
  expect(conversation.messages).toEqual([{ role: "system", content: "Be brief." }]);
  expect(await textOf(conversation, "Hello")).toBe(first);
});

it("says so when there is no template", async () => {
  const { conversation, engine } = await setupChat(
    {},
    { template: "{{ raise_exception('no roles here') }}" },
  );
  using _ = engine;
  await expect(textOf(conversation, "Hello")).rejects.toMatchObject({
    code: "ERR_TEMPLATE",
    message: expect.stringContaining("no roles here"),
  });
});
