// A chat at a terminal: lines in, answers out, until the person leaves.

import type { AppendProgress } from "@ryanstream/scheduler";
import type { Conversation } from "./conversation.js";
import type { Lines } from "./lines.js";

export interface DialogueOutput {
  /** A part of an answer. */
  text(text: string): Promise<void>;
  /** Called when a message is about to be read; the result, while that takes long. */
  reading(): (progress: AppendProgress) => void;
  /** Something about the chat itself. */
  note(text: string): void;
  /** Called when an answer is over. */
  answered(): Promise<void>;
}

const HELP = `/clear  begin a new conversation
/exit   leave; so does Ctrl-D, or Ctrl-C twice
Ctrl-C  end an answer`;

/**
 * Runs a dialogue until `/exit`, the end of the lines, Ctrl-C twice, or the signal.
 *
 * @param failed  whether an error of an answer is told and the dialogue goes on; else it is thrown
 */
export async function dialogue(
  conversation: Conversation,
  lines: Lines,
  output: DialogueOutput,
  { signal, failed }: { readonly signal: AbortSignal; failed(error: unknown): boolean },
): Promise<void> {
  let answering: AbortController | undefined;
  let warned = false;
  lines.onInterrupt = () => {
    if (answering !== undefined && !answering.signal.aborted) return answering.abort();
    if (warned) return lines.close();
    warned = true;
    output.note("(Ctrl-C again or /exit leaves)");
  };
  const stop = (): void => lines.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const line = await lines.next("> ");
      signal.throwIfAborted();
      if (line === undefined) return;
      const text = line.trim();
      if (text === "") continue;
      warned = false;
      if (text === "/exit" || text === "/quit") return;
      if (text === "/clear") {
        conversation.clear();
        output.note("(a new conversation)");
        continue;
      }
      if (/^\/\w+$/.test(text)) {
        output.note(HELP);
        continue;
      }
      answering = new AbortController();
      const ending = AbortSignal.any([signal, answering.signal]);
      try {
        const options = { signal: ending, onProgress: output.reading() };
        for await (const { text: part = "" } of conversation.reply(line, options)) {
          await output.text(part);
        }
      } catch (error) {
        signal.throwIfAborted();
        if (!answering.signal.aborted && !failed(error)) throw error;
      }
      answering = undefined;
      await output.answered();
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
