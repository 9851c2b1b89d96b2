// Long sums, differences, products and divisions as short equations, a digit at a time.

/** The non-zero digits of a number with their places: 305 is 300 and 5. */
export function places(value: number): number[] {
  const digits = String(value);
  return [...digits].flatMap((digit, i) =>
    digit === "0" ? [] : [Number(digit) * 10 ** (digits.length - 1 - i)],
  );
}

/** Adds the terms one after another, a line each. */
export function running(
  terms: readonly number[],
  print: (value: number) => string = String,
): string[] {
  let total = terms[0] ?? 0;
  return terms.slice(1).map((term) => {
    const before = total;
    total += term;
    return `${print(before)} + ${print(term)} = ${print(total)}`;
  });
}

/** Adds the terms one after another, a line each, of which the last has the label. */
export function addUp(
  label: string,
  terms: readonly number[],
  print: (value: number) => string = String,
): string[] {
  return running(terms, print).map((line, i, all) =>
    i === all.length - 1 ? `${label}: ${line}` : line,
  );
}

/** Two terms by their places: 47 + 38 is 70 + 15. */
export function addition(a: number, b: number): string[] {
  const length = Math.max(String(a).length, String(b).length);
  const digitsOf = (value: number) => [...String(value).padStart(length, "0")].map(Number);
  const [left, right] = [digitsOf(a), digitsOf(b)];
  const parts = left.flatMap((digit, i) => {
    const sum = (digit + (right[i] as number)) * 10 ** (length - 1 - i);
    return sum === 0 ? [] : [sum];
  });
  if (parts.length < 2) return [`${a} + ${b} = ${a + b}`];
  return [`${a} + ${b} = ${parts.join(" + ")}`, ...running(parts)];
}

/** Takes away the places of `b` one by one. */
export function subtraction(a: number, b: number): string[] {
  let left = a;
  return places(b).map((part) => {
    const before = left;
    left -= part;
    return `${before} - ${part} = ${left}`;
  });
}

/** By the places of `b`, and these by the places of `a`. */
export function multiplication(a: number, b: number): string[] {
  const byDigit = (place: number) => {
    const parts = places(a).map((part) => part * place);
    if (parts.length < 2) return [`${a} * ${place} = ${a * place}`];
    return [`${a} * ${place} = ${parts.join(" + ")}`, ...running(parts)];
  };
  const factors = places(b);
  if (factors.length < 2) return byDigit(b);
  return [
    `${a} * ${b} = ${factors.map((place) => `${a} * ${place}`).join(" + ")}`,
    ...factors.flatMap(byDigit),
    ...running(factors.map((place) => a * place)),
  ];
}

/** Digits of the quotient from the left; the last line gives the quotient if there are several. */
export function division(a: number, b: number): string[] {
  const parts = places(Math.floor(a / b));
  let left = a;
  const lines = parts.map((part) => {
    const before = left;
    left -= b * part;
    const rest = left === 0 ? "" : ` + ${left}`;
    return `${before} = ${b} * ${part}${rest}`;
  });
  return parts.length < 2 ? lines : [...lines, `${parts.join(" + ")} = ${Math.floor(a / b)}`];
}

/** Hundredths and the like: 250 at two places is 2.50. */
export function decimal(value: number, scale: number): string {
  if (scale === 0) return String(value);
  const digits = String(Math.abs(value)).padStart(scale + 1, "0");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
