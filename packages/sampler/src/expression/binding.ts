// How tightly operators bind, loosest first.

export const LIST = 1;
export const RELATION = 2;
export const SETS = 3;
export const RATIO = 4;
export const SUM = 5;
export const PRODUCT = 6;
export const SIGN = 7;
export const POWER = 8;
export const POSTFIX = 9;
