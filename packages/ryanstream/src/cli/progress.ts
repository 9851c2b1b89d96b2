// One line on stderr that is written over again and again, on terminals only.

const INTERVAL = 80; // milliseconds

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #enabled: boolean;
  #shown = false;
  #last = 0;

  constructor(stream: NodeJS.WriteStream, enabled: boolean) {
    this.#stream = stream;
    this.#enabled = enabled && stream.isTTY === true;
  }

  /** Shows a line in place of the last one; most calls do nothing, since nobody reads so fast. */
  show(line: () => string): void {
    if (!this.#enabled) return;
    const now = performance.now();
    if (this.#shown && now - this.#last < INTERVAL) return;
    this.#last = now;
    this.#shown = true;
    const width = (this.#stream.columns || 80) - 1;
    this.#stream.write(`\r\x1b[K${line().slice(0, width)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#stream.write("\r\x1b[K");
    this.#shown = false;
  }
}
