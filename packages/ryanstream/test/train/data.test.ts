// What a step is given: documents, segments and places with loss; and what is measured.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeConversation, parseConversation } from "../../src/train/data/conversations.js";
import { MetricsFile } from "../../src/train/metrics-file.js";
import { lossRows, segmentsOf } from "../../src/train/training-step.js";

/** Characters as ids. */
const encoder = {
  applyChatTemplate: async (
    messages: readonly { readonly role: string; readonly content?: unknown }[],
    { addGenerationPrompt = false } = {},
  ) => {
    const [first] = messages;
    if (first === undefined) throw new TypeError("no first message");
    const all = messages.map(({ role, content }) => `${role[0]}:${content};`).join("");
    return all + (addGenerationPrompt ? "a:" : "");
  },
  encodeIds: (text: string) => Int32Array.from(text, (c) => c.charCodeAt(0)),
};
const textOf = (ids: ArrayLike<number>) => String.fromCharCode(...Array.from(ids));

describe("a conversation", () => {
  const user = (content: string) => ({ role: "user", content });
  const assistant = (content: string) => ({ role: "assistant", content });

  it("has loss on all answers with their ends, and on nothing else", async () => {
    const messages = [user("1+1"), assistant("2"), user("and 1"), assistant("3"), user("thanks")];
    const { tokens, loss = [] } = await encodeConversation(messages, encoder, "here");
    expect(textOf(tokens)).toBe("u:1+1;a:2;u:and 1;a:3;");
    expect(loss.map(([from, to]) => textOf(tokens.subarray(from, to)))).toEqual(["2;", "3;"]);
  });

  it.each([
    ["without an answer", [user("a")], "expected a message of the role assistant"],
    ["that the template refuses", [assistant("a")], "the chat template refuses it: no first"],
  ])("%s is refused, with its place", async (_, messages, message) => {
    await expect(encodeConversation(messages, encoder, "f:3")).rejects.toMatchObject({
      code: "ERR_DATA",
      message: expect.stringContaining(`f:3: ${message}`),
    });
  });

  it("whose beginning is written otherwise once it goes on is refused", async () => {
    const counting = {
      ...encoder,
      applyChatTemplate: async (messages: readonly unknown[]) => `${messages.length} messages`,
    };
    await expect(
      encodeConversation([user("a"), assistant("b")], counting, "f:1"),
    ).rejects.toMatchObject({ code: "ERR_DATA" });
  });

  it.each(["{", "[]", '{"messages":[{"role":"user"}]}', "null"])("%s is none", (line) => {
    expect(() => parseConversation(line, "f:2")).toThrow(
      expect.objectContaining({ code: "ERR_DATA", message: expect.stringMatching(/^f:2: /) }),
    );
  });
});

it("segments differ between rows, and padding has one of its own", () => {
  const document = Int32Array.of(0, 0, 1, 1, 0, 1, 2, -1, 0, -1, -1, -1);
  expect([...segmentsOf(document, 4)]).toEqual([0, 0, 1, 1, 4, 5, 6, 7, 8, 11, 11, 11]);
});

it("places are where targets are", () => {
  const targets = Int32Array.of(-1, 5, 0, -1, 7);
  const rows = lossRows({ targets, lossTokens: 3 });
  expect([[...rows.places], [...rows.targets]]).toEqual([
    [1, 2, 4],
    [5, 0, 7],
  ]);
});

describe("what is measured", () => {
  const lines = (...steps: unknown[]) => steps.map((each) => `${JSON.stringify(each)}\n`).join("");
  const four = lines({ step: 1 }, { step: 2 }, { step: 2, evaluation: {} }, { step: 3 });

  it.each([
    ["all of it", four, 3, four, 2],
    ["up to the step", four, 2, lines({ step: 1 }, { step: 2 }, { step: 2, evaluation: {} }), 2],
    ["before an evaluation", four, 1, lines({ step: 1 }), -1],
    ["no line that was cut", `${lines({ step: 1 })}{"ste`, 5, lines({ step: 1 }), -1],
    ["no line without its end", `${lines({ step: 1 })}{"step":2}`, 5, lines({ step: 1 }), -1],
    [
      "nothing after a damaged line",
      `${lines({ step: 1 })}?\n${lines({ step: 2 })}`,
      5,
      lines({ step: 1 }),
      -1,
    ],
    ["nothing of nothing", "", 0, "", -1],
  ])("keeps %s", async (_, before, step, after, evaluated) => {
    const folder = await mkdtemp(join(tmpdir(), "ryanstream-metrics-"));
    const path = join(folder, "metrics.jsonl");
    await writeFile(path, before);
    {
      await using file = await MetricsFile.open(path, step);
      expect(file.evaluated).toBe(evaluated);
      await file.write({ step: 9 });
    }
    expect(await readFile(path, "utf8")).toBe(after + lines({ step: 9 }));
    await rm(folder, { recursive: true });
  });
});
