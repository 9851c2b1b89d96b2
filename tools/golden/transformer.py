"""Writes the golden file of the two-layer transformer: its loss and every
gradient, computed by PyTorch in float64 from float32 weights.

    pip install torch==2.15.0
    python tools/golden/transformer.py packages/kernels/test/golden/transformer
"""

import json
import sys

import torch

from decoder import Config, hashed, loss, parameters

config = Config(vocab=61, width=32, layers=2, heads=4, kv_heads=2, head_dim=8, hidden=52)
batch, time = 2, 19
stem = sys.argv[1]

p = {name: w.double().requires_grad_() for name, w in parameters(config).items()}
tokens = ((hashed("tokens", (batch, time + 1), 0.5) + 0.5) * config.vocab).long()
inputs, targets = tokens[:, :-1], tokens[:, 1:].clone()
targets[:, :4] = -100  # a prompt, which has no loss
value = loss(p, config, inputs, targets)
value.backward()

entries, offset = [], 0
with open(stem + ".bin", "wb") as file:
    for name, w in p.items():
        data = w.grad.float().contiguous().numpy().tobytes()
        entries.append({"name": name, "shape": list(w.shape), "byteOffset": offset})
        offset += len(data)
        file.write(data)
with open(stem + ".json", "w") as file:
    json.dump(
        {
            "madeBy": "tools/golden/transformer.py",
            "torch": torch.__version__,
            "config": config.__dict__,
            "batch": batch,
            "time": time,
            "tokens": inputs.flatten().tolist(),
            "targets": targets.flatten().tolist(),
            "loss": value.item(),
            "gradients": entries,
        },
        file,
        indent=1,
    )
    file.write("\n")
