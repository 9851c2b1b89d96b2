// Lines that a person types, one at a time, with what they press in between.

import { createInterface } from "node:readline";

export interface Lines extends Disposable {
  /** The next line; undefined when there are no more. */
  next(prompt: string): Promise<string | undefined>;
  /** Called at Ctrl-C. */
  onInterrupt: () => void;
  /** Ends {@link next} as if there were no more lines. */
  close(): void;
}

export function readLines(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  terminal: boolean,
): Lines {
  const reader = createInterface({ input, output, terminal, historySize: 200 });
  const queue: string[] = [];
  let closed = false;
  let waiting = false;
  let wake = (): void => {};
  reader.on("line", (line) => {
    queue.push(line);
    wake();
  });
  reader.on("close", () => {
    closed = true;
    wake();
  });
  const lines: Lines = {
    async next(prompt) {
      if (queue.length === 0 && !closed) {
        reader.setPrompt(prompt);
        reader.prompt();
        waiting = true;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        waiting = false;
      }
      return queue.shift();
    },
    onInterrupt: () => reader.close(),
    close: () => reader.close(),
    [Symbol.dispose]: () => reader.close(),
  };
  reader.on("SIGINT", () => {
    lines.onInterrupt();
    if (waiting && !closed) reader.prompt();
  });
  return lines;
}
