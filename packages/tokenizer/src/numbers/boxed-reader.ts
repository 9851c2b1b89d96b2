// Finds \boxed{…}, where models put their answer, in a text that comes in pieces.

/** The content of a `\boxed{…}`, without the braces, and where it stands in UTF-16 units. */
export interface Boxed {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A content longer than this is given up. */
export const MAX_BOXED = 1 << 16;

const COMMAND = "\\boxed";

export class BoxedReader {
  /** How much of {@link COMMAND} has been matched; all of it: a brace is awaited. */
  #matched = 0;
  /** Braces open inside the content, itself included. */
  #depth = 0;
  #escaped = false;
  #content = "";
  #start = 0;
  #position = 0;

  /** Reads on; returns what this piece closes. A `\boxed` inside another is part of its content. */
  push(piece: string): Boxed[] {
    const closed: Boxed[] = [];
    let from = 0;
    for (let i = 0; i < piece.length; i++) {
      const c = piece[i] as string;
      if (this.#depth > 0) {
        if (this.#escaped) this.#escaped = false;
        else if (c === "\\") this.#escaped = true;
        else if (c === "{") this.#depth++;
        else if (c === "}" && --this.#depth === 0) {
          const text = this.#content + piece.slice(from, i);
          closed.push({ text, start: this.#start, end: this.#position + i });
          this.#content = "";
        }
      } else if (this.#matched === COMMAND.length) {
        if (c === "{") {
          this.#depth = 1;
          this.#matched = 0;
          from = i + 1;
          this.#start = this.#position + from;
        } else if (c !== " ") this.#restart(c);
      } else if (c === COMMAND[this.#matched]) this.#matched++;
      else if (c === "\\" || this.#matched > 0) this.#restart(c);
      else {
        const next = piece.indexOf("\\", i);
        if (next < 0) break;
        i = next - 1;
      }
    }
    this.#position += piece.length;
    if (this.#depth > 0) {
      this.#content += piece.slice(from);
      if (this.#content.length > MAX_BOXED) {
        this.#content = "";
        this.#depth = 0;
        this.#escaped = false;
      }
    }
    return closed;
  }

  #restart(c: string): void {
    this.#matched = c === "\\" ? 1 : 0;
  }
}
