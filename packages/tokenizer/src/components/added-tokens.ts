// Splits a text at added tokens, as Hugging Face does: of the tokens that begin first the
// longest is a match, matches don't overlap, and a match that its flags reject is text.

import type { AddedToken } from "../definition.js";
import { isWhiteSpace, isWord } from "../unicode/categories.js";
import { PrefixSearch } from "./prefix-search.js";

/** Where an added token stands in a text. */
export interface AddedTokenMatch {
  /** With the white space that the token takes with it. */
  readonly start: number;
  readonly end: number;
  readonly id: number;
  /** Where to search on: the end of the content, which is before `end` if the token strips. */
  readonly next: number;
}

export interface FindOptions {
  /** Where the text that isn't taken yet begins; a token strips no further. By default `from`. */
  readonly floor?: number;
  /** Special tokens are text. */
  readonly specialAsText?: boolean;
}

const NO_SPACES = { text: "", start: 0, end: 0 };

export class AddedTokenMatcher {
  readonly #tokens: AddedToken[] = [];
  readonly #search: PrefixSearch;
  readonly #trie = new Trie();
  /** White space that was scanned last, so that no run of it is scanned for every token in it. */
  #spaces = NO_SPACES;

  /**
   * @param tokens What to search for.
   * @param contentOf What a token looks like in the text, for normalized text.
   */
  constructor(
    tokens: Iterable<AddedToken>,
    contentOf: (token: AddedToken) => string = (token) => token.content,
  ) {
    const contents = new Set<string>();
    // Of tokens with one content special ones win, then the first.
    const ordered = [...tokens].sort((a, b) => Number(b.special) - Number(a.special));
    for (const token of ordered) {
      const content = contentOf(token);
      if (content === "" || contents.has(content)) continue;
      contents.add(content);
      this.#trie.add(content, this.#tokens.length);
      this.#tokens.push(token);
    }
    this.#search = new PrefixSearch(contents);
  }

  /** Whether there is nothing to search for. */
  get isEmpty(): boolean {
    return this.#tokens.length === 0;
  }

  /** The first match at or after `from`. */
  find(text: string, from = 0, options: FindOptions = {}): AddedTokenMatch | undefined {
    if (this.isEmpty) return undefined;
    const { floor = from, specialAsText = false } = options;
    let at = from;
    for (;;) {
      at = this.#search.find(text, at);
      if (at < 0) return undefined;
      const found = this.#trie.longest(text, at);
      if (found === 0) {
        at++;
        continue;
      }
      const token = this.#tokens[this.#trie.value(found)] as AddedToken;
      const next = at + this.#trie.depth(found);
      if (
        (specialAsText && token.special) ||
        (token.singleWord && (isWordBefore(text, at) || isWord(text.codePointAt(next) ?? 0)))
      ) {
        at = next;
        continue;
      }
      let start = at;
      if (token.lstrip) {
        while (start > floor && isWhiteSpace(text.charCodeAt(start - 1))) start--;
      }
      const end = token.rstrip ? this.#skipSpaces(text, next) : next;
      return { start, end, id: token.id, next };
    }
  }

  /**
   * All matches of a text: start, end and id of each in turn. A token that begins in the
   * white space that the one before it took can begin before that one's end.
   */
  findAll(text: string, specialAsText = false): number[] {
    const found: number[] = [];
    let from = 0;
    let floor = 0;
    for (;;) {
      const match = this.find(text, from, { floor, specialAsText });
      if (!match) break;
      found.push(match.start, match.end, match.id);
      from = match.next;
      floor = match.end;
    }
    this.release();
    return found;
  }

  /** Lets go of the text that `find` searched last. */
  release(): void {
    this.#search.release();
    this.#spaces = NO_SPACES;
  }

  /**
   * The first place from `from` on where a token may begin that the text hasn't got to the end of;
   * the end of the text when there is none.
   */
  unfinished(text: string, from: number): number {
    const first = Math.max(from, text.length - this.#trie.longestContent + 1);
    for (let at = first; at < text.length; at++) if (this.#trie.goesOn(text, at)) return at;
    return text.length;
  }

  #skipSpaces(text: string, from: number): number {
    const { text: known, start, end: knownEnd } = this.#spaces;
    if (from >= start && from < knownEnd && known === text) return knownEnd;
    let end = from;
    while (end < text.length && isWhiteSpace(text.charCodeAt(end))) end++;
    this.#spaces = { text, start: from, end };
    return end;
  }
}

function isWordBefore(text: string, at: number): boolean {
  const unit = text.charCodeAt(at - 1);
  if ((unit & 0xfc00) !== 0xdc00) return at > 0 && isWord(unit);
  return isWord(text.codePointAt(at - 2) ?? unit);
}

/** Contents of tokens by their UTF-16 units. A node is an index into parallel arrays; 0 is the root. */
class Trie {
  readonly #roots = new Map<number, number>();
  readonly #unit: number[] = [0];
  readonly #child: number[] = [0];
  readonly #sibling: number[] = [0];
  readonly #value: number[] = [-1];
  readonly #depth: number[] = [0];
  longestContent = 0;

  add(text: string, value: number): void {
    let node = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      let child = this.#step(node, unit);
      if (child === 0) {
        child = this.#unit.push(unit) - 1;
        this.#child.push(0);
        this.#value.push(-1);
        this.#depth.push(i + 1);
        if (node === 0) {
          this.#roots.set(unit, child);
          this.#sibling.push(0);
        } else {
          this.#sibling.push(this.#child[node] as number);
          this.#child[node] = child;
        }
      }
      node = child;
    }
    this.#value[node] = value;
    this.longestContent = Math.max(this.longestContent, text.length);
  }

  /** Whether what stands from `at` to the end is a beginning of a content, and not all of it. */
  goesOn(text: string, at: number): boolean {
    let node = this.#step(0, text.charCodeAt(at));
    for (let i = at + 1; i < text.length && node !== 0; i++) {
      node = this.#step(node, text.charCodeAt(i));
    }
    return node !== 0 && this.#child[node] !== 0;
  }

  /** The node of the longest content that stands at `at`, or 0. */
  longest(text: string, at: number): number {
    let node = 0;
    let found = 0;
    for (let i = at; i < text.length; i++) {
      node = this.#step(node, text.charCodeAt(i));
      if (node === 0) break;
      if ((this.#value[node] as number) >= 0) found = node;
    }
    return found;
  }

  value(node: number): number {
    return this.#value[node] as number;
  }

  depth(node: number): number {
    return this.#depth[node] as number;
  }

  #step(node: number, unit: number): number {
    if (node === 0) return this.#roots.get(unit) ?? 0;
    let child = this.#child[node] as number;
    while (child !== 0 && this.#unit[child] !== unit) child = this.#sibling[child] as number;
    return child;
  }
}
