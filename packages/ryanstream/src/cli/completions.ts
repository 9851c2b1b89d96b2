// Completions as they are made: JSON lines for programs, else texts one after another.

import { OrderedTexts } from "./ordered-texts.js";
import type { Terminal } from "./terminal.js";

export interface Completion {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly finishReason: string | undefined;
  /** The stop token or stop text, if one ended it. */
  readonly stoppedBy: number | string | undefined;
  readonly seed: number;
}

/** Both tell it of one of the completions, by its index from 0. */
export interface CompletionOutput {
  token(index: number, token: number, text: string): Promise<void>;
  end(index: number, completion: Completion): Promise<void>;
}

type Written = Pick<Terminal, "json" | "writeJson" | "writeText">;

/** @param n  how many there will be */
export const completionOutput = async (terminal: Written, n: number): Promise<CompletionOutput> =>
  terminal.json ? jsonOutput(terminal) : await textOutput(terminal, n);

const jsonOutput = (terminal: Written): CompletionOutput => ({
  token: (index, token, text) => terminal.writeJson({ event: "token", index, token, text }),
  end: (index, completion) => terminal.writeJson({ event: "completion", index, ...completion }),
});

async function textOutput(terminal: Written, n: number): Promise<CompletionOutput> {
  const texts = new OrderedTexts((text) => terminal.writeText(text));
  const title = (index: number): string => (n === 1 ? "" : `--- ${index + 1} of ${n} ---\n`);
  for (let index = 0; index < n; index++) await texts.add(index, title(index));
  return {
    token: (index, _, text) => texts.add(index, text),
    end: (index, { text }) => texts.end(index, text.endsWith("\n") ? "" : "\n"),
  };
}
