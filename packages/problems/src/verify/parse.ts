// Evaluates printed expressions exactly: + - * / ^ ( ), fractions, decimals, percent, and
// unknowns whose values are given. Written for checking, apart from all that generates.

import { Rational } from "../rational.js";

export type Unknowns = ReadonlyMap<string, Rational>;

const MOST_EXPONENT = 64n;
const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([+\-*/^()%])|([a-z](?![a-z])))/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null) throw new SyntaxError(`cannot read ${JSON.stringify(text.slice(at))}`);
    tokens.push(found[1] ?? found[2] ?? (found[3] as string));
  }
  return tokens;
}

function number(token: string): Rational {
  const [whole = "", fraction = ""] = token.split(".");
  if (/^0\d/.test(whole)) throw new SyntaxError(`${token} begins with a needless zero`);
  return Rational.of(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
}

/**
 * The value of an expression.
 *
 * @throws SyntaxError when it can't be read; any error when it has no value.
 */
export function evaluate(text: string, unknowns: Unknowns = new Map()): Rational {
  const tokens = tokenize(text);
  let at = 0;
  const take = (...wanted: string[]): string | undefined =>
    wanted.includes(tokens[at] ?? "") ? tokens[at++] : undefined;

  function sum(): Rational {
    let value = product();
    for (let sign = take("+", "-"); sign; sign = take("+", "-")) {
      const right = product();
      value = sign === "+" ? value.add(right) : value.subtract(right);
    }
    return value;
  }

  function product(): Rational {
    let value = signed();
    for (;;) {
      const sign = take("*", "/");
      if (sign === undefined && !/^[a-z(]$/.test(tokens[at] ?? "")) return value;
      const right = signed(); // no sign: 3x, 3(x + 1)
      value = sign === "/" ? value.divide(right) : value.multiply(right);
    }
  }

  function signed(): Rational {
    return take("-") ? signed().negate() : power();
  }

  function power(): Rational {
    const base = percent();
    if (!take("^")) return base;
    const { numerator, isInteger } = signed();
    if (!isInteger || numerator < 0n || numerator > MOST_EXPONENT) {
      throw new SyntaxError(`exponent: expected an integer from 0 to ${MOST_EXPONENT}`);
    }
    return Rational.of(base.numerator ** numerator, base.denominator ** numerator);
  }

  function percent(): Rational {
    const value = atom();
    return take("%") ? value.divide(Rational.of(100n)) : value;
  }

  function atom(): Rational {
    const token = tokens[at++];
    if (token === undefined) throw new SyntaxError("the expression ends too early");
    if (token === "(") {
      const value = sum();
      if (!take(")")) throw new SyntaxError("a bracket is not closed");
      return value;
    }
    if (/^\d/.test(token)) return number(token);
    const value = unknowns.get(token);
    if (value === undefined) throw new SyntaxError(`no value is given for ${token}`);
    return value;
  }

  const value = sum();
  if (at < tokens.length) throw new SyntaxError(`unexpected ${tokens[at]}`);
  return value;
}
