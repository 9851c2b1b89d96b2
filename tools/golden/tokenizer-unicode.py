"""Writes packages/tokenizer/src/unicode/data.ts: the Unicode tables that Hugging Face
tokenizers and tiktoken carry inside, measured by asking them about every code point.

Run with tokenizers 0.23.2, tiktoken 0.14.0 and a Node of Unicode 16 or later installed:

    python tools/golden/tokenizer-unicode.py > packages/tokenizer/src/unicode/data.ts
    npx biome format --write packages/tokenizer/src/unicode/data.ts

It takes about a minute. What differs between the two libraries is printed to stderr.
"""

import runpy
import sys
from collections import Counter
from pathlib import Path

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


# As in packages/tokenizer/src/unicode/unpack.ts.
ALPHABET = "etnr=si(),oa.lhucf;d{}:p0&gm[]1+?yb>2|w#k-!vx<A3$4RTINE6M5_S*8/OzCUjPFL97BDGWJ^V"


def packed(numbers):
    out = ""
    for n in numbers:
        while n >= 64:
            out += ALPHABET[64 + n % 16]
            n = (n - 64) // 16
        out += ALPHABET[n]
    return out


def run_lengths(values):
    """The values, and how many more times each follows itself."""
    out = []
    for value in values:
        if out and out[-1][0] == value:
            out[-1][1] += 1
        else:
            out.append([value, 0])
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
bert = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
clean = dropped(N.BertNormalizer(**{**bert, "clean_text": True}))
spaced = {
    c for c in SCALARS
    if len(N.BertNormalizer(**{**bert, "handle_chinese_chars": True}).normalize_str(chr(c))) == 3
}
punctuation = split_alone(P.Punctuation(), 3)
assert punctuation == split_alone(P.BertPreTokenizer(), 3)
assert split_alone(P.WhitespaceSplit(), 2) == white
assert split_alone(P.BertPreTokenizer(), 2) == white
words = split_alone(P.Whitespace(), 1)
assert words == tiktoken_set(r"\w")
derived = alphabetic | union("M") | sets["Nd"] | sets["Pc"]
print("word, regex crate:", [hex(c) for c in words ^ derived], file=sys.stderr)
print("word, Oniguruma:", [hex(c) for c in hugging_face(r"\w") ^ derived], file=sys.stderr)
inert = runpy.run_path(str(Path(__file__).with_name("tokenizer-unicode-normalization.py")))["unknown"]
# In the order of the flags in properties.ts.
flags = [
    alphabetic,
    white,
    both(r"\p{Lowercase}"),
    both(r"\p{Uppercase}"),
    split_alone(P.Digits(False), 3),
    punctuation,
    dropped(N.StripAccents()),
    dropped(N.BertNormalizer(**{**bert, "strip_accents": True})),
    clean,
    spaced,
    {*inert, *sets["Cn"]},
]
properties = list(category)
for bit, points in enumerate(flags):
    for c in points:
        properties[c] |= 32 << bit
script = [0] * 0x110000
for index, name in enumerate(SCRIPTS):
    for c in both(rf"\p{{{name}}}"):
        script[c] = index + 1


runs = run_lengths(zip(properties, script))
distinct = [value for value, _ in Counter(value for (value, _), _ in runs).most_common()]
print("runs:", len(runs), file=sys.stderr)
lower = {c: N.Lowercase().normalize_str(chr(c)) for c in sorted(sets["Cn"])}
lower = {c: ord(s) for c, s in lower.items() if s != chr(c)}

out = [
    "// Written by tools/golden/tokenizer-unicode.py from the answers of Hugging Face tokenizers",
    f"// {tokenizers.__version__} and tiktoken {tiktoken.__version__} for every code point; properties.ts and scripts.ts read it.",
    "",
    "/** Distinct properties, the frequent ones first: the category, and flags from 32 on. */",
    f"export const PROPERTIES = {distinct};",
    "",
    "/** Index in PROPERTIES of every run of code points that have the same property and script. */",
    f'export const RUNS =\n  "{packed(distinct.index(value) for (value, _), _ in runs)}";',
    "",
    "/** Lengths of the runs, less one. */",
    f'export const LENGTHS =\n  "{packed(length for _, length in runs)}";',
    "",
    "/** Scripts of the runs by turns with how many more runs have them; 0 is none of them. */",
    f'export const SCRIPTS =\n  "{packed(n for run in run_lengths(s for (_, s), _ in runs) for n in run)}";',
    "",
    "/** Names of the scripts, which are numbered from 1 on. */",
    f'export const SCRIPT_NAMES =\n  "{" ".join(SCRIPTS)}".split(" ");',
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
out += ["];"]
print("\n".join(out))
