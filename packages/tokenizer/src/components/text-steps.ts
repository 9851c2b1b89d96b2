// What the normalizers Replace, Prepend, Strip and Lowercase do to a text.

import { isWhiteSpace } from "../unicode/categories.js";
import { lowerCase, lowerCaseOf } from "../unicode/lowercase.js";
import {
  type AlignedText,
  type EditLog,
  mapCharacters,
  type TextStep,
  widthAt,
} from "./aligned-text.js";

/** Puts `content` in the place of every match. Its characters get the range of the match's last one. */
export function replaceAll(
  text: string,
  log: EditLog | undefined,
  matches: ArrayLike<number>,
  content: string,
): string {
  let out = "";
  let at = 0;
  for (let m = 0; m < matches.length; m += 2) {
    const start = matches[m] as number;
    const end = matches[m + 1] as number;
    out += text.slice(at, start) + content;
    log?.keep(start - at);
    log?.drop(end - start);
    log?.insert(content);
    at = end;
  }
  if (matches.length > 0) log?.keep(text.length - at);
  return out + text.slice(at);
}

/** `prefix` before a text that isn't empty; it gets the range of the first character. */
export function prepend(piece: AlignedText, prefix: string): AlignedText {
  return piece.rewrite((text, log) => {
    if (text === "") return text;
    if (log) {
      const width = widthAt(text, 0);
      if (prefix === "") log.put(width, 1);
      else log.replace(width, prefix + text.slice(0, width));
      if (prefix === "") log.drop(width);
      log.keep(text.length - width);
    }
    return prefix + text;
  });
}

export function strip(
  text: string,
  log: EditLog | undefined,
  left: boolean,
  right: boolean,
): string {
  let start = 0;
  let end = text.length;
  // All white space is in the basic plane.
  if (left) while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  if (right) while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  if (start === 0 && end === text.length) return text;
  log?.drop(start);
  log?.keep(end - start);
  log?.drop(text.length - end);
  return text.slice(start, end);
}

/** Lowercases each character by itself. */
export const lowercase: TextStep = (text, log) => {
  if (!log) return lowerCase(text);
  return mapCharacters(text, log, (codePoint) => {
    const lower = lowerCaseOf(codePoint);
    return lower.codePointAt(0) === codePoint && lower.length === (codePoint > 0xffff ? 2 : 1)
      ? undefined
      : lower;
  });
};
