// Mathematics as text with LaTeX, generated: problems with worked answers whose
// numbers, letters and shapes vary, so that a text of megabytes repeats little but words.

/** The first `length` characters of an endless exercise book; always the same. */
export function latex(length: number): string {
  const random = generator(20_240_229);
  const parts: string[] = [];
  for (let size = 0, n = 1; size < length; n++) {
    const kind = kinds[Math.floor(random() * kinds.length)] as Kind;
    const part = `\\textbf{Problem ${n}.} ${kind(draws(random))}\n\n`;
    parts.push(part);
    size += part.length;
  }
  return parts.join("").slice(0, length);
}

/** xorshift32, as numbers from 0 to 1. */
export function generator(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Draws {
  /** Integer from `low` to `high`. */
  readonly int: (low: number, high: number) => number;
  readonly pick: <T>(of: readonly T[]) => T;
  readonly letter: () => string;
  /** A number as a text would write it. */
  readonly number: () => string;
  readonly polynomial: (letter: string, degree: number) => string;
}

type Kind = (d: Draws) => string;

function draws(random: () => number): Draws {
  const int = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const number = () =>
    pick([
      () => `${int(2, 99)}`,
      () => `${int(100, 99_999)}`,
      () => `${int(1, 999)}.${int(1, 9999)}`,
      () => `${int(1, 99)}{,}${int(100, 999)}`,
      () => `\\frac{${int(1, 99)}}{${int(2, 99)}}`,
      () => `-${int(1, 250)}`,
      () => `${int(1, 9)}.${int(1, 99)} \\times 10^{${int(-12, 23)}}`,
      () => `${int(1, 12)}\\sqrt{${pick([2, 3, 5, 6, 7, 11])}}`,
    ])();
  const polynomial = (letter: string, degree: number) => {
    let text = `${int(2, 19)}${letter}^${degree}`;
    for (let power = degree - 1; power > 0; power--) {
      text += ` ${pick(["+", "-"])} ${int(1, 60)}${letter}${power > 1 ? `^{${power}}` : ""}`;
    }
    return `${text} ${pick(["+", "-"])} ${int(1, 900)}`;
  };
  const letter = () => pick([..."abcdkmnpqrstuvwxyz", "\\alpha", "\\theta", "\\lambda", "\\xi"]);
  return { int, pick, letter, number, polynomial };
}

const names = ["Amara", "Ben", "Chloé", "Dmitri", "Elif", "Farah", "Goran", "Hana", "Iker", "Jun"];
const goods = ["apples", "tickets", "notebooks", "litres of paint", "metres of rope", "stamps"];

const kinds: readonly Kind[] = [
  ({ polynomial, letter, int }) => {
    const x = letter();
    const p = polynomial(x, int(2, 5));
    return `Find all real solutions of $${p} = 0$.\n\\textit{Solution.} Let $f(${x}) = ${p}$. Then $f'(${x}) = ${polynomial(x, int(1, 4))}$, so $f$ has at most ${int(1, 5)} zeros; by Newton's method $${x}_0 = ${int(-9, 9)}$ leads to $${x} \\approx ${int(-9, 9)}.${int(1000, 999_999)}$.`;
  },
  ({ number, int, letter }) => {
    const n = letter();
    return `Evaluate \\[ \\sum_{${n}=1}^{${int(5, 5000)}} \\left( ${number()} ${n}^2 - ${number()} \\right) \\cdot ${number()}. \\] The sum of the first squares is $\\frac{${n}(${n}+1)(2${n}+1)}{6}$, hence the value is $\\boxed{${int(1, 9_999_999)}}$.`;
  },
  ({ pick, int }) => {
    const [a, b] = [pick(names), pick(names)];
    const [count, price] = [int(3, 240), int(2, 95)];
    return `${a} buys ${count} ${pick(goods)} at \\$${price}.${int(10, 99)} each and gives ${int(5, 95)}\\% of them to ${b}. How much did ${a} spend on what is left?\nShe pays $${count} \\times ${price} = ${count * price}$ dollars, of which $${(count * price) / 4}$ remain after ${int(2, 30)} days.`;
  },
  ({ number, letter, int, pick }) => {
    const x = letter();
    return `Compute $\\int_{${int(-9, 0)}}^{${int(1, 20)}} ${pick(["\\sin", "\\cos", "\\ln", "\\exp"])}\\left(${number()}${x}\\right) \\, d${x}$ and show that it is less than $${number()}$. Substituting $u = ${number()} ${x} + ${int(1, 99)}$ gives $\\frac{1}{${int(2, 99)}} \\cdot ${number()}$.`;
  },
  ({ int, letter }) => {
    const row = () => [int(-99, 99), int(-99, 99), int(-9, 9)].join(" & ");
    return `Let $${letter().toUpperCase()} = \\begin{pmatrix} ${row()} \\\\ ${row()} \\\\ ${row()} \\end{pmatrix}$. Its determinant is $${int(-90_000, 90_000)}$ and its trace $${int(-200, 200)}$; is it invertible over $\\mathbb{Z}/${int(2, 97)}\\mathbb{Z}$?`;
  },
  ({ int, pick, number }) =>
    `In triangle $ABC$ we have $\\angle ${pick(["A", "B", "C"])} = ${int(10, 170)}^\\circ$, $AB = ${number()}$ and $BC = ${int(2, 60)}\\text{ cm}$. Find $\\cos ${pick(["\\alpha", "\\beta", "\\gamma"])}$ to ${int(2, 6)} decimal places. By the law of cosines $c^2 = ${int(4, 3600)} + ${int(4, 3600)} - 2 \\cdot ${int(2, 60)} \\cdot ${int(2, 60)} \\cos ${int(10, 170)}^\\circ \\approx ${int(1, 9999)}.${int(10, 99)}$.`,
  ({ int, letter }) => {
    const [p, n] = [int(3, 997), letter()];
    return `Prove that $${int(2, 99)}^{${n}} \\equiv ${int(1, 99)} \\pmod{${p}}$ whenever $${n} \\ge ${int(1, 40)}$. Since $\\gcd(${int(100, 9999)}, ${p}) = 1$, Fermat gives $a^{${p - 1}} \\equiv 1$; writing $${n} = ${p - 1}q + r$ with $0 \\leq r < ${p - 1}$ leaves ${int(2, 30)} cases, and 12345678${int(10, 99_999)} is one of them.`;
  },
];
