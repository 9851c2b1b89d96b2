"""Makes packages/tokenizer/test/golden/sentencepiece-*.model and sentencepiece.json.

    python tools/golden/tokenizer-formats.py TEXT OUTPUT_FOLDER

TEXT is any English text with numbers, a sentence a line; the models that are committed are from
the questions of GSM8K's training set. sentencepiece 0.2.2.
"""

import json
import pathlib
import random
import sys

import sentencepiece

COMMON = dict(
    vocab_size=600,
    normalization_rule_name="identity",
    num_threads=1,
    input_sentence_size=3000,
    shuffle_input_sentence=False,
    minloglevel=2,
)
MODELS = {
    # As Llama 2's.
    "bpe": dict(
        model_type="bpe",
        byte_fallback=True,
        split_digits=True,
        remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True,
    ),
    # What is left when nothing is said.
    "bpe-spaces": dict(model_type="bpe", remove_extra_whitespaces=True),
    "unigram": dict(model_type="unigram", user_defined_symbols=["<num>", "$$"], remove_extra_whitespaces=True),
    "user": dict(model_type="bpe", byte_fallback=True, user_defined_symbols=["<num>", "<num>x", "$$", "a.b", "the"]),
    "bare": dict(model_type="bpe", add_dummy_prefix=False, remove_extra_whitespaces=False),
}


def texts(lines):
    rng = random.Random(7)
    fixed = ["", " ", "  ", "a", " a", "a ", "  two  spaces  ", "tab\tand\nline", "1234567", "é 中文 😀", "aaaaaaaaa",
             "          x", "the the the", "\u2581x", "a\u2581b", "x<num>y $$ z", "<s>hi</s>", "<0x41>", "<num><num>xx a.b axb$$$ thethe"]
    words = " ".join(lines[:200]).split(" ")
    made = [" ".join(rng.choice(words) for _ in range(rng.randint(1, 12))) for _ in range(100)]
    letters = "aenorst 1230.,$'  "
    made += ["".join(rng.choice(letters) for _ in range(rng.randint(1, 40))) for _ in range(150)]
    return fixed + made


def main(text, folder):
    lines = text.read_text(encoding="utf-8").splitlines()
    golden = {"by": "tools/golden/tokenizer-formats.py", "sentencepiece": sentencepiece.__version__, "models": {}}
    for name, options in MODELS.items():
        path = folder / f"sentencepiece-{name}.model"
        with path.open("wb") as out:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(lines), model_writer=out, **COMMON, **options
            )
        model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        golden["models"][name] = [[text, model.encode(text), model.decode(model.encode(text))] for text in texts(lines)]
    golden_path = folder / "sentencepiece.json"
    golden_path.write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")) + "\n")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
