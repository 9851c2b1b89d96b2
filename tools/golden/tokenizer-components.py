"""Writes the golden files of the tokenizer's components: what Hugging Face's own
implementation makes of adversarial texts, with offsets in code points.

    pip install tokenizers==0.23.2 sentencepiece==0.2.2
    python tools/golden/tokenizer-components.py packages/tokenizer/test/components/golden
"""

import base64
import io
import json
import sys
import unicodedata

import sentencepiece
import tokenizers
from tokenizers import AddedToken, Tokenizer

folder = sys.argv[1]

TEXTS = [
    "",
    " ",
    "   ",
    "a",
    "Hello, World!",
    "  Hello   there\t\n dear\r\n\r\nfriend  ",
    "Cafe\u0301 Café e\u0323\u0301 \u00e9\u0323 a\u0301\u0301\u0323x",
    "\u0301\u0323 \u0304abc",
    "İstanbul ǅ ΌΣΟΣ ß ẞ Ⅷ Ⓐ",
    "ﬁﬂ ½ ² ① ㍿ … ｱﾞ Å",
    "한국어 각 \u1112\u1161\u11ab \u1100\u1161\u1100 각ᆨ",
    "野口 No 東京都x漢",
    "▁a▁▁b ▁ c▁",
    "\ufeffBOM\u0085NEL\u00a0NBSP\u200bZW\u3000ideo\u2028ls",
    "👩‍👩‍👧 🤷🏽‍♂️ 🇩🇪🇫🇷x",
    "𝕳𝖊𝖑𝖑𝖔 𐐀𐐨 𝟙𝟚 \U0001d15e\U0001d1bf",
    "don't I'm we've they'LL it's",
    "x=3.14159, y=1,234,567; ½+²",
    "a-b--c---d",
    "-a-",
    "--",
    "\x00\x01a\x7f\x8f\ufffdb\x1f",
    "नमस्ते กำ ສຳ",
    "עִבְרִית العربية",
    "<s> [MASK]x <tok>",
    "aaabbbaaa ab abab",
    "\u088f\U0001e5d0\ua7cb\U00010d50 \u1c89",
    "😀😀a😀",
    "_under_score9 \u203f tie",
    "\\frac{1}{2} $x^2$",
]


def tokenizer(**parts):
    base = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]"},
    }
    return Tokenizer.from_str(json.dumps({**base, **parts}))


def write(name, **content):
    content = {
        "madeBy": "tools/golden/tokenizer-components.py",
        "tokenizers": tokenizers.__version__,
        **content,
    }
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump(content, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


def charsmap():
    """A small map of characters as SentencePiece stores it in its models."""
    rules = {
        "ﬁ": "fi", "½": "1/2", "①": "1", "㍿": "株式会社", "…": "...", "\u3000": " ",
        "\u00a0": " ", "\r": " ", "\t": " ", "\x01": "", "\x7f": "", "ª": "a",
        "e\u0301": "\u00e9", "a\u0301\u0323": "!", "\u212b": "\u00c5", "ｱ": "ア", "ｱﾞ": "ア゛", "İ": "i",
        "𝟙": "1", "\u200b": " ", "\ufeff": "", "\u2028": " ", "\u1112\u1161": "\ud558",
    }  # fmt: skip
    lines = (
        " ".join(f"{ord(c):X}" for c in key) + "\t" + " ".join(f"{ord(c):X}" for c in value)
        for key, value in rules.items()
    )
    path = f"{folder}/rules.tsv"
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["hello world", "some more text here"] * 20),
        model_writer=model,
        vocab_size=24,
        model_type="char",
        normalization_rule_tsv=path,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    import os

    os.remove(path)
    # Field 3 of the model is its normalizer, and field 2 of that the map.
    return base64.b64encode(field(field(model.getvalue(), 3), 2)).decode()


def field(message, wanted):
    at = 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            varint()
        elif tag & 7 == 5:
            at += 4
        else:
            size = varint()
            if tag >> 3 == wanted:
                return message[at : at + size]
            at += size
    raise KeyError(wanted)


def sequence(*normalizers):
    return {"type": "Sequence", "normalizers": list(normalizers)}


def bert(clean, chinese, accents, lower):
    return {
        "type": "BertNormalizer",
        "clean_text": clean,
        "handle_chinese_chars": chinese,
        "strip_accents": accents,
        "lowercase": lower,
    }


def replace(kind, pattern, content):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


PRECOMPILED = {"type": "Precompiled", "precompiled_charsmap": charsmap()}

NORMALIZERS = [
    *({"type": t} for t in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel")),
    {"type": "Strip", "strip_left": True, "strip_right": True},
    {"type": "Strip", "strip_left": True, "strip_right": False},
    {"type": "Strip", "strip_left": False, "strip_right": True},
    replace("String", " ", "▁"),
    replace("String", "ab", "xyz"),
    replace("String", "a", ""),
    replace("String", "a", "$1\\1$&"),
    replace("Regex", " {2,}", " "),
    replace("Regex", "[aeo]\\p{M}*", "😀"),
    {"type": "Prepend", "prepend": "▁"},
    {"type": "Prepend", "prepend": "😀x"},
    {"type": "Prepend", "prepend": ""},
    bert(True, True, None, True),
    bert(True, False, False, False),
    bert(False, True, True, False),
    bert(False, False, None, False),
    PRECOMPILED,
    sequence(),
    sequence({"type": "Prepend", "prepend": "▁"}, replace("String", " ", "▁")),
    sequence({"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}),
    sequence({"type": "NFD"}, {"type": "NFC"}, {"type": "ByteLevel"}),
    sequence(PRECOMPILED, {"type": "Strip", "strip_left": False, "strip_right": True}, replace("Regex", " {2,}", "▁")),
    sequence({"type": "Nmt"}, {"type": "NFKC"}, replace("Regex", " +", " ")),
]  # fmt: skip


def normalized(component, text):
    """The text and the range of each of its characters, or None where the reference panics."""
    one = tokenizer(normalizer=component, pre_tokenizer={"type": "FixedLength", "length": 1})
    try:
        result = one.normalizer.normalize_str(text)
        offsets = one.encode(text).offsets
    except BaseException:
        return None
    assert len(result) == len(offsets)
    flat = [x for pair in offsets for x in pair]
    if result == text and flat == [x for i in range(len(text)) for x in (i, i + 1)]:
        return 0
    return [result, flat]


write(
    "normalizers",
    texts=TEXTS,
    cases=[{"component": c, "results": [normalized(c, t) for t in TEXTS]} for c in NORMALIZERS],
)

BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def split(kind, pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level(prefix, regex):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def metaspace(scheme, splits=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": splits}


def pre_sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


CL100K = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
PRE_TOKENIZERS = [
    byte_level(False, True),
    byte_level(True, True),
    byte_level(True, False),
    *(split("String", "-", b, i) for b in BEHAVIORS for i in (False, True)),
    *(split("Regex", "[ab]+", b, i) for b in BEHAVIORS for i in (False, True)),
    split("String", "", "Isolated"),
    split("Regex", "a*", "MergedWithNext"),
    {"type": "Digits", "individual_digits": True},
    {"type": "Digits", "individual_digits": False},
    *(metaspace(s, b) for s in ("always", "first", "never") for b in (True, False)),
    {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True},
    *({"type": t} for t in ("Whitespace", "WhitespaceSplit", "BertPreTokenizer")),
    *({"type": "Punctuation", "behavior": b} for b in BEHAVIORS),
    {"type": "CharDelimiterSplit", "delimiter": "😀"},
    {"type": "FixedLength", "length": 3},
    pre_sequence(),
    pre_sequence({"type": "WhitespaceSplit"}, metaspace("always")),
    pre_sequence({"type": "Whitespace"}, metaspace("first", False), {"type": "Digits", "individual_digits": True}),
    pre_sequence(split("Regex", "\\p{N}{1,3}"), split("Regex", "[一-龥぀-ゟ゠-ヿ]+"), byte_level(False, False)),
    pre_sequence(split("Regex", CL100K), byte_level(False, False)),
    pre_sequence(split("Regex", CL100K, "Removed", True), byte_level(False, False)),
]  # fmt: skip


def pieces(component, text):
    parts = tokenizer(pre_tokenizer=component).pre_tokenizer.pre_tokenize_str(text)
    return [x for piece, (start, end) in parts for x in (piece, start, end)]


for name, part in ("pre-tokenizers", PRE_TOKENIZERS[:24]), ("pre-tokenizers-2", PRE_TOKENIZERS[24:]):
    write(
        name,
        texts=TEXTS,
        cases=[{"component": c, "results": [pieces(c, t) for t in TEXTS]} for c in part],
    )

DECODED = [
    [],
    [""],
    ["Hello", "Ġthere", "Ġ", "Ċ"],
    ["ä", "½", "ł", "å¥", "½", "!"],
    ["ï»¿", "x", "☃", "Ġy"],
    ["▁Hey", "▁▁friend", "!", "▁"],
    ["▁", "▁a", "<0xE5>", "<0x8f>", "<0xab>", "a"],
    ["<0xE5>", "<0x8f>", "a", "<0xEF>", "<0xBB>", "<0xBF>", "<0x41>"],
    ["<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "<0x0A>", "<0x>", "<0x+5>", "<0xGG>"],
    ["##uelo", "Ara", "##új", "##o", "No", "##guera", ".", "do", "not", "'", "s", "##", "##a##b"],
    ["the</w>", "qu", "ick</w>", "</w>", "fox</w>"],
    ["<pad>", "<pad>", "h", "e", "e", "l", "l", "<pad>", "l", "o", "|", "|", "a .", "'s", " 's"],
    ["  a  ", " ", "   ", "b  "],
    ["a", "aa", "aaa", "baab", "😀a😀"],
    [" do not", " n't", "x .y ?z", " ' "],
]
DECODERS = [
    {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    {"type": "ByteFallback"},
    {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    {"type": "Strip", "content": " ", "start": 2, "stop": 0},
    {"type": "Strip", "content": "😀", "start": 1, "stop": 0},
    replace("String", "▁", " "),
    replace("String", "", "-"),
    replace("Regex", "a+", "x"),
    metaspace("always"),
    metaspace("first"),
    metaspace("never"),
    {"type": "WordPiece", "prefix": "##", "cleanup": True},
    {"type": "WordPiece", "prefix": "##", "cleanup": False},
    {"type": "WordPiece", "prefix": "", "cleanup": False},
    {"type": "BPEDecoder", "suffix": "</w>"},
    {"type": "BPEDecoder", "suffix": ""},
    {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True},
    {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": False},
    {
        "type": "Sequence",
        "decoders": [
            replace("String", "▁", " "),
            {"type": "ByteFallback"},
            {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        ],
    },
    {"type": "Sequence", "decoders": []},
]


def decoded(component, tokens):
    try:
        return tokenizer(decoder=component).decoder.decode(tokens)
    except BaseException:
        return None


write(
    "decoders",
    tokens=DECODED,
    cases=[{"component": c, "results": [decoded(c, t) for t in DECODED]} for c in DECODERS],
)


# Whole pipelines: a BPE of characters with a few merges, between added tokens.
def added(id, content, **flags):
    base = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return {"id": id, "content": content, **base, **flags}


ADDED = [
    added(1000, "<s>", special=True),
    added(1001, "<mask>", lstrip=True, special=True),
    added(1002, "<sep>", rstrip=True, special=True),
    added(1003, "<pad>", lstrip=True, rstrip=True),
    added(1004, "word", single_word=True),
    added(1005, "Norm", normalized=True),
    added(1006, "<a"),
    added(1007, "<a><b>"),
    added(1008, "  "),
    added(1009, "É x", normalized=True),
    added(1010, "ny", normalized=True, single_word=True),
    added(1011, "😀", rstrip=True, normalized=True),
    added(1012, "<s><s>"),
]
ADDED_TEXTS = [
    *TEXTS[:16],
    "<s>a  <mask>  b <sep> \t c",
    "a <pad>\u00a0\u3000<pad> b<pad>",
    "word sword words 'word' word\u0301 \u0301word wordⓐ ⓐword 𝟙word",
    "Norm norm NORM <a><b> <a><c> <a<a><b",
    "<sep>    <s>  <mask>",
    "<s><s><s> é x É X e\u0301 x",
    "sunny ny ny\u0327 😀   a 😀😀 ",
    "<<<<s>> <mask <mask>>\u2028\n<mask>",
    "   Norm   word  <s>",
    "<mask><mask> <mask>",
]
ALPHABET = sorted({c for t in ADDED_TEXTS for c in t + unicodedata.normalize("NFKD", t.lower())})
VOCAB = ["[UNK]", *ALPHABET, "▁", "he", "ll", "hell", "ab", "▁▁", "Ġ", "om", "st"]
VOCAB = {token: id for id, token in enumerate(dict.fromkeys(VOCAB))}
MERGES = [["h", "e"], ["l", "l"], ["he", "ll"], ["a", "b"], ["▁", "▁"], ["o", "m"], ["s", "t"]]
MODEL = {"type": "BPE", "vocab": VOCAB, "merges": MERGES, "unk_token": "[UNK]"}
PIPELINES = [
    (None, None),
    ({"type": "Lowercase"}, {"type": "Whitespace"}),
    ({"type": "NFKC"}, byte_level(False, True)),
    ({"type": "NFC"}, pre_sequence(split("Regex", CL100K), byte_level(False, False))),
    (sequence({"type": "Prepend", "prepend": "▁"}, replace("String", " ", "▁")), None),
    (None, metaspace("first", False)),
    ({"type": "Strip", "strip_left": True, "strip_right": True}, metaspace("first")),
    (bert(True, True, None, True), {"type": "BertPreTokenizer"}),
    (PRECOMPILED, pre_sequence({"type": "WhitespaceSplit"}, metaspace("always"))),
    (replace("String", " ", "▁"), split("String", " ", "MergedWithPrevious")),
]


def encoded(one, text):
    encoding = one.encode(text)
    return [encoding.ids, [x for pair in encoding.offsets for x in pair], encoding.word_ids]


cases = []
for normalizer, pre_tokenizer in PIPELINES:
    one = tokenizer(
        normalizer=normalizer, pre_tokenizer=pre_tokenizer, added_tokens=ADDED, model=MODEL
    )
    # The ids that the reference gave the added tokens, which needn't be those of the file.
    ids = {t["content"]: one.token_to_id(t["content"]) for t in ADDED}
    results = [encoded(one, t) for t in ADDED_TEXTS]
    one.encode_special_tokens = True
    as_text = [encoded(one, t)[0] for t in ADDED_TEXTS[16:]]
    cases.append(
        {
            "normalizer": normalizer,
            "preTokenizer": pre_tokenizer,
            "ids": ids,
            "results": results,
            "specialAsText": as_text,
        }
    )
write(
    "pipelines", texts=ADDED_TEXTS, added=ADDED, vocab=VOCAB, merges=MERGES, cases=cases
)

# Post-processors, truncation and padding.
WORDS = {w: i for i, w in enumerate(["[UNK]", "[CLS]", "[SEP]", "[PAD]", *"abcdefghij", "Ġ", "Ġa", "Ġb", "bĠ"])}


def special(name, type_id):
    return {"SpecialToken": {"id": name, "type_id": type_id}}


def seq(name, type_id):
    return {"Sequence": {"id": name, "type_id": type_id}}


TEMPLATE = {
    "type": "TemplateProcessing",
    "single": [special("[CLS]", 0), seq("A", 3), special("[SEP]", 0)],
    "pair": [special("[CLS]", 0), seq("A", 0), special("two", 0), seq("B", 1), special("[SEP]", 1)],
    "special_tokens": {
        "[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
        "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]},
        "two": {"id": "two", "ids": [2, 3], "tokens": ["[SEP]", "[PAD]"]},
    },
}
SWAPPED = {**TEMPLATE, "pair": [seq("B", 5), special("[SEP]", 1), seq("A", 4)]}
ROBERTA = {"type": "RobertaProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1], "trim_offsets": True, "add_prefix_space": True}
LEVEL = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
PROCESSORS = [
    None,
    TEMPLATE,
    SWAPPED,
    {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
    ROBERTA,
    {**ROBERTA, "trim_offsets": False},
    LEVEL,
    {"type": "Sequence", "processors": [{**LEVEL, "add_prefix_space": False}, TEMPLATE]},
    {"type": "Sequence", "processors": []},
]
TRUNCATIONS = [
    None,
    *(
        {"direction": d, "max_length": m, "strategy": s, "stride": n}
        for d, m, s, n in [
            ("Right", 7, "LongestFirst", 0), ("Left", 7, "LongestFirst", 1), ("Right", 6, "OnlyFirst", 1),
            ("Left", 8, "OnlySecond", 1), ("Right", 2, "LongestFirst", 0), ("Right", 0, "LongestFirst", 0),
        ]
    ),
]  # fmt: skip
PADDINGS = [
    None,
    {"strategy": {"Fixed": 12}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 3, "pad_type_id": 7, "pad_token": "[PAD]"},
    {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": 5, "pad_id": 3, "pad_type_id": 0, "pad_token": "[PAD]"},
]  # fmt: skip
PAIRS = [["", None], ["a b c d e f g", None], ["a b", "c d e f g h"], ["a b c d e f", "g"], ["a  b\u00a0 c", " d  e"]]


def parts(encoding, overflow=True):
    """An encoding; what overflowed has more of the same inside, which says nothing new."""
    return {
        "ids": encoding.ids,
        "typeIds": encoding.type_ids,
        "tokens": encoding.tokens,
        "offsets": [x for pair in encoding.offsets for x in pair],
        "attentionMask": encoding.attention_mask,
        "specialTokensMask": encoding.special_tokens_mask,
        "wordIds": [-1 if w is None else w for w in encoding.word_ids],
        "overflowing": [parts(e, False) for e in encoding.overflowing] if overflow else [],
    }


def bare(component, text):
    """What goes into post-processing."""
    e = tokenizer(pre_tokenizer=component, model={"type": "WordLevel", "vocab": WORDS, "unk_token": "[UNK]"}).encode(text)
    return [e.ids, e.tokens, [x for pair in e.offsets for x in pair], e.word_ids]


cases = []
for processor in PROCESSORS:
    for truncation in TRUNCATIONS:
        for padding in PADDINGS if truncation is None or truncation["max_length"] == 7 else [None]:
            pre = byte_level(True, True)
            one = tokenizer(
                pre_tokenizer=pre,
                post_processor=processor,
                truncation=truncation,
                padding=padding,
                model={"type": "WordLevel", "vocab": WORDS, "unk_token": "[UNK]"},
            )
            # A tokenizer that truncates stops early and loses most of what overflows, so
            # that the texts are encoded by one that doesn't.
            plain = tokenizer(
                pre_tokenizer=pre,
                model={"type": "WordLevel", "vocab": WORDS, "unk_token": "[UNK]"},
            )
            results = []
            for a, b in PAIRS:
                for add in (True, False):
                    try:
                        first = plain.encode(a, add_special_tokens=False)
                        second = b and plain.encode("", b, add_special_tokens=False)
                        results.append(parts(one.post_process(first, second, add)))
                    except BaseException:
                        results.append(None)
            cases.append([processor, truncation, padding, results])
# Most of the file would be names and repetition, so columns are kept once and results by index.
unique = {}
table = []


def intern(value):
    key = json.dumps(value)
    if key not in unique:
        unique[key] = len(table)
        table.append(value)
    return unique[key]


COLUMNS = ["ids", "typeIds", "tokens", "offsets", "attentionMask", "specialTokensMask", "wordIds"]


def pack(result):
    if result is None:
        return None
    row = [intern(result[c]) for c in COLUMNS]
    if result["overflowing"]:
        row.append([pack(o) for o in result["overflowing"]])
    return intern(row)


write(
    "post-processing",
    pairs=PAIRS,
    inputs=[[bare(byte_level(True, True), t) if t is not None else None for t in pair] for pair in PAIRS],
    columns=COLUMNS,
    cases=[[p, t, d, [pack(r) for r in results]] for p, t, d, results in cases],
    table=table,
)
