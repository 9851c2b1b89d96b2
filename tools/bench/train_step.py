"""PyTorch's side of `npm run bench:train`: one training step (forward, backward,
AdamW) of a decoder, compiled.

Speaks lines of JSON so that the two sides can take turns in one session: prints
{"ready": ...} once compiled, then for each line `N` on stdin runs N steps and
prints {"seconds": [...], "loss": x}.

    pip install torch==2.15.0
"""

import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "golden"))
from decoder import Config, hashed, loss, parameters

setting = json.loads(sys.argv[1])
torch.set_num_threads(setting["threads"])
torch.set_flush_denormal(True)
config = Config(**setting["config"])
batch, length = setting["batch"], setting["time"]

p = {name: torch.nn.Parameter(w) for name, w in parameters(config).items()}
tokens = ((hashed("tokens", (batch, length + 1), 0.5) + 0.5) * config.vocab).long()
inputs, targets = tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()
optimizer = torch.optim.AdamW(p.values(), lr=setting["lr"], betas=(0.9, 0.95), eps=1e-8,
                              weight_decay=0.1, fused=True)
mode = setting.get("mode", "default")
compiled = loss if mode == "eager" else torch.compile(
    loss, mode=None if mode == "default" else mode, fullgraph=True)


def step() -> torch.Tensor:
    optimizer.zero_grad(set_to_none=True)
    value = compiled(p, config, inputs, targets)
    value.backward()
    optimizer.step()
    return value


first = step().item()
for _ in range(2):
    step()
print(json.dumps({"ready": torch.__version__, "mode": mode, "firstLoss": first,
                  "parameters": sum(w.numel() for w in p.values())}), flush=True)
for line in sys.stdin:
    seconds, value = [], None
    for _ in range(int(line)):
        start = time.perf_counter()
        value = step()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "loss": value.item()}), flush=True)
