"""Golden files of the trainer of byte-level BPE: what Hugging Face's BpeTrainer learns
from the same texts with the same settings.

    pip install tokenizers==0.23.2
    python tools/golden/tokenizer-training.py
"""

import json
import os
import random
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import tokenizers
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

OUT = Path(__file__).parents[2] / "packages/tokenizer/test/golden/training.json"

SENTENCES = """\
Natalia sold 48 clips in April, and half as many in May: 48 + 24 = 72 clips altogether.
If f(x) = 3x^2 - 12345.678x + 1,234,567, then f'(x) = 6x - 12345.678; we'll solve f'(x) = 0.
The sum of the first 1000000 odd numbers is 1000000000000, isn't it? They've shown that it is.
\\frac{1}{2} + \\frac{1}{3} = \\frac{5}{6} \\approx 0.8333333333, and \\sqrt{2} \\approx 1.41421356237.
Der Flächeninhalt beträgt ½·b·h; für b = 17 und h = 2024 also 17204 Quadratmeter.
Пусть x — целое число, большее 31415926. Найдите остаток от деления x на 7.
设函数 f(x) = x² + 2x + 1，求 f(2023) 的值。答案是 4096576。
العدد ١٢٣٤٥٦٧ أكبر من ٩٨٧٦٥، والفرق بينهما كبير.
The   answer\tis  42 .\r\n\r\n    return 0x1F600 + 99999;   // 😀😀 the end
==== ==== ======== ---- the then they there these theorem thermal weather whether
""".splitlines(keepends=True)


def texts():
    choose = random.Random(7)
    out = []
    for _ in range(60):
        words = choose.choice(SENTENCES).split(" ")
        number = str(choose.randrange(10 ** choose.randrange(1, 13)))
        words.insert(choose.randrange(len(words) + 1), number)
        out.append(" ".join(words))
    return out


DIGITS = {"right3": r"\p{N}+", "single": r"\p{N}", "left3": r"\p{N}{1,3}", "none": r"\p{N}+"}
FROM_THE_RIGHT = r"^\p{N}{1,2}(?=(?:\p{N}{3})+$)|\p{N}{3}"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def splits(pattern, digits):
    if pattern is not None:
        patterns = [pattern] + ([DIGITS[digits]] if digits != "none" else [])
    else:
        patterns = [
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
            + DIGITS[digits]
            + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        ]
    return patterns + ([FROM_THE_RIGHT] if digits == "right3" else [])


def train(texts, options):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(p), "isolated") for p in splits(options.get("pattern"), options["digits"])]
        + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    longest = options.get("maxTokenLength")
    trainer = trainers.BpeTrainer(
        vocab_size=options["vocabularySize"],
        min_frequency=options.get("minFrequency", 0),
        special_tokens=options.get("specialTokens", []),
        # Its limit is one more than the longest token.
        max_token_length=None if longest is None else longest + 1,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    ids = model["vocab"]
    names = sorted(ids, key=ids.get)
    assert [ids[name] for name in names] == list(range(len(names)))
    return {
        "options": options,
        "names": names[len(options.get("specialTokens", [])):],
        "merges": [ids[name] for pair in model["merges"] for name in pair],
    }


CASES = [
    {"digits": "right3", "vocabularySize": 700, "specialTokens": ["<|endoftext|>", "<|pad|>"]},
    {"digits": "left3", "vocabularySize": 2000, "minFrequency": 3},
    {"digits": "single", "vocabularySize": 600, "maxTokenLength": 4},
    {"digits": "none", "vocabularySize": 600, "specialTokens": ["the", "a", "é", "<s>", "Ġthe"]},
    {"digits": "right3", "vocabularySize": 640, "pattern": GPT2},
    {"digits": "single", "vocabularySize": 500, "pattern": GPT2, "minFrequency": 2, "maxTokenLength": 2},
    {"digits": "none", "vocabularySize": 640, "pattern": GPT2},
    {"digits": "left3", "vocabularySize": 256},
]

corpus = texts()
golden = {
    "madeBy": f"tools/golden/tokenizer-training.py with tokenizers {tokenizers.__version__}",
    "texts": corpus,
    "cases": [train(corpus, options) for options in CASES],
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
