"""What Hugging Face transformers' own logits processors, warpers and beam search make of small
rows of logits. Writes packages/sampler/test/golden/hf-sampling.json and hf-beams.json:

    python tools/golden/sampler_vectors.py

Needs torch and transformers; their versions are in the files. Processors come from
`GenerationMixin._get_logits_processor`, so their order is transformers' own. All is computed in
float64, but for the logits, which are float32.
"""

import itertools
import json
import random
from pathlib import Path

import torch
import transformers
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

OUT = Path(__file__).parents[2] / "packages/sampler/test/golden"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
STOP = 0
PROMPT = 6

# What to switch on, in the names of transformers.
SAMPLING = [
    {},
    {"temperature": 0.7},
    {"temperature": 2.5},
    {"top_k": 1},
    {"top_k": 5},
    {"top_k": 200},
    {"top_p": 0.1},
    {"top_p": 0.5},
    {"top_p": 0.93},
    {"min_p": 0.02},
    {"min_p": 0.3},
    {"typical_p": 0.2},
    {"typical_p": 0.9},
    {"epsilon_cutoff": 0.03},
    {"epsilon_cutoff": 0.9},
    {"eta_cutoff": 0.02},
    {"eta_cutoff": 0.3},
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.8},
    {"no_repeat_ngram_size": 1},
    {"no_repeat_ngram_size": 2},
    {"no_repeat_ngram_size": 3},
    {"bad_words_ids": [[3], [1, 2], [4, 1, 5]]},
    {"min_new_tokens": 4},
    {"min_new_tokens": 100},
    {"sequence_bias": [[[2], 1.5], [[7], -3.0]]},
    {"suppress_tokens": [1, 4, 9]},
    {"temperature": 0.7, "top_k": 20, "top_p": 0.8},
    {"temperature": 1.7, "top_k": 12, "top_p": 0.9, "min_p": 0.1, "typical_p": 0.8},
    {"temperature": 0.7, "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.2},
    {"temperature": 1.2, "top_k": 9, "epsilon_cutoff": 0.05, "eta_cutoff": 0.1},
    {"repetition_penalty": 1.1, "no_repeat_ngram_size": 2, "min_new_tokens": 9, "top_p": 0.7},
]


class TableConfig(PretrainedConfig):
    model_type = "table"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.vocab_size = kwargs.get("vocab_size", 6)
        self.num_hidden_layers = 1


class TableModel(PreTrainedModel, GenerationMixin):
    """Logits follow from the last two tokens by a table."""

    config_class = TableConfig

    def __init__(self, config, table):
        super().__init__(config)
        self.table = table
        self.unused = torch.nn.Parameter(torch.zeros(1))

    def forward(self, input_ids, **_):
        before = input_ids.roll(1, 1)
        return CausalLMOutput(logits=self.table[before, input_ids])


def rounded(values):
    return [round(float(x), 4) for x in values]


def logits_of(random_numbers, size, deviation):
    return rounded(random_numbers.gauss(0, deviation) for _ in range(size))


def distribution(model, options, history, logits):
    config = GenerationConfig(do_sample=True, eos_token_id=STOP, pad_token_id=STOP, **{"top_k": None, **options})
    model._prepare_special_tokens(config)
    processors = model._get_logits_processor(config, input_ids_seq_length=PROMPT, device="cpu")
    scores = torch.tensor([logits], dtype=torch.float32).double()
    processed = processors(torch.tensor([history]), scores)
    return processed.softmax(-1)[0].tolist()


def sampling():
    numbers = random.Random(20261127)
    model = TableModel(TableConfig(), torch.zeros(1))
    rows = [
        {
            "logits": logits_of(numbers, size, deviation),
            "history": [numbers.randrange(min(size, 12)) for _ in range(length)],
        }
        for size, deviation, length in [(12, 1, 9), (40, 2.5, 16), (150, 4, 30)]
    ]
    # So that sequences repeat, and words are almost complete.
    rows[0]["history"][-3:] = [3, 4, 1]
    rows[1]["history"][2:5] = [5, 6, 7]
    rows[1]["history"][-2:] = [5, 6]
    cases = []
    for options in SAMPLING:
        for i, row in enumerate(rows):
            probabilities = distribution(model, options, row["history"], row["logits"])
            kept = {str(token): float(f"{p:.9g}") for token, p in enumerate(probabilities) if p > 0}
            cases.append({"options": options, "row": i, "probabilities": kept})
    return {"versions": VERSIONS, "stop": STOP, "promptLength": PROMPT, "rows": rows, "cases": cases}


def beams():
    """Several tables, so that every way to end is there: what ends early, late, and never."""
    size = 4
    numbers = random.Random(20261128)
    prompt = [2, 3]
    tables, cases = [], []
    for i in range(6):
        table = [[logits_of(numbers, size, 1 + i / 3) for _ in range(size)] for _ in range(size)]
        model = TableModel(TableConfig(vocab_size=size), torch.tensor(table, dtype=torch.float32).double())
        tables.append(table)
        for count, length_penalty, early_stopping, max_new_tokens in itertools.product(
            [2, 3], [-1.0, 0.0, 1.0, 2.0], [False, True, "never"], [1, 5, 14]
        ):
            found = model.generate(
                torch.tensor([prompt]),
                num_beams=count,
                num_return_sequences=count,
                length_penalty=length_penalty,
                early_stopping=early_stopping,
                max_new_tokens=max_new_tokens,
                do_sample=False,
                use_cache=False,
                eos_token_id=STOP,
                pad_token_id=-1,
                return_dict_in_generate=True,
                output_scores=True,
            )
            # The prompt has no -1, and neither has what follows: it fills what is left.
            sequences = [
                "".join(str(token) for token in row[len(prompt) :].tolist() if token != -1)
                for row in found.sequences
            ]
            scores = [float(f"{s:.6g}") for s in found.sequences_scores.tolist()]
            cases.append([i, count, length_penalty, early_stopping, max_new_tokens, sequences, scores])
    columns = ["table", "beams", "lengthPenalty", "earlyStopping", "maxTokens", "sequences", "scores"]
    return {"versions": VERSIONS, "stop": STOP, "prompt": prompt, "tables": tables, "columns": columns, "cases": cases}


def write(name, value):
    def line(item):
        return json.dumps(item, separators=(",", ":"))

    parts = []
    for key, item in value.items():
        if isinstance(item, list) and item and isinstance(item[0], (dict, list)):
            parts.append(f'"{key}":[\n' + ",\n".join(line(x) for x in item) + "\n]")
        else:
            parts.append(f'"{key}":{line(item)}')
    (OUT / name).write_text("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    write("hf-sampling.json", sampling())
    write("hf-beams.json", beams())
