// A conversation that stays in one session: each turn appends only what the session
// doesn't hold yet.

import {
  type AppendProgress,
  type Detokenizer,
  type GeneratedToken,
  type GenerateOptions,
  generate,
  type Session,
} from "@ryanstream/scheduler";
import type { ChatMessage, Encoding } from "@ryanstream/tokenizer";

/** What a conversation needs of a tokenizer, such as `Tokenizer` of `@ryanstream/tokenizer`. */
export interface ChatTokenizer extends Detokenizer {
  applyChatTemplate(
    messages: readonly ChatMessage[],
    options?: { readonly addGenerationPrompt?: boolean },
  ): Promise<string>;
  encode(text: string, options: { readonly addSpecialTokens: boolean }): Encoding;
  isSpecial(id: number): boolean;
}

export interface ConversationOptions
  extends Omit<GenerateOptions, "tokenizer" | "signal" | "onProgress" | "sequence"> {
  /** The conversation's first message, of the role `system`. */
  readonly system?: string;
}

export interface ReplyOptions {
  /** Ends the answer; what there is of it stays in the conversation. */
  readonly signal?: AbortSignal;
  /** Told how many are read of the tokens that the session didn't hold yet, while that takes several steps. */
  readonly onProgress?: (progress: AppendProgress) => void;
}

/** A token of an answer. */
export interface ReplyToken extends GeneratedToken {
  /** With the last one, if a stop token or stop string ended the answer. */
  readonly stoppedBy?: number | string;
}

/** What stands for an answer while its end is looked for. */
const ANSWER = "xyz";

export class Conversation {
  readonly #session: Session;
  readonly #tokenizer: ChatTokenizer;
  readonly #options: ConversationOptions;
  #messages: ChatMessage[] = [];
  /** The ids that the session holds. */
  #held: number[] = [];
  #turns = 0;
  #end: readonly number[] | undefined;

  /** The session must be empty, and be used by nobody else. It stays the caller's. */
  constructor(session: Session, tokenizer: ChatTokenizer, options: ConversationOptions = {}) {
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#options = options;
    this.clear();
  }

  /** All messages so far, the system's first. */
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** Forgets all messages but the system's. What the session holds of those is kept. */
  clear(): void {
    const { system } = this.#options;
    this.#messages = system === undefined ? [] : [{ role: "system", content: system }];
  }

  /**
   * Says something, and gives the answer token by token. An answer that is cut off, by the signal or because nobody
   * wants more of it, stays in the conversation as far as it came; a message that could not be read does not.
   *
   * @throws TokenizerError `ERR_TEMPLATE` when the tokenizer has no chat template, or it refuses these messages;
   *   SchedulerError `ERR_LENGTH` when the conversation is longer than the session may get; the signal's reason
   */
  async *reply(
    text: string,
    { signal, onProgress }: ReplyOptions = {},
  ): AsyncGenerator<ReplyToken, void> {
    const before = this.#messages;
    const asked = [...before, { role: "user", content: text }];
    const prompt = await this.#encode(asked);
    this.#rewind(prompt);
    const given: number[] = [];
    let answer = "";
    try {
      const generation = generate(this.#session, prompt.slice(this.#session.length), {
        ...this.#options,
        stopTokens: [...(this.#options.stopTokens ?? []), ...(await this.#endOfTurn(asked))],
        tokenizer: this.#tokenizer,
        sequence: this.#turns++,
        signal,
        onProgress,
      });
      for await (const token of generation) {
        given.push(token.token);
        answer += token.text ?? "";
        const { stoppedBy } = generation;
        yield stoppedBy === undefined ? token : { ...token, stoppedBy };
      }
    } finally {
      if (given.length > 0) {
        this.#messages = [...asked, { role: "assistant", content: answer }];
      }
      this.#held = [...prompt, ...given].slice(0, this.#session.length);
    }
  }

  /** How many tokens the whole conversation has with this message, up to where its answer begins. */
  async countTokens(text: string): Promise<number> {
    return (await this.#encode([...this.#messages, { role: "user", content: text }])).length;
  }

  async #encode(messages: readonly ChatMessage[]): Promise<number[]> {
    const text = await this.#tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true });
    return Array.from(this.#tokenizer.encode(text, { addSpecialTokens: false }).ids);
  }

  /** Leaves in the session what the prompt begins with; its last token is always appended anew, for its logits. */
  #rewind(prompt: readonly number[]): void {
    let same = 0;
    const most = Math.min(this.#held.length, prompt.length - 1);
    while (same < most && this.#held[same] === prompt[same]) same++;
    this.#session.truncate(same);
    this.#held.length = same;
  }

  /** The special token that the template puts after an answer: files don't always name it. */
  async #endOfTurn(asked: readonly ChatMessage[]): Promise<readonly number[]> {
    if (this.#end !== undefined) return this.#end;
    this.#end = [];
    const messages = [...asked.slice(-1), { role: "assistant", content: ANSWER }];
    const text = await this.#tokenizer.applyChatTemplate(messages).catch(() => "");
    const at = text.lastIndexOf(ANSWER);
    if (at < 0) return this.#end;
    const after = text.slice(at + ANSWER.length).trimStart();
    const [first] = this.#tokenizer.encode(after, { addSpecialTokens: false }).ids;
    if (first !== undefined && this.#tokenizer.isSpecial(first)) this.#end = [first];
    return this.#end;
  }
}
