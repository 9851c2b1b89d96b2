// Right solutions in the ways that people and models write them: nothing in them is false, and what is checkable is checked.

import { checkSteps, StepChecker } from "@ryanstream/sampler";
import { describe, expect, it } from "vitest";

const solutions: readonly (readonly [name: string, checked: number, text: string])[] = [
  [
    "a quadratic equation by factoring",
    6,
    String.raw`We have $x^2 - 5x + 6 = 0$. Factoring the left side, we get
\[ x^2 - 5x + 6 = (x - 2)(x - 3). \]
So $(x - 2)(x - 3) = 0$, which means $x - 2 = 0$ or $x - 3 = 0$.
Thus $x = 2$ or $x = 3$.
- If $x = 2$: $2^2 - 5(2) + 6 = 4 - 10 + 6 = 0$.
- If $x = 3$: $3^2 - 5(3) + 6 = 9 - 15 + 6 = 0$.
The sum of the solutions is $2 + 3 = \boxed{5}$.`,
  ],
  [
    "the quadratic formula",
    2,
    String.raw`Here $a = 1$, $b = -4$ and $c = 1$.
\[ x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a} = \frac{4 \pm \sqrt{16 - 4}}{2} = 2 \pm \sqrt{3}. \]
The discriminant is $(-4)^2 - 4 \cdot 1 \cdot 1 = 12$.
So $x = 2 + \sqrt{3}$ or $x = 2 - \sqrt{3}$, and their product is $4 - 3 = 1$.`,
  ],
  [
    "completing the square",
    2,
    String.raw`1. Start with $x^2 + y^2 - 6x + 8y = 0$.
2. $(x - 3)^2 = x^2 - 6x + 9$ and $(y + 4)^2 = y^2 + 8y + 16$.
3. So $(x - 3)^2 + (y + 4)^2 = 9 + 16 = 25$.
4. The radius is $r = \sqrt{25} = 5$.`,
  ],
  [
    "a system by substitution",
    4,
    String.raw`Let $x$ be the price of a pen and $y$ that of a book.
\begin{align*}
2x + y &= 11 \\
x + 3y &= 18
\end{align*}
From the first, $y = 11 - 2x$. Substituting, $x + 3(11 - 2x) = 18$, so $x + 33 - 6x = 18$.
Then $-5x = -15$, so $x = 3$.
Hence $y = 11 - 2(3) = 5$.
Check: $2(3) + 5 = 11$.`,
  ],
  [
    "an absolute value",
    0,
    `$|2x - 1| = 7$ gives two cases.
Case 1: $2x - 1 = 7$, so $x = 4$.
Case 2: $2x - 1 = -7$, so $x = -3$.
So $x = 4$ or $x = -3$.`,
  ],
  [
    "a function",
    3,
    `Let $f(x) = 2x^2 - 3$. Then
$f(2) = 2(2)^2 - 3 = 8 - 3 = 5$, and
$f(f(2)) = f(5) = 2(5)^2 - 3 = 50 - 3 = 47$.
f(-1) = 2 - 3 = -1`,
  ],
  [
    "counting",
    4,
    String.raw`There are $\binom{5}{2} = \frac{5!}{2!3!} = 10$ ways to choose the boys,
and $\binom{4}{2} = \frac{4 \cdot 3}{2 \cdot 1} = 6$ ways for the girls.
In total: $10 \times 6 = 60$.
The probability is $\frac{60}{126} = \frac{10}{21} \approx 0.476$.
Since $9! / (5! 4!) = 126$, that is 47.6%.`,
  ],
  [
    "number theory",
    4,
    String.raw`$2^{10} = 1024$ and $1024 = 93 \cdot 11 + 1$, so $2^{10} \equiv 1 \pmod{11}$.
Therefore $2^{2023} = 2^{2020} \cdot 2^3 \equiv 1 \cdot 8 = 8 \pmod{11}$.
The prime factorization of $84$ is $2^2 \cdot 3 \cdot 7 = 84$.
$\gcd(84, 36) = 12$ since $84 = 2 \cdot 36 + 12$ and $36 = 3 \cdot 12$.
In base 2 that is $1100_2 = 12$.`,
  ],
  [
    "geometry",
    4,
    String.raw`In triangle $ABC$, $\angle A + \angle B + \angle C = 180^\circ$, so $\angle C = 180^\circ - 60^\circ - 45^\circ = 75^\circ$.
By the Pythagorean theorem, $AB^2 = 3^2 + 4^2 = 9 + 16 = 25$, so $AB = 5$.
The area is $\frac{1}{2} \cdot 3 \cdot 4 = 6$ square units.
The circle has area $\pi r^2 = \pi (5)^2 = 25\pi \approx 78.54$.
The ratio of areas is $6 : 24 = 1 : 4$, and $\sin 30^\circ = \frac{1}{2}$.
Its volume is $5\text{ cm} \times 4\text{ cm} \times 3\text{ cm} = 60\text{ cm}^3$.`,
  ],
  [
    "sequences",
    2,
    String.raw`The sequence has $a_1 = 3$ and $d = 4$, so $a_n = a_1 + (n - 1)d$ and $a_{10} = 3 + 9 \cdot 4 = 39$.
$S_{10} = \frac{10(a_1 + a_{10})}{2} = \frac{10(3 + 39)}{2} = 210$.
$\sum_{k=1}^{4} k^2 = 1 + 4 + 9 + 16 = 30$, and $1 + 2 + \cdots + 100 = 5050$.`,
  ],
  [
    "rates, times and units",
    6,
    `The train leaves at 2:30 p.m. and takes 2 hours, so it arrives at 2:30 + 2:00 = 4:30 p.m.
**Distance:** 60 miles/hour × 2 hours = 120 miles.
- In minutes, 2 hours × 60 minutes/hour = 120 minutes.
- The cost is $3 per mile x 120 miles = $360.
- With 10% off: $360 × 10% = $36, so $360 - $36 = $324.
- Per person: $324 / 5 = $64.80, about $65.
1.5 hours = 90 minutes, and 3 dozen eggs = 36 eggs.`,
  ],
  [
    "percentages in words",
    5,
    `40% of the 50 students = 20 students, and 50 - 20 = 30 are left.
That is 30/50 = 0.6 = 60% of them.
If 15 of 60 = 25%, then 100% - 25% = 75% remain.
An increase from 80 to 100 is 20/80 * 100% = 25%.
So 1/4 = 20 of 80; 1% = 0.8.
At 3.5% interest: $200 x 3.5% = $7.`,
  ],
  [
    "remainders and rounding",
    5,
    `100 / 6 = 16.67, so 16 full boxes are filled: 100 ÷ 6 = 16 R 4.
16 × 6 = 96, and 100 - 96 = 4 left over.
22/7 ≈ 3.14 and 2/3 = 0.667.
1/3 + 1/3 = 0.33 + 0.33 = 0.66
$10 / 3 = $3.33 each`,
  ],
  [
    "inequalities",
    2,
    String.raw`We need $2x + 3 < 11$, so $x < 4$. Since $3 < 4$, $x = 3$ works, and $2(3) + 3 = 9 < 11$.
For $x = 4$ we get $2(4) + 3 = 11$, which is not less than 11.
So $0 \le x \le 3$.`,
  ],
  [
    "exponents and logarithms",
    3,
    String.raw`$2^x = 32$ means $x = 5$, since $2^5 = 32$.
$\log_2 32 = 5$ and $\log_{10} 1000 = 3$.
$(2^3)^2 = 2^6 = 64$ and $3^{-2} = \frac{1}{9}$.
$x^{-1} \cdot x^3 = x^2$.`,
  ],
  [
    "radicals with an extraneous solution",
    3,
    String.raw`Squaring $\sqrt{x + 7} = x + 1$ gives $x + 7 = x^2 + 2x + 1$.
So $x^2 + x - 6 = 0$.
Hence $(x + 3)(x - 2) = 0$, and $x = -3$ or $x = 2$.
But $x = -3$ gives $\sqrt{4} = 2 \neq -2$, so the only solution is $x = 2$.`,
  ],
  [
    "word problems with letters",
    4,
    `Let J = Jane's age and T = Tom's age.
J = 2T and J + T = 36
So 2T + T = 3T = 36
T = 36/3 = 12
J = 2 * 12 = 24
In 5 years: J + 5 = 29 and T + 5 = 17`,
  ],
  [
    "tables, code and lists",
    2,
    `| n | n^2 | n^2 + 1 |
| --- | --- | --- |
| 2 | 4 | 5 |
x = 3
x = x + 1
if (x == 4) { y = x * 2 }
f(x): return x = 5
* 3 + 4 = 7
+ 5 + 6 = 11
Items: (a) 12, (b) 15; ratio 3:4 = 0.75`,
  ],
];

describe("a right solution", () => {
  it.each(solutions)("%s isn't called false", (_, checked, text) => {
    const { claims, coverage } = checkSteps(text);
    const wrong = claims.filter(({ verdict }) => verdict === "false");
    expect(wrong.map(({ start, end, reason }) => `${text.slice(start, end)}: ${reason}`)).toEqual(
      [],
    );
    expect(coverage.linesChecked).toBeGreaterThanOrEqual(checked);
  });

  it("isn't called false a line at a time without what stands before", () => {
    const wrong = solutions.flatMap(([, , text]) =>
      text.split("\n").filter((line) => new StepChecker().check(line).verdict === "false"),
    );
    expect(wrong).toEqual([]);
  });
});
