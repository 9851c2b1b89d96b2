// A chat template: compiled once, rendered as Jinja2 renders it in the environment that
// Hugging Face's tokenizers use, with bounds on what a template from outside may cost.

import type { TokenRoles } from "../definition.js";
import { TokenizerError } from "../errors.js";
import { enterRender, Render, type RenderLimits, TemplateFailure } from "./budget.js";
import { globals } from "./globals.js";
import { toValue } from "./input.js";
import { type ChatMessage, checkMessages } from "./messages.js";
import { parse } from "./parser.js";
import { compileTemplate } from "./statements.js";
import type { Value } from "./values.js";

/** Characters that a template may have. */
const MAX_SOURCE = 1 << 20;

export interface ChatTemplateOptions extends TokenRoles {
  readonly limits?: RenderLimits;
}

export interface RenderOptions {
  /** Ends with what begins an answer. Default false. */
  readonly addGenerationPrompt?: boolean;
  /** JSON schemas of the functions that the model may call. */
  readonly tools?: readonly unknown[] | null | undefined;
  readonly documents?: readonly unknown[] | null | undefined;
  /**
   * Leaves the last message open, so that the model goes on with it: the text ends where its
   * content does. The name of a field continues that one instead. Default false.
   */
  readonly continueFinalMessage?: boolean | string;
  /** What `strftime_now` writes, in local time. Default now. */
  readonly date?: Date | undefined;
  /** Further variables, such as `enable_thinking`. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

export interface MaskedRender {
  readonly text: string;
  /** Start and end, in UTF-16 units, of what stands in `{% generation %}` blocks. */
  readonly generated: readonly (readonly [start: number, end: number])[];
}

const tag = "CONTINUE_FINAL_MESSAGE_TAG ";
const tokenNames = ["bos", "eos", "unk", "pad", "sep", "cls", "mask"] as const;
const reasoning = ["reasoning_content", "thinking", "reasoning"];

/**
 * A template of a `tokenizer_config.json`, a `chat_template.jinja` or a GGUF file.
 * Numbers in messages, tools and variables are ints where they are integers, else floats;
 * `new Float(1)` and {@link parseJson} say `1.0`.
 */
export class ChatTemplate {
  static readonly name: string = "ChatTemplate"; // as users see it, minified or not
  readonly #run: () => void;
  readonly #base: Map<string, Value>;
  readonly #limits: Required<RenderLimits>;

  /**
   * Throws ERR_TEMPLATE with the line where the template isn't Jinja, ERR_UNSUPPORTED where
   * it needs other files, ERR_LIMIT where it is too long or nested too deep.
   */
  constructor(
    readonly source: string,
    options: ChatTemplateOptions = {},
  ) {
    if (typeof source !== "string") {
      throw new TokenizerError(
        "ERR_ARGUMENT",
        `expected a template as text, found ${typeof source}`,
      );
    }
    if (source.length > MAX_SOURCE) {
      throw new TokenizerError(
        "ERR_LIMIT",
        `expected a chat template of at most ${MAX_SOURCE} characters, found ${source.length}`,
      );
    }
    this.#run = guard(() => compileTemplate(parse(source)));
    this.#limits = { steps: 1e7, length: 1 << 25, depth: 200, ...options.limits };
    this.#base = new Map(globals);
    for (const name of tokenNames) {
      const token = options[`${name}Token`];
      if (token !== undefined) this.#base.set(`${name}_token`, token);
    }
  }

  /**
   * The conversation as text. `messages` is read and copied, never changed.
   * Throws ERR_TEMPLATE with the template's own message and line where it refuses the
   * conversation or fails on it, ERR_LIMIT where it costs too much.
   */
  render(messages: readonly ChatMessage[], options: RenderOptions = {}): string {
    return this.renderWithMask(messages, options).text;
  }

  /** As {@link render}, and which parts the model is to learn, where the template says so. */
  renderWithMask(messages: readonly ChatMessage[], options: RenderOptions = {}): MaskedRender {
    checkMessages(messages);
    const chat = toValue(messages, "messages") as Map<Value, Value>[];
    const { continueFinalMessage: open = false } = options;
    const final = open ? this.#openFinal(chat, open === true ? "content" : open) : undefined;
    const variables = new Map(this.#base);
    variables.set("messages", chat);
    variables.set("tools", toValue(options.tools ?? null, "tools"));
    variables.set("documents", toValue(options.documents ?? null, "documents"));
    variables.set("add_generation_prompt", options.addGenerationPrompt ?? false);
    for (const [name, value] of Object.entries(options.variables ?? {})) {
      if (value !== undefined) variables.set(name, toValue(value, name));
    }
    const { steps, length, depth } = this.#limits;
    const next = new Render(variables, options.date ?? new Date(), length, depth, steps);
    const previous = enterRender(next);
    try {
      guard(this.#run, next);
    } finally {
      enterRender(previous);
    }
    const text = final === undefined ? next.out : cutFinal(next.out, final);
    return { text, generated: next.spans };
  }

  /** Marks the end of the text to go on with, and gives that text. */
  #openFinal(chat: readonly Map<Value, Value>[], name: string): string {
    const refuse = (what: string): never => {
      throw new TokenizerError(
        "ERR_ARGUMENT",
        `expected a final message to continue, found ${what}`,
      );
    };
    const last = chat.at(-1) ?? refuse("an empty conversation");
    const content = last.get(name) ?? refuse(`none with a field "${name}"`);
    const names = reasoning.includes(name)
      ? reasoning.filter((other) => last.get(other) === content)
      : [name];
    if (!names.some((other) => this.source.includes(other))) {
      refuse(`a template that doesn't read the field "${name}"`);
    }
    if (Array.isArray(content)) {
      for (const part of [...content].reverse()) {
        const text = part instanceof Map ? part.get("text") : undefined;
        if (typeof text !== "string") continue;
        (part as Map<Value, Value>).set("text", text + tag);
        return text;
      }
      return refuse("one without text");
    }
    if (typeof content !== "string") return refuse(`a field "${name}" that isn't text`);
    for (const other of names) last.set(other, content + tag);
    return content;
  }
}

function cutFinal(text: string, final: string): string {
  const at = text.lastIndexOf(tag.trim());
  if (at < 0 || !text.includes(final.trim())) {
    throw new TokenizerError(
      "ERR_TEMPLATE",
      "expected the final message in the rendered chat to continue it, found that the template drops or changes it",
    );
  }
  const kept = text.slice(0, at);
  return text.startsWith(tag, at) ? kept : kept.trimEnd();
}

/** Turns what goes wrong in a template into this package's errors. */
function guard<T>(run: () => T, state?: Render): T {
  try {
    return run();
  } catch (error) {
    const where = `chat template${state ? `, line ${state.line}` : ""}`;
    if (error instanceof TemplateFailure) {
      throw new TokenizerError("ERR_TEMPLATE", `${where}: ${error.message}`, { cause: error });
    }
    if (error instanceof RangeError) {
      throw new TokenizerError(
        "ERR_LIMIT",
        `${where}: expected a render within its limits, found ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  }
}
