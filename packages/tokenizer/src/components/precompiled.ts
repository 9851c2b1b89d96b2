// The normalizer Precompiled: SentencePiece's map of characters, a double-array trie from
// UTF-8 to replacements. Hugging Face asks it for short grapheme clusters, then for single
// characters, and takes the shortest key that begins either; so does this.

import { categoryMask, inCategory } from "../unicode/categories.js";
import { type EditLog, type LengthCheck, widthAt } from "./aligned-text.js";
import { expected, type Shape } from "./shape.js";

/** Decoded maps larger than this are refused; real ones have about 0.3 MB. */
const MAX_BYTES = 1 << 26;
/** Keys that are remembered with what replaces them. */
const MAX_REMEMBERED = 1 << 13;

// What is known of a UTF-16 unit; 0 is nothing yet.
const KNOWN = 1;
/** By itself it is replaced, or it may begin a longer key, character or cluster. */
const CHANGES = 2;
/** It may belong to the grapheme cluster before it. */
const EXTENDS = 4;

/** Reads the field `precompiled_charsmap`: base64 of a trie's size, the trie, and the replacements. */
export function precompiled(
  shape: Shape,
): (text: string, log: EditLog | undefined, check: LengthCheck) => string {
  const path = shape.at("precompiled_charsmap");
  const map = new CharacterMap(fromBase64(shape.string("precompiled_charsmap"), path), path);
  return (text, log, check) => rewrite(text, log, check, map);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A SentencePiece `precompiled_charsmap`. */
export class CharacterMap {
  readonly #units: DataView;
  readonly #count: number;
  readonly #replacements: Uint8Array;
  readonly #remembered = new Map<string, string | undefined>();
  /** What is known of each unit. */
  readonly kinds = new Uint8Array(0x10000);

  constructor(bytes: Uint8Array, path: string) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.length < 4 ? -1 : view.getUint32(0, true) & ~3;
    if (size < 0 || size > bytes.length - 4) {
      throw expected("a trie that fits its size", `${bytes.length} bytes`, path);
    }
    this.#units = new DataView(bytes.buffer, bytes.byteOffset + 4, size);
    this.#count = size >> 2;
    this.#replacements = bytes.subarray(4 + size);
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(this.#replacements);
    } catch {
      throw expected("replacements in UTF-8", "other bytes", path);
    }
  }

  /** Finds out the kind of a unit. */
  learn(unit: number): number {
    let kind = KNOWN;
    if ((unit & 0xf800) === 0xd800) kind |= CHANGES | EXTENDS;
    else {
      if (unit === 13 || isPrepended(unit) || this.search(String.fromCharCode(unit)) !== undefined)
        kind |= CHANGES;
      if (extendsCluster(unit)) kind |= EXTENDS;
    }
    this.kinds[unit] = kind;
    return kind;
  }

  /** As {@link search}, which is asked once for a key. */
  find(key: string): string | undefined {
    const remembered = this.#remembered;
    let found = remembered.get(key);
    if (found !== undefined || remembered.has(key)) return found;
    found = this.search(key);
    if (remembered.size === MAX_REMEMBERED) remembered.clear();
    remembered.set(key, found);
    return found;
  }

  /** The replacement for the shortest key that `text` begins with. */
  search(text: string): string | undefined {
    let node = this.#step(0);
    for (let i = 0; i < text.length; ) {
      const codePoint = text.codePointAt(i) as number;
      i += codePoint > 0xffff ? 2 : 1;
      const bytes = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      for (let b = bytes - 1; b >= 0; b--) {
        const bits = (codePoint >> (6 * b)) & 0x3f;
        const lead = bytes === 1 ? codePoint : ((0xf00 >> bytes) & 0xff) | bits;
        const byte = b === bytes - 1 ? lead : bits | 0x80;
        if (byte === 0) return undefined;
        node ^= byte;
        const unit = this.#unit(node);
        if ((unit & 0x800000ff) !== byte) return undefined;
        node = this.#step(node, unit);
        if (unit & 0x100) return this.#replacement(this.#unit(node) & 0x7fffffff);
      }
    }
    return undefined;
  }

  #step(node: number, unit = this.#unit(node)): number {
    return node ^ ((unit >>> 10) << ((unit & 0x200) >> 6));
  }

  /** A unit beyond the trie is one that no byte leads to. */
  #unit(node: number): number {
    return node >= 0 && node < this.#count ? this.#units.getUint32(4 * node, true) : 0x80000000 | 0;
  }

  #replacement(at: number): string | undefined {
    if (at >= this.#replacements.length) return at === this.#replacements.length ? "" : undefined;
    const end = this.#replacements.indexOf(0, at);
    const bytes = this.#replacements.subarray(at, end < 0 ? this.#replacements.length : end);
    return decoder.decode(bytes);
  }
}

function rewrite(
  text: string,
  log: EditLog | undefined,
  check: LengthCheck,
  map: CharacterMap,
): string {
  const { kinds } = map;
  const { length } = text;
  const kindAt = (at: number): number => {
    const unit = text.charCodeAt(at);
    return (kinds[unit] as number) || map.learn(unit);
  };
  let out = "";
  let kept = 0;
  const changes: number[] | undefined = log && [];
  const replace = (at: number, end: number): boolean => {
    const old = text.slice(at, end);
    const found = map.find(old);
    if (found === undefined) return false;
    check(out.length + (at - kept) + found.length);
    if (changes) {
      note(changes, text, kept, at);
      noteReplaced(changes, old, found);
    }
    out += text.slice(kept, at) + found;
    kept = end;
    return true;
  };
  for (let i = 0; i < length; ) {
    // What the map leaves alone is passed over where nothing extends it.
    while (
      i < length &&
      (kindAt(i) & CHANGES) === 0 &&
      (i + 1 === length || (kindAt(i + 1) & EXTENDS) === 0)
    ) {
      i++;
    }
    if (i === length) break;
    const end = clusterEnd(text, i);
    // Only clusters of less than six bytes are looked up whole.
    const whole = end - i > 1 && utf8Length(text, i, end) < 6 && replace(i, end);
    while (i < end && !whole) {
      const next = i + widthAt(text, i);
      if ((kindAt(i) & CHANGES) !== 0) replace(i, next);
      i = next;
    }
    i = end;
  }
  if (kept === 0) return text;
  if (changes) {
    note(changes, text, kept, length);
    for (let i = 0; i < changes.length; i += 2) {
      log?.put(changes[i] as number, changes[i + 1] as number);
    }
  }
  return out + text.slice(kept);
}

// Characters put out are noted as two numbers each: the units, and what the character takes
// the place of (see `EditLog.put`).

function note(changes: number[], text: string, from: number, to: number): void {
  for (let i = from; i < to; ) {
    const units = widthAt(text, i);
    changes.push(units, 0);
    i += units;
  }
}

/** As Hugging Face counts: surplus characters are added, missing ones belong to the one before. */
function noteReplaced(changes: number[], old: string, replacement: string): void {
  const difference = [...replacement].length - [...old].length;
  note(changes, replacement, 0, replacement.length);
  for (let n = 1; n <= difference; n++) changes[changes.length + 1 - 2 * n] = 1;
  if (difference < 0 && changes.length > 0) {
    changes.push((changes.pop() as number) + difference);
  }
}

function utf8Length(text: string, from: number, to: number): number {
  let bytes = 0;
  for (let i = from; i < to && bytes < 8; i++) {
    const unit = text.charCodeAt(i);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return bytes;
}

const MARK = categoryMask("M");
const CONTROL = categoryMask("Cc") | categoryMask("Cf") | categoryMask("Zl") | categoryMask("Zp");

/**
 * Where the grapheme cluster at `at` ends. Exact for clusters that can have less than six
 * bytes: CR LF, and a character with what extends it, after those that belong to what follows
 * them. Others (Hangul syllables, flags,
 * emoji sequences) are longer, and then it makes no difference where they end.
 */
function clusterEnd(text: string, at: number): number {
  let first = text.codePointAt(at) as number;
  let end = at + (first > 0xffff ? 2 : 1);
  while (isPrepended(first) && end < text.length) {
    const next = text.codePointAt(end) as number;
    if (isControl(next)) return end;
    first = next;
    end += first > 0xffff ? 2 : 1;
  }
  if (first === 13 && text.charCodeAt(end) === 10) return end + 1;
  // Before ASCII nothing extends anything.
  if (end >= text.length || text.charCodeAt(end) < 0x300) return end;
  if (isControl(first)) return end;
  while (end < text.length) {
    const next = text.codePointAt(end) as number;
    if (!extendsCluster(next)) break;
    end += next > 0xffff ? 2 : 1;
  }
  return end;
}

function isControl(codePoint: number): boolean {
  return inCategory(codePoint, CONTROL) && !extendsCluster(codePoint) && !isPrepended(codePoint);
}

/** Whether a character belongs to the cluster of the one after it: signs of numbers and the like. */
function isPrepended(codePoint: number): boolean {
  return codePoint >= 0x600 && PREPENDED.has(codePoint);
}

/** Grapheme_Cluster_Break=Prepend. */
const PREPENDED: ReadonlySet<number> = new Set([
  0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6dd, 0x70f, 0x890, 0x891, 0x8e2, 0xd4e, 0x110bd,
  0x110cd, 0x111c2, 0x111c3, 0x113d1, 0x1193f, 0x11941, 0x11a84, 0x11a85, 0x11a86, 0x11a87, 0x11a88,
  0x11a89, 0x11d46, 0x11f02,
]);

function extendsCluster(codePoint: number): boolean {
  if (codePoint < 0x300) return false;
  return (
    (inCategory(codePoint, MARK) && !LOOSE.has(codePoint)) ||
    (codePoint >= 0xe0020 && codePoint <= 0xe007f) ||
    // Marks of Unicode 17, which the segmentation of Hugging Face knows.
    (codePoint >= 0x1acf && codePoint <= 0x1aeb && codePoint !== 0x1ade && codePoint !== 0x1adf) ||
    (codePoint >= 0x1f3fb && codePoint <= 0x1f3ff) ||
    EXTENDING.has(codePoint)
  );
}

/** Not marks, yet part of the cluster before. */
const EXTENDING: ReadonlySet<number> = new Set([0xe33, 0xeb3, 0x200c, 0x200d, 0xff9e, 0xff9f]);

/** Spacing marks that begin a cluster of their own. */
const LOOSE: ReadonlySet<number> = new Set([
  0x102b, 0x102c, 0x1038, 0x1062, 0x1063, 0x1064, 0x1067, 0x1068, 0x1069, 0x106a, 0x106b, 0x106c,
  0x106d, 0x1083, 0x1087, 0x1088, 0x1089, 0x108a, 0x108b, 0x108c, 0x108f, 0x109a, 0x109b, 0x109c,
  0x1a61, 0x1a63, 0x1a64, 0xaa7b, 0xaa7d, 0x11720, 0x11721,
]);

function fromBase64(text: string, path: string): Uint8Array {
  if (text.length > MAX_BYTES) throw expected(`at most ${MAX_BYTES} characters`, text.length, path);
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw expected("base64", text, path);
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
