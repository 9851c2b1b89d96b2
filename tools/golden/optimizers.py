"""Makes packages/optimizer/test/golden/optimizers.json: parameters after steps of PyTorch's own optimizers.

    python tools/golden/optimizers.py

Needs torch 2.15. All in f64; torch.optim.Muon's iteration, which is in bf16, too. Parameters and gradients are `wave`,
which the test computes as well. What PyTorch doesn't have is written down in ryan_optimizer.py.
"""

import json
import math
from pathlib import Path

import torch

from ryan_optimizer import RyanOptimizer

STEPS = 12


def wave(seed: int, rows: int, columns: int) -> torch.Tensor:
    values = [math.sin(1.7 * seed + 0.37 * i + 0.011 * i * i) for i in range(rows * columns)]
    return torch.tensor(values, dtype=torch.float64).reshape(rows, columns)


def rate(step: int) -> float:
    return 0.02 / (1 + step)


def run(make, shapes, clip=None):
    parameters = [torch.nn.Parameter(wave(i, *shape)) for i, shape in enumerate(shapes)]
    optimizer = make(parameters)
    norms = []
    for step in range(STEPS):
        for i, (parameter, shape) in enumerate(zip(parameters, shapes)):
            parameter.grad = wave(100 * (step + 1) + i, *shape)
        if clip is not None:
            norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, clip)))
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.step()
    averaged = optimizer.averaged() if isinstance(optimizer, RyanOptimizer) else []
    return {
        "shapes": shapes,
        "parameters": [p.detach().flatten().tolist() for p in parameters],
        "averaged": [p.flatten().tolist() for p in averaged],
        "norms": norms,
    }


def muon(**options):
    return lambda parameters: torch.optim.Muon(parameters, **options)


def ryan(**options):
    return lambda parameters: RyanOptimizer(parameters, **options)


SHAPES = [(6, 4), (4, 7), (5, 5), (1, 3)]
ALIKE = [(4, 6), (6, 4), (3, 3), (4, 6), (5, 2)]
LOOK_AHEAD = {"from": 1, "to": 7, "keep": 0.8, "strength": 0.5}
TAIL = {"from": 8, "keep": 0.6, "blend": 0.7}
torch.bfloat16 = torch.float64  # what the iteration casts to

QUINTIC = (3.4445, -4.775, 2.0315)

cases = {
    "muon": run(muon(), SHAPES),
    "muon plain": run(muon(nesterov=False, weight_decay=0.0, momentum=0.8), SHAPES),
    "muon rms": run(muon(adjust_lr_fn="match_rms_adamw", ns_steps=3), SHAPES),
    "adamw": run(lambda p: torch.optim.AdamW(p, betas=(0.9, 0.95), weight_decay=0.1), SHAPES),
    "adamw clipped": run(lambda p: torch.optim.AdamW(p, weight_decay=0.0), SHAPES, clip=2.5),
    "ryan bare": run(ryan(adam_from=4, iterations=[5] * 4, polynomials=[QUINTIC] * 5), SHAPES),
    "ryan": run(ryan(adam_from=3, iterations=[5] * 3, look_ahead=LOOK_AHEAD, tail=TAIL), SHAPES),
    "ryan early": run(ryan(adam_from=3, iterations=[4] * 3, look_ahead={**LOOK_AHEAD, "to": 40}), SHAPES),
    "ryan turns": run(
        ryan(adam_from=5, iterations=[3] * 5, turns=[[0, 1, 3]], weight_decay=0.3, tail=TAIL), ALIKE
    ),
    "ryan rows": run(ryan(adam_from=5, iterations=[0] * 5, cautious=False), ALIKE),
}
path = Path(__file__).parents[2] / "packages/optimizer/test/golden/optimizers.json"
path.parent.mkdir(parents=True, exist_ok=True)
rounded = {
    name: {
        "shapes": case["shapes"],
        "parameters": [[float(f"{x:.9g}") for x in p] for p in case["parameters"]],
        "averaged": [[float(f"{x:.9g}") for x in p] for p in case["averaged"]],
        "norms": [float(f"{x:.9g}") for x in case["norms"]],
    }
    for name, case in cases.items()
}
made_by = f"tools/golden/optimizers.py, torch {torch.__version__}"
path.write_text(json.dumps({"madeBy": made_by, "steps": STEPS, "cases": rounded}) + "\n")
