"""What Hugging Face transformers makes of config.json files that leave fields out, say null
or have old and new ways of the same, written to packages/models/test/golden/configs.json.

    python tools/golden/configs.py

Needs torch and transformers; their versions are in the file. Each file is read as
transformers reads a folder, and its model is made without memory: biases, ties and
windows are those of the modules, frequencies those of its rotary embedding.
"""

import base64
import json
import random
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

OUT = Path(__file__).parents[2] / "packages/models/test/golden/configs.json"

TYPES = ["llama", "mistral", "qwen2", "qwen3"]
SIZES = {
    "vocab_size": 96,
    "hidden_size": 64,
    "intermediate_size": 112,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
}
LENGTH = {"original_max_position_embeddings": 64}
YARN = {"rope_type": "yarn", "factor": 4.0, **LENGTH}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
LINEAR = {"rope_type": "linear", "factor": 2.0}

# What a file can say about rotary embedding.
ROPE = [
    {},
    {"rope_theta": 500000.0},
    {"rope_scaling": None},
    {"rope_scaling": LINEAR},
    {"rope_scaling": {"type": "linear", "factor": 4}},
    {"rope_scaling": {"factor": 2.0}},
    {"rope_scaling": {"rope_type": "default", "type": "linear", "factor": 2.0}},
    {"rope_parameters": {"rope_type": "default", "rope_theta": 5000.0}},
    {"rope_parameters": {"rope_theta": 5000.0}, "rope_theta": 300.0},
    {"rope_scaling": LINEAR, "rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 500.0}},
    {"rope_scaling": {}, "rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 500.0}},
    {"rope_scaling": LLAMA3},
    {"rope_scaling": LLAMA3 | LENGTH, "rope_theta": 500000.0},
    {"rope_scaling": LLAMA3 | LENGTH, "original_max_position_embeddings": 32},
    {"rope_scaling": YARN},
    {"rope_scaling": {"type": "yarn", "factor": 4.0}},
    {"rope_scaling": YARN | {"factor": None}},
    {"rope_scaling": {"rope_type": "yarn", "factor": None}},
    {"rope_scaling": YARN | {"factor": 1.0}},
    {"rope_scaling": YARN | {"beta_fast": None, "beta_slow": 0}},
    {"rope_scaling": YARN | {"beta_fast": 16, "beta_slow": 2.0}},
    {"rope_scaling": YARN | {"mscale": 1.0, "mscale_all_dim": 0}},
    {"rope_scaling": YARN | {"mscale": 0.7}},
    {"rope_scaling": YARN | {"mscale": 0.7, "mscale_all_dim": 1.0}},
    {"rope_scaling": YARN | {"attention_factor": None}},
    {"rope_scaling": YARN | {"attention_factor": 1.5, "mscale": 0.7, "mscale_all_dim": 1.0}},
    {"rope_scaling": YARN | {"truncate": False}},
    {"rope_scaling": YARN | {"truncate": None}},
    {"rope_scaling": YARN, "original_max_position_embeddings": 32},
    {"rope_parameters": YARN | {"rope_theta": 5000.0}},
]
# What a file can say about one other thing.
OTHERS = [
    {"rms_norm_eps": 1e-5},
    {"tie_word_embeddings": True},
    {"tie_word_embeddings": False},
    {"head_dim": 32},
    {"sliding_window": None},
    {"sliding_window": 24},
    {"sliding_window": 24, "use_sliding_window": False},
    {"use_sliding_window": True},
    {"use_sliding_window": True, "max_window_layers": 1},
    {"use_sliding_window": True, "max_window_layers": 0, "sliding_window": 24},
    {"use_sliding_window": True, "max_window_layers": 1, "sliding_window": None},
    {"attention_bias": True},
    {"mlp_bias": True},
    {"num_key_value_heads": None},
]


def random_files(count: int) -> list[dict]:
    """Several things at once, and some sizes left out; the seed is fixed."""
    chance = random.Random(7)
    files = []
    for _ in range(count):
        file = {"model_type": chance.choice(TYPES), **SIZES}
        for said in chance.sample(OTHERS, 3):
            file |= said
        file |= chance.choice(ROPE)
        for name in chance.sample(["vocab_size", "intermediate_size", "max_position_embeddings"], 1):
            del file[name]
        files.append(file)
    return files


def files() -> list[dict]:
    found = [{"model_type": kind} for kind in TYPES]
    for kind in TYPES:
        found += [{"model_type": kind, **SIZES, **said} for said in OTHERS]
        wide = SIZES | {"num_attention_heads": 32}
        del wide["num_key_value_heads"]
        found.append({"model_type": kind, **wide})
    found += [{"model_type": "llama", **SIZES, **said} for said in ROPE]
    return found + random_files(40)


def expected(file: dict) -> dict | None:
    """Absent where transformers refuses the file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.json").write_text(json.dumps(file))
        try:
            config = AutoConfig.from_pretrained(folder)
            with torch.device("meta"):
                model = AutoModelForCausalLM.from_config(config)
        except Exception as error:  # of many classes
            print("refused:", json.dumps(file), str(error).splitlines()[0])
            return None
    rope = type(model.model.rotary_emb)(config)
    layers = model.model.layers
    attention = layers[0].self_attn
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters()}

    def window(layer: torch.nn.Module) -> int:
        own = getattr(layer.self_attn, "sliding_window", None)
        return own or (config.sliding_window if config.model_type == "mistral" else None) or 0

    names = {"query": "q_proj", "key": "k_proj", "value": "v_proj", "output": "o_proj"}
    blocks = {"gate": "gate_proj", "up": "up_proj", "down": "down_proj"}
    biases = [ours for ours, name in names.items() if getattr(attention, name).bias is not None]
    biases += [ours for ours, name in blocks.items() if getattr(layers[0].mlp, name).bias is not None]
    head_dim = attention.head_dim
    return {
        "vocabularySize": shapes["model.embed_tokens.weight"][0],
        "width": shapes["model.embed_tokens.weight"][1],
        "layers": len(layers),
        "heads": shapes["model.layers.0.self_attn.q_proj.weight"][0] // head_dim,
        "keyHeads": shapes["model.layers.0.self_attn.k_proj.weight"][0] // head_dim,
        "headDim": head_dim,
        "hidden": shapes["model.layers.0.mlp.gate_proj.weight"][0],
        "normEpsilon": model.model.norm.variance_epsilon,
        "maxPositions": config.max_position_embeddings,
        "windows": [window(layer) for layer in layers],
        "queryKeyNorm": "model.layers.0.self_attn.q_norm.weight" in shapes,
        "biases": biases,
        "tied": model.lm_head.weight is model.model.embed_tokens.weight,
        "scale": rope.attention_scaling,
        "frequencies": base64.b64encode(rope.inv_freq.float().numpy().tobytes()).decode(),
    }


def main() -> None:
    transformers.logging.set_verbosity_error()
    cases = [{"file": file, "expected": expected(file)} for file in files()]
    OUT.write_text(json.dumps({
        "script": "tools/golden/configs.py",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "cases": [case for case in cases if case["expected"] is not None],
    }).replace('{"file"', '\n{"file"') + "\n")


if __name__ == "__main__":
    main()
