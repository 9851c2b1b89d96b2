// The halves of characters beyond U+FFFF in UTF-16.

/** Whether a unit is the first half of a character. */
export const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;

/** Whether a unit is the second half of a character. */
export const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;
