"""Writes packages/tokenizer/src/unicode/data.ts: the Unicode tables that Hugging Face
tokenizers and tiktoken carry inside, measured by asking them about every code point.

Run with tokenizers 0.23.2 and tiktoken 0.14.0 installed:

    python tools/golden/tokenizer-unicode.py > packages/tokenizer/src/unicode/data.ts

It takes about a minute. What differs between the two libraries is printed to stderr.
"""

import sys

import tiktoken
import tokenizers
from tokenizers import Regex
from tokenizers import normalizers as N
from tokenizers import pre_tokenizers as P

CATEGORIES = (
    "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn"
).split()
SCRIPTS = (
    "Han Hiragana Katakana Hangul Bopomofo Latin Greek Cyrillic Arabic Hebrew Devanagari "
    "Bengali Tamil Thai Lao Khmer Myanmar Tibetan Georgian Armenian"
).split()
SCALARS = [*range(0xD800), *range(0xE000, 0x110000)]
ALL = "".join(map(chr, SCALARS))


def hugging_face(pattern):
    """The code points that Oniguruma inside tokenizers matches."""
    kept = P.Split(Regex(f"(?:{pattern})+"), "removed").pre_tokenize_str(ALL)
    hit = bytearray(b"\1") * len(ALL)
    for _, (start, end) in kept:
        hit[start:end] = bytes(end - start)
    return {SCALARS[i] for i, h in enumerate(hit) if h}


BYTES = {bytes([i]): i for i in range(256)}


def tiktoken_set(pattern):
    """The code points that the regex crate inside tiktoken matches."""
    encoding = tiktoken.Encoding("x", pat_str=pattern, mergeable_ranks=BYTES, special_tokens={})
    return {ord(c) for c in bytes(encoding._core_bpe.encode_ordinary(ALL)).decode()}


def both(pattern):
    a, b = hugging_face(pattern), tiktoken_set(pattern)
    if a != b:
        print(f"{pattern}: {len(a)} in tokenizers, {len(b)} in tiktoken", file=sys.stderr)
    return a


def split_alone(pre_tokenizer, pieces):
    return {c for c in SCALARS if len(pre_tokenizer.pre_tokenize_str(f"x{chr(c)}x")) == pieces}


def dropped(normalizer):
    return {c for c in SCALARS if normalizer.normalize_str(f"x{chr(c)}x") == "xx"}


def digits(n):
    """Base 26 in the characters ( to [, the lowest digit first; all but the last have 26 added."""
    out = ""
    while n >= 26:
        out += chr(40 + 26 + n % 26)
        n = n // 26 - 1
    return out + chr(40 + n)


def ranges(points):
    out = []
    for c in sorted(points):
        if out and out[-1][1] == c:
            out[-1][1] = c + 1
        else:
            out.append([c, c + 1])
    return out


def packed(points):
    """Gap and length of every range."""
    out, at = "", 0
    for start, end in ranges(points):
        out += digits(start - at) + digits(end - start - 1)
        at = end
    return out


category = bytearray([CATEGORIES.index("Cs")]) * 0x110000
sets = {}
for index, name in enumerate(CATEGORIES):
    if name == "Cs":
        continue
    sets[name] = both(rf"\p{{{name}}}")
    for c in sets[name]:
        category[c] = index


def union(initials):
    return set().union(*(points for name, points in sets.items() if name[0] in initials))


white = both(r"\s")
alphabetic = both(r"\p{Alphabetic}")
other_alphabetic = alphabetic - union("L") - sets["Nl"]
symbols = {}
for c in range(0x110000):
    key = (category[c], c in other_alphabetic)
    symbols.setdefault(key, 0)
    symbols[key] += 1
extra = sorted(key for key in symbols if key[1])
print("alphabetic besides letters:", [(CATEGORIES[c], symbols[c, a]) for c, a in extra], file=sys.stderr)


def symbol(c):
    return extra.index((category[c], True)) + 30 if c in other_alphabetic else category[c]


runs, start = "", 0
count = 0
for c in range(1, 0x110001):
    if c == 0x110000 or symbol(c) != symbol(start):
        runs += chr(40 + symbol(start)) + digits(c - start - 1)
        start = c
        count += 1
print("runs:", count, file=sys.stderr)

bert = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
clean = dropped(N.BertNormalizer(**{**bert, "clean_text": True}))
spaced = {
    c for c in SCALARS
    if len(N.BertNormalizer(**{**bert, "handle_chinese_chars": True}).normalize_str(chr(c))) == 3
}
ascii_punctuation = {c for c in range(33, 127) if not chr(c).isalnum()}
punctuation = split_alone(P.Punctuation(), 3)
assert punctuation == split_alone(P.BertPreTokenizer(), 3)
assert split_alone(P.WhitespaceSplit(), 2) == white
assert split_alone(P.BertPreTokenizer(), 2) == white
words = split_alone(P.Whitespace(), 1)
assert words == tiktoken_set(r"\w")
derived = alphabetic | union("M") | sets["Nd"] | sets["Pc"]
print("word, regex crate:", [hex(c) for c in words ^ derived], file=sys.stderr)
print("word, Oniguruma:", [hex(c) for c in hugging_face(r"\w") ^ derived], file=sys.stderr)
differences = {
    "Numeric": split_alone(P.Digits(False), 3) ^ union("N"),
    "Punctuation": punctuation ^ union("P") ^ (ascii_punctuation - union("P")),
    "Mark": dropped(N.StripAccents()) ^ union("M"),
    "NonspacingMark": dropped(N.BertNormalizer(**{**bert, "strip_accents": True})) ^ sets["Mn"],
    "Other": (clean - {0, 0xFFFD}) ^ (union("C") - sets["Cn"] - {0, 9, 10, 13}),
}
lower = {c: N.Lowercase().normalize_str(chr(c)) for c in sorted(sets["Cn"])}
lower = {c: ord(s) for c, s in lower.items() if s != chr(c)}

out = [
    "// Written by tools/golden/tokenizer-unicode.py from the answers of Hugging Face tokenizers",
    f"// {tokenizers.__version__} and tiktoken {tiktoken.__version__} for every code point; packed.ts reads the strings.",
    "",
    "/** General category, from U+0000 on: a character for the value, then the length of the run less one. */",
    f'export const CATEGORY_RUNS =\n  "{runs}";',
    "",
    "/** Values 30 and up of the runs: categories whose characters count as alphabetic. */",
    f"export const ALPHABETIC_CATEGORIES = [{', '.join(str(c) for c, _ in extra)}];",
    "",
    "/** White_Space. */",
    f'export const WHITE_SPACE = "{packed(white)}";',
    "",
    "/** Lowercase and Uppercase beyond Ll and Lu. */",
    f'export const OTHER_LOWERCASE = "{packed(both(chr(92) + "p{Lowercase}") ^ sets["Ll"])}";',
    f'export const OTHER_UPPERCASE = "{packed(both(chr(92) + "p{Uppercase}") ^ sets["Lu"])}";',
    "",
    "/** Where other predicates of Hugging Face differ from the categories, having tables of another age. */",
    "export const DIFFERENCES = {",
    *(f'  {name}:\n    "{packed(points)}",' for name, points in differences.items()),
    "};",
    "",
    "/** What BertNormalizer puts spaces around. */",
    f'export const BERT_CHINESE = "{packed(spaced)}";',
    "",
    "/** Lowercase of characters that are unassigned in the table of categories: first, last, distance. */",
    "export const NEW_LOWERCASE: readonly (readonly [number, number, number])[] = [",
]
groups = []
for c, l in lower.items():
    if groups and groups[-1][1] == c - 1 and groups[-1][2] == l - c:
        groups[-1][1] = c
    else:
        groups.append([c, c, l - c])
out += [f"  [0x{a:x}, 0x{b:x}, {d}]," for a, b, d in groups]
out += ["];", "", "export const SCRIPTS: Readonly<Record<string, string>> = {"]
out += [f'  {name}:\n    "{packed(both(chr(92) + "p{" + name + "}"))}",' for name in SCRIPTS]
out += ["};"]
print("\n".join(out))
