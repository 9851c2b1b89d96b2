// Finds where in a text one of many tokens may begin, fast where none does: tokens that
// share a first character are searched for by what they all begin with.

/** As many prefixes are searched for one by one; more of them in one regular expression. */
const FEW = 3;

export class PrefixSearch {
  readonly #prefixes: readonly string[];
  readonly #pattern: RegExp | undefined;
  #text = "";
  /** For each prefix where it is next, as found by a search that began at `#from`. */
  readonly #next: number[];
  #from = 0;

  constructor(words: Iterable<string>) {
    const groups = new Map<string, string>();
    for (const word of words) {
      const first = word.slice(0, 1);
      groups.set(first, sharedPrefix(groups.get(first) ?? word, word));
    }
    this.#prefixes = [...groups.values()];
    this.#next = this.#prefixes.map(() => -1);
    if (this.#prefixes.length > FEW) {
      this.#pattern = new RegExp(`(?=${this.#prefixes.map(literally).join("|")})`, "g");
    }
  }

  /** The first place at or after `from` where a word may begin, or -1. */
  find(text: string, from: number): number {
    if (this.#pattern) {
      this.#pattern.lastIndex = from;
      // The match is empty, so it ends where it begins.
      return this.#pattern.test(text) ? this.#pattern.lastIndex : -1;
    }
    const fresh = text !== this.#text || from < this.#from;
    this.#text = text;
    this.#from = from;
    let nearest = -1;
    for (let i = 0; i < this.#prefixes.length; i++) {
      let at = this.#next[i] as number;
      if (fresh || (at >= 0 && at < from)) {
        at = text.indexOf(this.#prefixes[i] as string, from);
        this.#next[i] = at;
      }
      if (at >= 0 && (nearest < 0 || at < nearest)) nearest = at;
    }
    return nearest;
  }

  /** Lets go of the text that was searched last. */
  release(): void {
    this.#text = "";
    this.#next.fill(-1);
    this.#from = 0;
  }
}

function sharedPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
