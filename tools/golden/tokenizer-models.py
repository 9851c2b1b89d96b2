"""Small trained models of every kind and their tokens of some pieces, by Hugging
Face's tokenizers. Writes packages/tokenizer/test/golden/models.json:

    python tools/golden/tokenizer-models.py     (tokenizers 0.23.2)

Each entry has the model as tokenizer.json has it, and for each of the pieces its
tokens as id, start, end, id, … with ranges in code points.
"""

import json
import random
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

here = Path(__file__).resolve().parent
golden = here.parent.parent / "packages" / "tokenizer" / "test" / "golden"

TEXT = """Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May.
How many clips did Natalia sell altogether in April and May? She sold 48/2 = 24 clips in May, so 48 + 24 = 72 altogether.
Let x be a real number such that x² − 5x + 6 = 0. Then (x − 2)(x − 3) = 0, hence x ∈ {2, 3} and ∑ x = 5, ∏ x = 6.
La somme des angles d'un triangle est égale à 180°. Où se trouve le barycentre? C'est l'intersection des médianes.
Сумма углов треугольника равна ста восьмидесяти градусам. Найдите значение выражения при x = 3.
三角形の内角の和は百八十度である。自然数の集合を考える。 三角形的内角和等于一百八十度。 😀😀 🎲 1/6 + 1/6 = 1/3 🎉
The quick brown fox jumps over the lazy dog; the dog, being lazy, does not jump. Unhappily, unhappiness is unhappy.
"""


def pieces(rng: random.Random) -> list[str]:
    words = TEXT.split()
    found = ["a", "中", "😀", "\ufeff", "\ufffd", "x²", "unhappinesses", "▁", "clip" * 30, "q\u0301z"]
    found += rng.sample(words, 40)
    found += ["".join(rng.choices(words, k=3)) for _ in range(15)]
    found += ["▁" + "▁".join(rng.choices(words, k=4)) for _ in range(15)]
    found += ["".join(rng.choices(TEXT.replace("\n", "") + "ẞ🜁", k=12)) for _ in range(15)]
    return found


def entry(name: str, tokenizer: Tokenizer, inputs: list[str]) -> dict:
    model = json.loads(tokenizer.to_str())["model"]
    bare = Tokenizer.from_str(json.dumps({"version": "1.0", "added_tokens": [], "model": model}))
    tokens = []
    for piece in inputs:
        encoding = bare.encode(piece, add_special_tokens=False)
        tokens.append([n for id, span in zip(encoding.ids, encoding.offsets) for n in (id, *span)])
    return {"name": name, "model": model, "tokens": tokens}


def trained(model, trainer, pre) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre
    tokenizer.train_from_iterator(TEXT.splitlines(), trainer)
    return tokenizer


def main() -> None:
    inputs = pieces(random.Random(3))
    space = pre_tokenizers.WhitespaceSplit()
    metaspace = pre_tokenizers.Metaspace()
    hexes = [f"<0x{byte:02X}>" for byte in range(256)]
    quiet = {"show_progress": False}
    made = [
        (
            "WordLevel",
            trained(
                models.WordLevel(unk_token="[UNK]"),
                trainers.WordLevelTrainer(vocab_size=90, special_tokens=["[UNK]"], **quiet),
                space,
            ),
        ),
        (
            "WordPiece, as BERT has it",
            trained(
                models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100),
                trainers.WordPieceTrainer(vocab_size=280, special_tokens=["[UNK]"], **quiet),
                space,
            ),
        ),
        (
            "Unigram, as T5 has it",
            trained(
                models.Unigram(),
                trainers.UnigramTrainer(
                    vocab_size=230, unk_token="<unk>", special_tokens=["<unk>"], **quiet
                ),
                metaspace,
            ),
        ),
        (
            "BPE with byte fallback, as Llama has it",
            trained(
                models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True),
                trainers.BpeTrainer(
                    vocab_size=500,
                    special_tokens=["<unk>", *hexes],
                    limit_alphabet=60,
                    **quiet,
                ),
                metaspace,
            ),
        ),
        (
            "BPE with a suffix, as CLIP has it",
            trained(
                models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"),
                trainers.BpeTrainer(
                    vocab_size=280,
                    special_tokens=["<|endoftext|>"],
                    end_of_word_suffix="</w>",
                    limit_alphabet=70,
                    **quiet,
                ),
                space,
            ),
        ),
        (
            "BPE with a prefix",
            trained(
                models.BPE(unk_token="?", continuing_subword_prefix="##"),
                trainers.BpeTrainer(
                    vocab_size=280,
                    special_tokens=["?"],
                    continuing_subword_prefix="##",
                    limit_alphabet=70,
                    **quiet,
                ),
                space,
            ),
        ),
    ]
    data = {
        "from": "tools/golden/tokenizer-models.py",
        "tokenizers": tokenizers.__version__,
        "pieces": inputs,
        "models": [entry(name, tokenizer, inputs) for name, tokenizer in made],
    }
    golden.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (golden / "models.json").write_text(text + "\n", encoding="utf-8")


main()
