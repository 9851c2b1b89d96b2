"""Writes packages/tokenizer/test/golden/patterns.json: what Hugging Face tokenizers
(Oniguruma) and tiktoken (fancy-regex) match with the patterns of real tokenizers and with
some that try the syntax, on random texts.

    python tools/golden/tokenizer-unicode-patterns.py > packages/tokenizer/test/golden/patterns.json

A match is two characters: start and end in UTF-16 units, in base 36. Empty matches are
left out, as the libraries don't show them.
"""

import json
import random

import tiktoken
import tokenizers
from tokenizers import Regex
from tokenizers import pre_tokenizers as P

LETTERS = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}%s]%s[\p{Ll}\p{Lm}\p{Lo}\p{M}%s]%s"
SUFFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CL100K = SUFFIX + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TAIL = r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = "|".join(
    r"[^\r\n\p{L}\p{N}]?" + LETTERS % ("", a, "", b) + SUFFIX + "?" for a, b in ("*+", "+*")
) + TAIL
HAN = r"&&[^\p{Han}]"
KIMI = r"[\p{Han}]+|" + "|".join(
    r"[^\r\n\p{L}\p{N}]?" + LETTERS % (HAN, a, HAN, b) + SUFFIX + "?" for a, b in ("*+", "+*")
) + TAIL.replace("/", "")
TEKKEN = "|".join(
    r"[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))%s((?=[\p{L}])([^A-Z]))%s" % tuple(ab) for ab in ("*+", "+*")
) + TAIL.replace("{1,3}", "")
DEEPSEEK_LETTERS = (
    r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕ"
    r"ﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+"
)
DEEPSEEK3 = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^" "\r\n" r"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[" "\r\n" r"]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
RUNS = "|".join(r"\s{%d}(?!\S)" % n for n in (512, 256, 128, 64, 32, 16, 8, 4))
BOTH = {
    "gpt2": GPT2,
    "cl100k": CL100K,
    "o200k": O200K,
    "kimi-k2": KIMI,
    "tekken": TEKKEN,
    "deepseek3": DEEPSEEK3,
    "deepseek3-digits": r"\p{N}{1,3}",
    "deepseek3-cjk": "[一-龥぀-ゟ゠-ヿ]+",
    "deepseek-letters": DEEPSEEK_LETTERS,
    "deepseek-punctuation": r"\s?[!-/:-~！-／：-～‘-‟　-。]+",
    "deepseek-end": r"\s+$",
    "deepseek-coder": r"\s?\p{L}+",
    "falcon": r"[\p{P}\$\+<=>\^~\|`]+",
    "falcon-digits": "[0-9][0-9][0-9]",
    "qwen3.5": CL100K.replace(r"\p{L}+", r"[\p{L}\p{M}]+").replace("{1,3}", "").replace(r"\s\p{L}", r"\s\p{L}\p{M}"),
    "exaone": SUFFIX + r"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+",
    "seed-coder": SUFFIX + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}" "\r\n" r"]+|\s*[" "\r\n" r"]+|\s+(?!\S)|\s+",
    "falcon3": CL100K.removesuffix(r"\s+(?!\S)|\s+") + RUNS + r"|\s{1,2}(?!\S)|\s{1}",
    "afmoe-cjk": "[一-鿿㐀-䶿豈-﫿぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿຀-໿ក-៿က-႟ꩠ-ꩿꧠ-꧿가-힯ᄀ-ᇿ]+",
    "bailing": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    "openai-cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "openai-r50k": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "bloom": r" ?[^(\s|[.,!?…。，、।۔،])]+",
    "gemma4": r"[^\n]+|[\n]+",
    "words": r"\w+|[^\w\s]+",
    "word-classes": r"[\w]+|[^\w\s]+",
    "alphabetic": r"[[:alpha:]]+|[[:digit:]]+|[[:punct:]]+|[[:^space:]]",
    "scripts": r"\p{Hiragana}+|\p{Katakana}+|\p{Han}+|\p{Hangul}+|\P{Latin}",
    "ignore-case": r"(?i:[k-s]{2}|é|[^a-z\s])|(?i)K+|σ",
    "lazy": r"\s*?\n|[a-z]+?[0-9]|\p{L}{2,3}?",
    "possessive": r"a?+[ab]|\p{L}++1|\p{N}{1,2}+1|(?>\s*)x",
    "ends": r"a$|\p{L}+\z|\s(?=\s|$)|1(?!$|\s)",
    "fallback-groups-of-three": r"\d{1,3}(?=(?:\d{3})*\b)",
    "fallback-behind": r"(?<=\s)\p{L}+|(?<!\d)1+|(\p{L})\1",
    "fallback-lines": r"^\s*\p{L}|\Aa|\B1",
    "fallback-atomic": r"(?>a|ab)c|(?>\p{L}+|\s)\b|(?=\p{L}\d)\p{L}",
}

rng = random.Random(20260914)
COMMON = list("aabceilnorstvdmLSREVDMTA  \n\n\r\t''1123450.,!?-/_$+`()[]|")
RARE = [
    *"éÉßſ\u212aσςΣİıǅʰªжЖאब中文字一龥々〇かカーｱ한ᄀ", "\u0301", "\u0308", "\u093f", "\u0940", "\u20dd",
    *"٣५²½Ⅷ①〡𝟘", *"…—“”。，、！।۔،《", *"€£^~∑😀👍🏽", "\u200d", "\u200c", "\ufeff", "\u0085", "\u00a0", "\u2028",
    "\u3000", "\u2003", "\u180e", "\u200b", "\0", "\x1c", "\x7f", "\u0378", "\ue000", "\ufffd", "\U0010ffff",
    "\u088f", "\u1c89", "\ua7cb", "\U000105c0", "\U00016d40", "\U0001f1e6", "\U00020000", "\U0001ccd6", "𐐀", "𐐨", "Ა", "ა", "Ꭰ",
]


def text():
    rare = rng.choice((0.05, 0.3, 0.7))
    out = []
    while len(out) < rng.randint(1, 16):
        piece = rng.choice(RARE if rng.random() < rare else COMMON)
        out += [piece] * rng.choice((1, 1, 1, 2, 3))
    return "".join(out)


TEXTS = [text() for _ in range(220)]
TEXTS = [t for t in TEXTS if len(t.encode("utf-16-le")) // 2 < 36]
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def packed(text, matches):
    at = [0]
    for c in text:
        at.append(at[-1] + len(c.encode("utf-16-le")) // 2)
    return "".join(DIGITS[at[s]] + DIGITS[at[e]] for s, e in matches)


def oniguruma(pattern):
    split = P.Split(Regex(pattern), "removed", invert=True)
    return [packed(t, [span for _, span in split.pre_tokenize_str(t)]) for t in TEXTS]


def rust(pattern):
    out = []
    for t in TEXTS:
        # A piece that is a token is one token, so every part of the text is made a token.
        ranks = {bytes([i]): i for i in range(256)}
        for i in range(len(t)):
            for j in range(i + 1, len(t) + 1):
                ranks.setdefault(t[i:j].encode(), len(ranks))
        encoding = tiktoken.Encoding("x", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
        pieces = [encoding.decode_single_token_bytes(i) for i in encoding._core_bpe.encode_ordinary(t)]
        out.append(packed(t, place(t, [p.decode() for p in pieces])))
    return out


def place(t, pieces):
    """Unmatched characters leave no token: a piece is where its text comes next."""
    spans, at = [], 0
    for piece in pieces:
        start = t.find(piece, at)
        assert start >= 0
        spans.append((start, start + len(piece)))
        at = start + len(piece)
    return spans


ONLY_ONIGURUMA = {"oniguruma-repeat": r"\p{N}{1,2}+|[^]a]{,2}|a{2}?b"}
RUST = "gpt2 cl100k o200k kimi-k2 deepseek3 exaone falcon3 openai-cl100k openai-r50k tekken".split()
EXTRA_RUST = {"rust-syntax": r"[\p{L}--\p{Lu}]+|\pN+?|(?s:.)\z|\x{4e2d}|\p{sc=Greek}|[\s\S]"}
out = {
    "about": "tools/golden/tokenizer-unicode-patterns.py with tokenizers "
    f"{tokenizers.__version__}, tiktoken {tiktoken.__version__}",
    "texts": TEXTS,
    "patterns": [
        *({"name": n, "dialect": "oniguruma", "source": p, "matches": oniguruma(p)} for n, p in {**BOTH, **ONLY_ONIGURUMA}.items()),
        *({"name": n, "dialect": "rust", "source": BOTH[n], "matches": rust(BOTH[n])} for n in RUST),
        *({"name": n, "dialect": "rust", "source": p, "matches": rust(p)} for n, p in EXTRA_RUST.items()),
    ],
}
print(json.dumps(out, separators=(",", ":"), ensure_ascii=True))
