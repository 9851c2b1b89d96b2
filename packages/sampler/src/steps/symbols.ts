// Signs and what they mean in a step.

export const operatorsBySymbol: ReadonlyMap<string, string> = new Map([
  ["+", "+"],
  ["-", "-"],
  ["−", "-"],
  ["–", "-"],
  ["×", "*"],
  ["✕", "*"],
  ["✖", "*"],
  ["·", "*"],
  ["⋅", "*"],
  ["∙", "*"],
  ["÷", "/"],
  ["/", "/"],
  ["⁄", "/"],
  ["∕", "/"],
  ["^", "^"],
]);

/** Arrows relate lines, not values: they end what stands before them. */
export const relationsBySymbol: ReadonlyMap<string, string> = new Map([
  ["=", "="],
  ["==", "="],
  ["≈", "≈"],
  ["≅", "≈"],
  ["≃", "≈"],
  ["~=", "≈"],
  ["=~", "≈"],
  ["<", "<"],
  [">", ">"],
  ["<=", "≤"],
  [">=", "≥"],
  ["≤", "≤"],
  ["≥", "≥"],
  ["⩽", "≤"],
  ["⩾", "≥"],
  ["!=", "≠"],
  ["≠", "≠"],
  ["=/=", "≠"],
  ["≡", "≡"],
  ["->", ""],
  ["<-", ""],
  ["=>", ""],
  ["==>", ""],
  ["-->", ""],
  ["<=>", ""],
  [":=", ""],
  [">>", ""],
  ["→", ""],
  ["⇒", ""],
  ["⟹", ""],
  ["⇔", ""],
  ["—", ""],
]);

/** First characters of relations. */
export const relationStarts: ReadonlySet<string> = new Set(
  [...relationsBySymbol.keys()].map((symbol) => symbol.charAt(0)),
);

export const vulgarFractions: ReadonlyMap<string, string> = new Map([
  ["½", "(1/2)"],
  ["⅓", "(1/3)"],
  ["⅔", "(2/3)"],
  ["¼", "(1/4)"],
  ["¾", "(3/4)"],
  ["⅕", "(1/5)"],
  ["⅖", "(2/5)"],
  ["⅗", "(3/5)"],
  ["⅘", "(4/5)"],
  ["⅙", "(1/6)"],
  ["⅛", "(1/8)"],
  ["⅜", "(3/8)"],
  ["⅝", "(5/8)"],
  ["⅞", "(7/8)"],
]);

export const commandOperators: ReadonlyMap<string, string> = new Map([
  ["times", "*"],
  ["cdot", "*"],
  ["ast", "*"],
  ["div", "/"],
]);

export const commandRelations: ReadonlyMap<string, string> = new Map([
  ["approx", "≈"],
  ["simeq", "≈"],
  ["cong", "≈"],
  ["le", "≤"],
  ["leq", "≤"],
  ["leqslant", "≤"],
  ["ge", "≥"],
  ["geq", "≥"],
  ["geqslant", "≥"],
  ["lt", "<"],
  ["gt", ">"],
  ["ne", "≠"],
  ["neq", "≠"],
  ["equiv", "≡"],
]);
