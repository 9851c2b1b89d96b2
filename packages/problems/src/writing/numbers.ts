// Small numbers as words.

/** 1/n: `half`, `a third`, to `a ninth`; nothing below 2. */
export const PARTS = [
  "",
  "",
  "half",
  "a third",
  "a quarter",
  "a fifth",
  "a sixth",
  "a seventh",
  "an eighth",
  "a ninth",
] as const;

/** n times: `twice`, `three times`, to `six times`; nothing below 2. */
export const TIMES = [
  "",
  "",
  "twice",
  "three times",
  "four times",
  "five times",
  "six times",
] as const;
