// Finds where in a text one of many words may begin, fast where none does. Two ways: the
// host's indexOf for what words with one first character have in common, which is fastest
// where that is rare; a regular expression for the first two units of all words, where
// it isn't, or where there are many first characters.

/** With more first characters than this only the regular expression is used. */
const FEW = 3;
/** With more, any of the first units followed by any of the second ones may be a word. */
const SOME = 24;
/** Finding more than one place in as many units makes indexOf the slower way. */
const SPARSE = 96;

export class PrefixSearch {
  readonly #prefixes: readonly string[];
  readonly #pattern: RegExp;
  /** Whether there are words of one unit, so that a match has one unit or two. */
  readonly #singles: boolean;
  #text = "";
  #from = 0;
  /** Where the search in this text began, and how often it went on. */
  #start = 0;
  #calls = 0;
  /** For each prefix where it is next. */
  readonly #next: number[];

  constructor(words: Iterable<string>) {
    const prefixes = new Map<string, string>();
    // Second units by first ones; the empty one stands for a word of one unit.
    const seconds = new Map<string, Set<string>>();
    for (const word of words) {
      const first = word.slice(0, 1);
      prefixes.set(first, sharedPrefix(prefixes.get(first) ?? word, word));
      const set = seconds.get(first) ?? new Set();
      seconds.set(first, set.add(word.slice(1, 2)));
    }
    this.#prefixes = [...prefixes.values()];
    this.#next = this.#prefixes.map(() => -1);
    this.#singles = [...seconds.values()].some((set) => set.has(""));
    this.#pattern = pairPattern(seconds);
  }

  /** The first place at or after `from` where a word may begin, or -1. */
  find(text: string, from: number): number {
    const fresh = text !== this.#text || from < this.#from;
    if (fresh) {
      this.#text = text;
      this.#start = from;
      this.#calls = 0;
    }
    this.#from = from;
    this.#calls++;
    const dense = this.#calls > 16 && this.#calls * SPARSE > from - this.#start;
    if (this.#prefixes.length > FEW || dense) return this.#findPair(text, from);
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
    this.#from = Number.POSITIVE_INFINITY;
  }

  #findPair(text: string, from: number): number {
    const pattern = this.#pattern;
    pattern.lastIndex = from;
    if (this.#singles) return pattern.exec(text)?.index ?? -1;
    return pattern.test(text) ? pattern.lastIndex - 2 : -1;
  }
}

function pairPattern(seconds: ReadonlyMap<string, ReadonlySet<string>>): RegExp {
  const singles: string[] = [];
  let pairs: [string[], string[]][] = [];
  for (const [first, set] of seconds) {
    if (set.has("")) singles.push(first);
    else pairs.push([[first], [...set]]);
  }
  if (pairs.length > SOME) {
    pairs = [[pairs.flatMap(([first]) => first), pairs.flatMap(([, second]) => second)]];
  }
  const branches = pairs.map(([first, second]) => unitClass(first) + unitClass(second));
  if (singles.length > 0) branches.push(unitClass(singles));
  return new RegExp(branches.join("|"), "g");
}

function unitClass(units: Iterable<string>): string {
  const escapes = [...new Set(units)].map(
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `[${escapes.join("")}]`;
}

function sharedPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
