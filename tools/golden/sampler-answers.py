"""Values of random expressions, and pairs of them, for the parser and the equivalence of @ryanstream/sampler.

    python tools/golden/sampler-answers.py > packages/sampler/test/golden/values.json

Made with SymPy 1.14.0 (mpmath 1.3.0). Each entry is the LaTeX that SymPy prints for an expression, the plain text it
prints, and its value to 60 digits, real and imaginary part. SymPy writes log for the natural logarithm, so entries
have ln instead; an entry with the root of a negative number is left out, as its meaning depends on the reader. Pairs are an expression in x and y and
what SymPy rewrites it to, or that with one number changed, which differs at a point.
"""

import json
import random
import re
import sys

import sympy
from sympy import I, Integer, Rational, cos, exp, latex, log, pi, sin, sqrt, tan, E
from sympy import atan, asin, acos, sinh, cosh, Abs, root

rng = random.Random(6)


def leaf():
    return rng.choice(
        [
            lambda: Integer(rng.randint(-20, 20)),
            lambda: Rational(rng.randint(-30, 30), rng.randint(1, 12)),
            lambda: sqrt(Integer(rng.randint(2, 50)), evaluate=False),
            lambda: root(Integer(rng.randint(2, 30)), rng.choice([3, 4, 5])),
            lambda: pi,
            lambda: E,
            lambda: I,
        ]
    )()


def grow(depth):
    if depth == 0:
        return leaf()
    a = grow(depth - 1)
    kind = rng.randint(0, 11)
    if kind <= 2:
        return sympy.Add(a, grow(depth - 1), evaluate=False)
    if kind <= 5:
        return sympy.Mul(a, grow(depth - 1), evaluate=False)
    if kind == 6:
        return sympy.Mul(a, sympy.Pow(grow(depth - 1), -1, evaluate=False), evaluate=False)
    if kind == 7:
        return sympy.Pow(a, rng.randint(2, 5), evaluate=False)
    if kind == 8:
        return rng.choice([sin, cos, tan])(a, evaluate=False)
    if kind == 9:
        return rng.choice([exp, sinh, cosh])(a, evaluate=False)
    if kind == 10:
        return rng.choice([atan, log, Abs])(a, evaluate=False)
    return rng.choice([asin, acos])(sympy.Mul(a, Rational(1, 40), evaluate=False), evaluate=False)


def principal(expression):
    """Whether no root or logarithm is of a negative or complex number."""
    for part in sympy.preorder_traversal(expression):
        inside = None
        if part.is_Pow and part.exp.is_Rational and part.exp.q > 1:
            inside = part.base
        elif part.func in (log, asin, acos, atan, Abs):
            inside = part.args[0]
        if inside is None:
            continue
        value = sympy.N(inside, 30)
        if not value.is_real or (part.func not in (atan, Abs) and part.func not in (asin, acos) and value <= 0):
            return False
        if part.func in (asin, acos) and abs(value) > 1:
            return False
    return True


def main():
    entries = []
    while len(entries) < 300:
        expression = grow(rng.choice([1, 2, 2, 3]))
        try:
            value = sympy.N(expression, 60)
            if not value.is_number or value.has(sympy.nan, sympy.zoo, sympy.oo) or not principal(expression):
                continue
            re_part, im_part = value.as_real_imag()
            sizes = [abs(part) for part in (re_part, im_part) if part != 0]
            if any(size > 10**20 or size < Rational(1, 10**20) for size in sizes):
                continue
        except (TypeError, ValueError, ZeroDivisionError):
            continue
        written = latex(expression).replace(r"\log", r"\ln")
        if re.search(r"\\operatorname|\|", written) or len(written) > 300:
            if "operatorname" in written:
                continue
        plain = str(expression).replace("log(", "ln(").replace("I", "i").replace("E", "e").replace("Abs(", "abs(")
        entries.append(
            {"latex": written, "plain": plain, "re": str(sympy.N(re_part, 50)), "im": str(sympy.N(im_part, 50))}
        )
    document = {"sympy": sympy.__version__, "values": entries, "pairs": pairs()}
    json.dump(document, sys.stdout, indent=0)
    print()


x, y = sympy.symbols("x y")


def polynomial(depth):
    if depth == 0:
        return rng.choice([x, y, x, Integer(rng.randint(-9, 9)), Rational(rng.randint(-9, 9), rng.randint(1, 6))])
    a, b = polynomial(depth - 1), polynomial(depth - 1)
    return rng.choice([a + b, a - b, a * b, a * b, a ** rng.randint(2, 3)])


def candidate():
    kind = rng.randint(0, 5)
    if kind == 0:
        return polynomial(3)
    if kind == 1:
        return polynomial(2) / (polynomial(1) + rng.randint(1, 5))
    if kind == 2:
        a, b = rng.choice([(sin, cos), (cos, sin), (sin, sin), (cos, cos)])
        return a(rng.randint(1, 3) * x) * b(rng.choice([x, y, 2 * x])) + rng.randint(-3, 3) * cos(x)
    if kind == 3:
        return exp(rng.randint(1, 3) * x) * (exp(-x) + rng.randint(1, 5)) + polynomial(1)
    if kind == 4:
        return (x + sqrt(rng.randint(2, 7))) ** 2 * rng.randint(1, 4) + polynomial(1)
    return (polynomial(1) + 1) / (x**2 + rng.randint(1, 4)) + rng.randint(1, 3) / (x + rng.randint(1, 4))


REWRITES = [
    sympy.expand,
    sympy.factor,
    sympy.together,
    sympy.expand_trig,
    sympy.trigsimp,
    sympy.powsimp,
    lambda e: sympy.apart(e, x) if e.free_symbols == {x} else sympy.cancel(e),
    lambda e: sympy.expand(e.rewrite(exp)) if e.has(sin, cos) else sympy.horner(sympy.expand(e)),
    sympy.nsimplify,
    sympy.cancel,
]


def changed(expression):
    numbers = [n for n in expression.atoms(sympy.Number) if n not in (0,)]
    if not numbers:
        return expression + 1
    number = rng.choice(sorted(numbers, key=str))
    return expression.subs(number, number + rng.choice([1, -1, Rational(1, 7)]))


def pairs():
    found = []
    point = {x: Rational(7, 3), y: Rational(-5, 4)}
    while len(found) < 400:
        a = candidate()
        try:
            b = rng.choice(REWRITES)(a)
            equal = len(found) % 2 == 0
            if not equal:
                b = changed(b)
            difference = sympy.N((a - b).subs(point), 40)
            if b == a or not difference.is_number or difference.has(sympy.nan, sympy.zoo):
                continue
        except (sympy.PolynomialError, NotImplementedError, TypeError, ValueError):
            continue
        if equal != (abs(difference) < 1e-30) or not (a.free_symbols | b.free_symbols):
            continue
        written = [latex(each).replace(r"\log", r"\ln") for each in (a, b)]
        if max(map(len, written)) < 250:
            found.append({"a": written[0], "b": written[1], "equal": equal})
    return found


main()
