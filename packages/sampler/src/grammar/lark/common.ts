// The terminals of Lark's `common` library that may be imported, as regular
// expressions (https://github.com/lark-parser/lark/blob/master/lark/grammars/common.lark).

const INT = "\\d+";
const DECIMAL = "(\\d+\\.\\d*|\\.\\d+)";
const EXPONENT = "[eE][+\\-]?\\d+";
const FLOAT = `(\\d+${EXPONENT}|${DECIMAL}(${EXPONENT})?)`;
const NUMBER = `(${FLOAT}|${INT})`;
const LETTER = "[A-Za-z]";

export const COMMON: Readonly<Record<string, string>> = {
  DIGIT: "[0-9]",
  HEXDIGIT: "[0-9a-fA-F]",
  INT,
  SIGNED_INT: `[+\\-]?${INT}`,
  DECIMAL,
  FLOAT,
  SIGNED_FLOAT: `[+\\-]?${FLOAT}`,
  NUMBER,
  SIGNED_NUMBER: `[+\\-]?${NUMBER}`,
  ESCAPED_STRING: '"([^"\\\\\\n]|\\\\[^\\n])*"',
  LCASE_LETTER: "[a-z]",
  UCASE_LETTER: "[A-Z]",
  LETTER,
  WORD: `${LETTER}+`,
  CNAME: "[A-Za-z_][A-Za-z_0-9]*",
  WS_INLINE: "[ \\t]+",
  WS: "[ \\t\\f\\r\\n]+",
  CR: "\\r",
  LF: "\\n",
  NEWLINE: "(\\r?\\n)+",
  SH_COMMENT: "#[^\\n]*",
  CPP_COMMENT: "\\/\\/[^\\n]*",
  C_COMMENT: "\\/\\*([^*]|\\*+[^*\\/])*\\*+\\/",
  SQL_COMMENT: "--[^\\n]*",
};
