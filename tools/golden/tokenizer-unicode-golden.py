"""Writes packages/tokenizer/test/golden/unicode.json: sizes and hashes of the sets of code
points that Hugging Face tokenizers and tiktoken answer, and normalized strings.

    python tools/golden/tokenizer-unicode-golden.py > packages/tokenizer/test/golden/unicode.json
"""

import json
import random

import tiktoken
import tokenizers
from tokenizers import Regex
from tokenizers import normalizers as N
from tokenizers import pre_tokenizers as P

SCALARS = [*range(0xD800), *range(0xE000, 0x110000)]
ALL = "".join(map(chr, SCALARS))
BYTES = {bytes([i]): i for i in range(256)}


def fnv(numbers):
    h = 2166136261
    for n in numbers:
        h = ((h ^ n) * 16777619) & 0xFFFFFFFF
    return h


def summary(points):
    points = sorted(points)
    return [len(points), fnv(points)]


def hugging_face(pattern):
    kept = P.Split(Regex(f"(?:{pattern})+"), "removed").pre_tokenize_str(ALL)
    hit = bytearray(b"\1") * len(ALL)
    for _, (start, end) in kept:
        hit[start:end] = bytes(end - start)
    return [SCALARS[i] for i, h in enumerate(hit) if h]


def rust(pattern):
    encoding = tiktoken.Encoding("x", pat_str=pattern, mergeable_ranks=BYTES, special_tokens={})
    return [ord(c) for c in bytes(encoding._core_bpe.encode_ordinary(ALL)).decode()]


def alone(pre_tokenizer):
    return [c for c in SCALARS if len(pre_tokenizer.pre_tokenize_str(f"x{chr(c)}x")) == 3]


def dropped(normalizer):
    return [c for c in SCALARS if normalizer.normalize_str(f"x{chr(c)}x") == "xx"]


categories = (
    "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn "
    "L LC M N P S Z"
).split()
scripts = "Han Hiragana Katakana Hangul Latin Greek Cyrillic Arabic Thai Devanagari".split()
bert = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
chinese = N.BertNormalizer(**{**bert, "handle_chinese_chars": True})
lower = N.Lowercase()

rng = random.Random(20260914)
alphabet = [
    *"aeiouAKsc o",
    *map(chr, range(0x300, 0x346)),
    *map(chr, [0x5B0, 0x5B4, 0x5BC, 0x5D1, 0x64B, 0x651, 0x653, 0x627, 0x93C, 0x915, 0x94D, 0x9C7, 0x9BE]),
    *map(chr, [0x1100, 0x1161, 0x11A8, 0xAC00, 0xAC01, 0x304B, 0x3099, 0x30CF, 0x309A, 0x4E2D, 0xF900, 0xFA10]),
    *map(chr, [0xE9, 0xC5, 0x1E69, 0x1EA5, 0x212B, 0x2126, 0xFB01, 0xFF21, 0xFF76, 0xFF9E, 0x2460, 0xBD, 0x1F85]),
    *map(chr, [0x8CA, 0x8D3, 0x7FD, 0x1ABF, 0x1DF6, 0x32FF, 0x11938, 0x11935, 0x11930, 0x105D2, 0x105C9, 0xA7F2]),
    *map(chr, [0x16D63, 0x16D67, 0x16D68, 0x113C2, 0x11D42, 0x1E030, 0x1CCD6, 0x1FBF0, 0x10D69, 0x1AE0, 0xA7F1]),
    *map(chr, [0x110BA, 0x11099, 0x1D15E, 0x1D165, 0x2F800, 0x1D400, 0x1E8D0, 0xFEFF, 0x200D, 0x1F468, 0x110B9]),
]
texts = ["".join(rng.choices(alphabet, k=rng.randint(1, 9))) for _ in range(600)]
forms = {name: getattr(N, name)() for name in ("NFC", "NFD", "NFKC", "NFKD")}

POSIX = "alpha digit alnum word space blank cntrl punct lower upper xdigit graph print ascii".split()
PROPERTIES = (
    "L lu Uppercase_Letter Other-Number punct ^L Any ASCII Assigned Alphabetic Uppercase Lowercase White_Space Han thai"
).split()
NAMED = [
    *(f"[[:{n}:]]" for n in POSIX),
    *(rf"\p{{{n}}}" for n in PROPERTIES),
    *(rf"\{c}" for c in "sSdDwWhH"),
    r"[\w]", r"[^\w]", r"[\d\s]", r"\P{L}", ".", "[[:^word:]]", r"[\p{L}&&[^a-z]]",
]
FOLDED = r"(?i:\p{Lu})|(?i:\p{Ll})|(?i:\p{Lt})|(?i:[a-zα-ω])|(?i:[^k-s])|(?i:[^σ\x{1E9E}])".split("|")
cased = [c for c in hugging_face(r"[\p{LC}\x{345}\x{2160}-\x{2188}\x{24b6}-\x{24e9}]") if not 0x1D400 <= c < 0x1D800]
cased_text = "\n".join(map(chr, cased))


def fold_hugging_face(c):
    split = P.Split(Regex(f"(?i:{chr(c)})"), "removed", invert=True)
    return [ord(x) for x, _ in split.pre_tokenize_str(cased_text)]


def fold_rust(c):
    encoding = tiktoken.Encoding("x", pat_str=f"(?i:{chr(c)})", mergeable_ranks=BYTES, special_tokens={})
    return [ord(x) for x in bytes(encoding._core_bpe.encode_ordinary(cased_text)).decode()]


def families(fold):
    """Characters that have others of their folding, with these."""
    out = []
    for c in cased:
        family = fold(c)
        if len(family) > 1:
            out += [c, *family]
    return [len(out), fnv(out)]


out = {
    "about": "tools/golden/tokenizer-unicode-golden.py with tokenizers "
    f"{tokenizers.__version__}, tiktoken {tiktoken.__version__}; [size, FNV-1a] of code points",
    "categories": {name: summary(hugging_face(rf"\p{{{name}}}")) for name in categories},
    "scripts": {name: summary(hugging_face(rf"\p{{{name}}}")) for name in scripts},
    "sets": {
        "whiteSpace": summary(hugging_face(r"\s")),
        "alphabetic": summary(hugging_face("[[:alpha:]]")),
        "word": summary(rust(r"\w")),
        "numeric": summary(alone(P.Digits(False))),
        "punctuation": summary(alone(P.Punctuation())),
        "mark": summary(dropped(N.StripAccents())),
        "bertAccent": summary(dropped(N.BertNormalizer(**{**bert, "strip_accents": True}))),
        "bertRemoved": summary(dropped(N.BertNormalizer(**{**bert, "clean_text": True}))),
        "bertChinese": summary([c for c in SCALARS if len(chinese.normalize_str(chr(c))) == 3]),
    },
    "lowercase": fnv(ord(x) for c in SCALARS for x in lower.normalize_str(chr(c))),
    "forms": {name: fnv(ord(x) for c in SCALARS for x in f.normalize_str(chr(c))) for name, f in forms.items()},
    "named": {
        "oniguruma": [[n, *summary(hugging_face(n))] for n in NAMED],
        "rust": [[n, *summary(rust(n))] for n in NAMED + FOLDED],
    },
    "families": {"oniguruma": families(fold_hugging_face), "rust": families(fold_rust)},
    "texts": [[t, *(f.normalize_str(t) for f in forms.values())] for t in texts],
}
print(json.dumps(out, separators=(",", ":")))
