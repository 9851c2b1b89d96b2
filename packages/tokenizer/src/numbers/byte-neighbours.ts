// What stands beside digits, in UTF-8: whether a number's beginning and end follow from the two
// bytes on each side.

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";

/** A set of bits for each byte: `all`, and what the rows say; `beyond` ASCII that instead. */
function table(
  all: number,
  beyond: number,
  ...rows: readonly (readonly [characters: string, bits: number])[]
): Uint8Array {
  const out = new Uint8Array(256).fill(all).fill(all | beyond, 128);
  for (const [characters, bits] of rows) {
    for (const c of characters) out[c.charCodeAt(0)] = (out[c.charCodeAt(0)] as number) | bits;
  }
  return out;
}

const BEYOND = 64;
const ALWAYS = 128;

// The characters before a digit: there is no doubt about where the number begins unless the
// second to last has one of the bits that the last has.
export const [OPENS, FRAC, UNSURE, SIGN, UNIT] = [1, 2, 4, 8, 16];
export const SECOND_TO_LAST = table(
  ALWAYS,
  BEYOND,
  ["\t\n\v\f\r ([<>=+-*/^,;:&~\\", OPENS],
  ["c", FRAC],
  [`${LETTERS}{|$"^`, UNSURE],
  [`${LETTERS}}`, UNIT],
  ["+-\\", SIGN],
);
const LAST = table(
  0,
  ALWAYS,
  [`${LETTERS}${DIGITS}_{.`, ALWAYS],
  [" ", FRAC],
  ["+-", UNSURE | BEYOND],
  ["$", SIGN | BEYOND],
  ["^", UNIT | BEYOND],
);
/** A sign is the number's own after what opens. */
const OWN = table(0, 0, ["+-", OPENS]);

// The characters after the digits: these are a whole number unless the second has one of the
// bits that the first has.
const [ONE, DIGIT, SPACE, COMMAND, MORE] = [1, 3, 4, 8, 16];
const PLUS = 32;
export const SECOND = table(
  ALWAYS,
  BEYOND,
  [DIGITS, 2],
  ["1", ONE],
  [" ", SPACE],
  ["\\", COMMAND],
  ["px*%X", MORE],
  ["+-", PLUS],
);
export const FIRST = table(
  0,
  ALWAYS,
  ["\\{_%bBoOxX^snrt", ALWAYS],
  [" ", DIGIT | COMMAND | MORE | BEYOND],
  [".,", DIGIT | COMMAND | BEYOND],
  ["/-", DIGIT | BEYOND],
  ["*", ONE | SPACE | COMMAND | BEYOND],
  ["eE", DIGIT | PLUS | BEYOND],
);

/** What stands before a point that begins a number. */
export const BEFORE_POINT = table(0, 0, ["\t\n\r ([<>=*/,;:", 1]);
/** Units of one letter that may have a power by themselves. */
export const UNIT_LETTERS = table(0, 0, ["mgLlsKNJWVh", 1]);
/** What ends a term, so that a sign after it is an operation. */
export const ENDS = table(0, 0, [`${DIGITS})]%`, 1]);

export const UNSURE_BEGIN = 2;
/** A form may go on; after a minus and digit, or a space and `p`, it mostly doesn't. */
export const [FORM, MINUS, WORD] = [1, 2, 3];

/**
 * By two bytes read as one number: for those before digits 0, 1 for a sign of the number's own, or
 * {@link UNSURE_BEGIN}; for those after them 0 or what may go on. Empty until {@link fillPairs}.
 */
export const pairs = { befores: new Uint8Array(1 << 16), afters: new Uint8Array(1 << 16) };

export function fillPairs(): void {
  for (let y = 0; y < 256; y++) {
    for (let x = 0; x < 256; x++) {
      const before = SECOND_TO_LAST[x] as number;
      const unsure = (before & (LAST[y] as number)) !== 0;
      pairs.befores[x | (y << 8)] = unsure ? UNSURE_BEGIN : before & (OWN[y] as number);
      pairs.afters[x | (y << 8)] = ((FIRST[x] as number) & (SECOND[y] as number)) !== 0 ? FORM : 0;
    }
  }
  pairs.afters[0x20 | (0x70 << 8)] = WORD;
  for (const digit of DIGITS) pairs.afters[0x2d | (digit.charCodeAt(0) << 8)] = MINUS;
}
