"""GGUF files of small models with scaled rotary embedding, written by the gguf package as
llama.cpp's converter writes them, and the logits of Hugging Face transformers for the
same models. Writes to packages/models/test/golden:

    pip install gguf==0.19.0
    python tools/golden/gguf-models.py

yarn.gguf         Qwen2 with YaRN, whose ramp has ends of its own, in bf16
llama3-rope.gguf  Llama with rope_freqs.weight, and keys and queries in the converter's order
gguf-models.json  versions, tokens and logits

Needs torch, transformers and gguf. The weights are the hash of decoder.py, rounded to bf16.
"""

import base64
import json
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

from models import fill

OUT = Path(__file__).parents[2] / "packages/models/test/golden"

COMMON = {
    "vocab_size": 32,
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-6,
    "tie_word_embeddings": True,
}
YARN = {
    "rope_type": "yarn",
    "factor": 8.0,
    "original_max_position_embeddings": 32,
    "beta_fast": 4.0,
    "beta_slow": 0.5,
}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
CASES = {
    "yarn": {"model_type": "qwen2", "rope_theta": 1000.0, "rope_scaling": YARN},
    "llama3-rope": {"model_type": "llama", "rope_theta": 500.0, "rope_scaling": LLAMA3},
}
TOKENS = 200

NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(name: str) -> str:
    for theirs, ours in NAMES.items():
        name = name.replace(theirs, ours)
    return name.replace("model.layers.", "blk.")


def neighbours(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows so that a rotated pair, one of each half of a head, lies together."""
    halves = weight.reshape(heads, 2, -1, *weight.shape[1:])
    return halves.transpose(1, 2).reshape(weight.shape)


def write_metadata(writer: gguf.GGUFWriter, config: dict) -> None:
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    scaling = config["rope_scaling"]
    if scaling["rope_type"] == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(scaling["factor"])
        writer.add_rope_scaling_orig_ctx_len(scaling["original_max_position_embeddings"])
        writer.add_rope_scaling_yarn_beta_fast(scaling["beta_fast"])
        writer.add_rope_scaling_yarn_beta_slow(scaling["beta_slow"])


def frequencies(config: dict) -> torch.Tensor:
    made = AutoModelForCausalLM.from_config(AutoConfig.for_model(**config))
    return made.model.rotary_emb.inv_freq


def write_file(name: str, config: dict, weights: dict[str, torch.Tensor]) -> None:
    writer = gguf.GGUFWriter(str(OUT / f"{name}.gguf"), config["model_type"])
    write_metadata(writer, config)
    if config["rope_scaling"]["rope_type"] == "llama3":
        plain = frequencies(config | {"rope_scaling": None})
        writer.add_tensor("rope_freqs.weight", (plain / frequencies(config)).numpy())
    for key, weight in weights.items():
        heads = {"q": "num_attention_heads", "k": "num_key_value_heads"}
        for part, count in heads.items():
            if config["model_type"] == "llama" and f"{part}_proj" in key:
                weight = neighbours(weight, config[count])
        if weight.dim() == 1:
            writer.add_tensor(gguf_name(key), weight.numpy())
        else:
            halves = gguf.quantize(weight.numpy(), gguf.GGMLQuantizationType.BF16)
            writer.add_tensor(gguf_name(key), halves, raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    cases = []
    for name, changes in CASES.items():
        config = COMMON | changes
        model = AutoModelForCausalLM.from_config(
            AutoConfig.for_model(**config), attn_implementation="eager", dtype=torch.float32
        ).eval()
        tokens = (torch.arange(TOKENS) * 29 + 3) % config["vocab_size"]
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                value = fill(key, tuple(parameter.shape))
                parameter.copy_(value.bfloat16().float() if value.dim() > 1 else value)
            logits = model(tokens[None]).logits[0, -4:]
        write_file(name, config, {key: p.detach() for key, p in model.named_parameters()})
        cases.append({
            "name": name,
            "tokens": tokens.tolist(),
            "logits": base64.b64encode(np.ascontiguousarray(logits).tobytes()).decode(),
        })
    (OUT / "gguf-models.json").write_text(json.dumps({
        "script": "tools/golden/gguf-models.py",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "gguf": version("gguf"),
        "cases": cases,
    }, indent=1) + "\n")


if __name__ == "__main__":
    main()
