// Sets of characters as they stand in a JSON string, in the spelling of
// JSON.stringify: raw, but for the quote, the backslash and control characters.

import { difference, intersection, type Ranges, union } from "../characters/ranges.js";
import { SequenceCache } from "../characters/sequence-cache.js";
import { type ByteSequence, utf8Sequences } from "../characters/utf8.js";

const CONTROLS: Ranges = [0, 0x1f];
const ESCAPED: Ranges = union(CONTROLS, [0x22, 0x22], [0x5c, 0x5c]);
const SHORT = new Map([
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0c, "f"],
  [0x0d, "r"],
  [0x22, '"'],
  [0x5c, "\\"],
]);

const known = new SequenceCache(makeSequences);

export function jsonCharacterSequences(set: Ranges): readonly ByteSequence[] {
  return known.get(set);
}

function makeSequences(set: Ranges): readonly ByteSequence[] {
  const sequences = [...utf8Sequences(difference(set, ESCAPED))];
  const escaped = intersection(union(set), ESCAPED);
  for (let i = 0; i < escaped.length; i += 2) {
    for (let c = escaped[i] as number; c <= (escaped[i + 1] as number); c++) {
      const short = SHORT.get(c);
      sequences.push(spelled(`\\${short ?? `u${c.toString(16).padStart(4, "0")}`}`));
    }
  }
  return sequences;
}

function spelled(text: string): ByteSequence {
  return Array.from(text, (char) => char.charCodeAt(0)).flatMap((code) => [code, code]);
}
