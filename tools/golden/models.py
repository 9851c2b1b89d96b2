"""Logits of Hugging Face transformers for a small model with random weights of every
architecture, written to packages/models/test/golden/models.json.

    python tools/golden/models.py

Needs torch and transformers; their versions are in the file. Weights come from the hash
of decoder.py, so the file carries configurations, tokens and logits only.
"""

import base64
import json
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

from decoder import hashed

OUT = Path(__file__).parents[2] / "packages/models/test/golden/models.json"

COMMON = {
    "vocab_size": 96,
    "hidden_size": 64,
    "intermediate_size": 112,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-6,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
}

LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}

# Name, what differs from COMMON, number of tokens.
CASES = [
    ("llama 2", {"model_type": "llama", "num_key_value_heads": 4}, 40),
    ("llama 3, scaled", {"model_type": "llama", "rope_theta": 500000.0, "rope_scaling": LLAMA3}, 200),
    ("llama with biases and linear scaling", {
        "model_type": "llama", "attention_bias": True, "mlp_bias": True,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0},
    }, 40),
    ("deepseek-math", {"model_type": "llama", "num_key_value_heads": 4, "rope_theta": 10000.0}, 40),
    ("qwen2, tied", {"model_type": "qwen2", "tie_word_embeddings": True, "rope_theta": 1000000.0}, 40),
    ("qwen2 with yarn", {"model_type": "qwen2", "rope_scaling": YARN}, 200),
    ("qwen2 with windows in later layers", {
        "model_type": "qwen2", "use_sliding_window": True, "sliding_window": 24,
        "max_window_layers": 1,
    }, 100),
    ("qwen3", {"model_type": "qwen3", "head_dim": 32, "rope_theta": 1000000.0}, 40),
    ("mistral past its window", {"model_type": "mistral", "sliding_window": 24}, 150),
]


def fill(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    if name.endswith("bias"):
        return hashed(name, shape, 0.1)
    if len(shape) == 1:
        return 1 + hashed(name, shape, 0.1)
    return hashed(name, shape, (3 / shape[1]) ** 0.5)


def numbers(t: torch.Tensor) -> str:
    return base64.b64encode(t.float().contiguous().numpy().tobytes()).decode()


def logits(config: dict, tokens: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """In f32, of weights that were rounded to `dtype`; of the last four positions."""
    with torch.device("cpu"):
        model = AutoModelForCausalLM.from_config(
            AutoConfig.for_model(**config), attn_implementation="eager", dtype=torch.float32
        ).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            value = fill(name, tuple(parameter.shape))
            parameter.copy_(value.to(dtype).float() if value.dim() > 1 else value)
        return model(tokens[None]).logits[0, -4:]


def main() -> None:
    cases = []
    for name, changes, length in CASES:
        config = COMMON | changes
        tokens = ((hashed(name, (length,), 0.5).double() + 0.5) * config["vocab_size"]).long()
        cases.append({
            "name": name,
            "config": config,
            "tokens": tokens.tolist(),
            "f32": numbers(logits(config, tokens, torch.float32)),
            "bf16": numbers(logits(config, tokens, torch.bfloat16)),
        })
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({
        "script": "tools/golden/models.py",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "cases": cases,
    }, indent=1) + "\n")


if __name__ == "__main__":
    main()
