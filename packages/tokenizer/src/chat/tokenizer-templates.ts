// The chat templates of a tokenizer: which there are, and what a conversation becomes.

import type { TokenizerConfig } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { type ChatMessage, normalizeMessages } from "./messages.js";
import { ChatTemplate, type RenderOptions } from "./template.js";

export class TokenizerTemplates {
  readonly #config: TokenizerConfig;
  readonly #known = new Map<string, ChatTemplate>();

  constructor(config: TokenizerConfig) {
    this.#config = config;
  }

  /** @throws ERR_TEMPLATE when there is none of this name, or it isn't Jinja. */
  named(name: string): ChatTemplate {
    const { chatTemplate: all } = this.#config;
    const source = typeof all === "string" ? (name === "default" ? all : undefined) : all?.[name];
    if (source === undefined) {
      const names = typeof all === "string" ? ["default"] : Object.keys(all ?? {});
      throw new TokenizerError(
        "ERR_TEMPLATE",
        `this tokenizer has no chat template ${JSON.stringify(name)}: it has ` +
          `${names.length > 0 ? names.map((each) => JSON.stringify(each)).join(", ") : "none"}`,
      );
    }
    let template = this.#known.get(name);
    if (template === undefined) {
      template = new ChatTemplate(source, this.#config);
      this.#known.set(name, template);
    }
    return template;
  }

  /** With tools, the template `tool_use` is taken where there is one. */
  render(messages: readonly ChatMessage[], options: RenderOptions): string {
    const all = this.#config.chatTemplate;
    const hasTools = options.tools && typeof all === "object" && "tool_use" in all;
    return this.named(hasTools ? "tool_use" : "default").render(
      normalizeMessages(messages),
      options,
    );
  }
}
